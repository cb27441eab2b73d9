"""Questions and answers as rows: what a person typed, and what the program always adds."""

from engage.consultations.making.drafts import DraftOption, DraftQuestion, Texts
from engage.consultations.models import BudgetCount, Option, Question, QuestionKind

YES: Texts = {"fr": "Oui", "ar": "نعم"}
NO: Texts = {"fr": "Non", "ar": "لا"}
NO_OPINION: Texts = {"fr": "Sans avis", "ar": "بدون رأي"}
NONE_OF_THESE: Texts = {"fr": "Aucune de ces réponses", "ar": "لا شيء من هذه الأجوبة"}
NOTHING_TO_ADD: Texts = {"fr": "Je n’ai rien à ajouter", "ar": "ليس لدي ما أضيفه"}

NONE_WORDS = {
    QuestionKind.YES_NO: NO_OPINION,
    QuestionKind.SCALE: NO_OPINION,
    QuestionKind.TEXT: NOTHING_TO_ADD,
}
"""What "none of these" is called where another word is clearer."""

FAVOURITES = 3
"""How many one names, in order."""


def made(asked: DraftQuestion, position: int) -> Question:
    """The row of a new question, "none of these" last."""
    given = answers(asked)
    question = Question(position=position)
    write(question, asked, len(given))
    options = [option(one, place) for place, one in enumerate(given, 1)]
    last = len(options) + 1
    none = Option(position=last, label=none_words(asked.kind), details={}, is_none=True)
    question.options = [*options, none]
    return question


def write(question: Question, asked: DraftQuestion, answers: int) -> None:
    """What is asked; `answers` is how many there are beside "none of these"."""
    question.kind = asked.kind
    question.title, question.help = asked.title, asked.help
    question.max_choices = most_choices(asked, answers)
    question.low, question.high = asked.low, asked.high
    is_budget = asked.kind is QuestionKind.BUDGET
    question.budget = asked.budget if is_budget else None
    question.counting = (asked.counting or BudgetCount.GREEDY) if is_budget else None


def option(given: DraftOption, position: int) -> Option:
    """The row of a new answer."""
    made = Option(position=position, is_none=False)
    fill(made, given)
    return made


def fill(option: Option, given: DraftOption) -> None:
    """An answer as it was typed; the words of somebody's idea stay theirs."""
    if option.proposal_id is None:
        option.label = given.label
    option.details, option.cost = given.details, given.cost


def answers(asked: DraftQuestion) -> tuple[DraftOption, ...]:
    """Yes and no come from the program, a text has none; all others are typed."""
    if asked.kind is QuestionKind.YES_NO:
        return (DraftOption(YES), DraftOption(NO))
    return () if asked.kind is QuestionKind.TEXT else asked.options


def none_words(kind: QuestionKind) -> Texts:
    """What "none of these" is called in a question of this kind."""
    return NONE_WORDS.get(kind, NONE_OF_THESE)


def most_choices(asked: DraftQuestion, answers: int) -> int:
    """How many answers one may name: one, three in order, as many as was typed, or all."""
    most = {
        QuestionKind.APPROVAL: asked.max_choices,
        QuestionKind.FAVOURITES: min(FAVOURITES, answers),
        QuestionKind.JUDGMENT: answers,
        QuestionKind.BUDGET: answers,
        QuestionKind.SCALE: answers,
    }
    return max(1, most.get(asked.kind, 1))
