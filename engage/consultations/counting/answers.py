"""What an answer to a question may be: checked, and brought into the one form in which it is kept.

The form of an answer by the kind of its question (`Answers`, whole numbers only, stable as JSON):

- yes_no, single: `[option]`; approval, budget: the options, sorted;
- favourites: one to three options in the order of preference;
- judgment, scale: `[[option, grade], …]` sorted by option; grades from 0 ("à rejeter") to 5
  ("excellent"), on a scale from 1 to 5; an option may be left without a grade;
- of every kind: `[none]`, the option that means none of these, always alone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from engage.consultations.models import Option, Question, QuestionKind
from engage.consultations.sheets import AskedOption, AskedQuestion
from engage.core.errors import InvalidInput
from engage.core.i18n import _, label

Answers = list[Any]
"""One answer as it is kept."""

AnyQuestion = Question | AskedQuestion
AnyOption = Option | AskedOption

FAVOURITES = 3
"""How many favourites one may name, in their order."""

GRADED = {QuestionKind.JUDGMENT: range(6), QuestionKind.SCALE: range(1, 6)}
"""The kinds that give each option a grade, with the grades there are."""

ONE = (QuestionKind.YES_NO, QuestionKind.SINGLE)
"""The kinds with one answer."""


def checked(question: AnyQuestion, sent: Iterable[Any]) -> Answers:
    """The answer as it is kept; raises `InvalidInput` on "choix" with a sentence for the voter.

    `sent` looks like `Answers` but may be in disorder; of favourites, None is a place left empty.
    What is checked already comes back as it is.
    """
    given = _without_gaps(question, list(sent))
    chosen = [_option_of(question, each) for each in given]
    if not chosen:
        raise InvalidInput("choix", _("Choisissez une réponse."))
    if not set(chosen) <= {option.id for option in question.options}:
        raise _unknown()
    if (none := none_of(question)) in chosen:
        return _alone(question, none, chosen)
    if question.kind in GRADED:
        return _graded(question, given)
    if question.kind is QuestionKind.FAVOURITES:
        return _favourites(question, chosen)
    return _several(question, sorted(set(chosen)))


def is_countable(question: AnyQuestion, answers: Answers) -> bool:
    """Whether this is an answer in the form in which it is kept."""
    try:
        return checked(question, answers) == answers
    except InvalidInput:
        return False


def none_of(question: AnyQuestion) -> int:
    """The option that means none of these; 0 while a question being written has none."""
    return next((option.id for option in question.options if option.is_none), 0)


def real_options(question: AnyQuestion) -> Sequence[AnyOption]:
    """The options but for "none of these", in the order of the list."""
    return [option for option in question.options if not option.is_none]


def named(question: AnyQuestion, option_id: int) -> str:
    """The words of an option, in quotes."""
    found = next(option for option in question.options if option.id == option_id)
    return f"«\xa0{label(found.label)}\xa0»"


def euros(amount: int) -> str:
    """`1 400 €`."""
    return f"{amount:,}\xa0€".replace(",", "\xa0")


def _unknown() -> InvalidInput:
    return InvalidInput("choix", _("Cette réponse n’est pas dans la liste. Choisissez encore."))


def _option_of(question: AnyQuestion, each: Any) -> int:
    """The option that one part of an answer names; 0 for what names none."""
    pair = question.kind in GRADED and isinstance(each, list | tuple) and len(each) == 2
    found = each[0] if pair else each
    return found if type(found) is int else 0


def _alone(question: AnyQuestion, none: int, chosen: list[int]) -> Answers:
    if len(set(chosen)) > 1:
        raise InvalidInput(
            "choix",
            _("Gardez {answer} tout seul, ou enlevez-le.").format(answer=named(question, none)),
        )
    return [none]


def _without_gaps(question: AnyQuestion, given: list[Any]) -> list[Any]:
    """Favourites without the places left empty at the end; an empty one before is refused."""
    if question.kind is not QuestionKind.FAVOURITES:
        return given
    while given and given[-1] is None:
        given.pop()
    if None in given:
        place = given.index(None) + 1
        raise InvalidInput(
            "choix", _("Dites aussi votre choix n°\xa0{n}, ou enlevez le suivant.").format(n=place)
        )
    return given


def _favourites(question: AnyQuestion, chosen: list[int]) -> Answers:
    twice = [option for option, times in Counter(chosen).items() if times > 1]
    if twice:
        text = _("Vous avez mis {answer} plusieurs fois. Gardez-le une seule fois.")
        raise InvalidInput("choix", text.format(answer=named(question, twice[0])))
    if len(chosen) > FAVOURITES:
        raise InvalidInput("choix", _too_many(FAVOURITES, len(chosen)))
    return chosen


def _graded(question: AnyQuestion, given: list[Any]) -> Answers:
    grades = GRADED[question.kind]
    pairs = {(option, grade) for option, grade in _pairs(given) if grade in grades}
    if len(pairs) != len(given) or len({option for option, _grade in pairs}) != len(given):
        raise _unknown()
    return [list(pair) for pair in sorted(pairs)]


def _pairs(given: list[Any]) -> Iterable[tuple[int, int]]:
    for each in given:
        if isinstance(each, list | tuple) and len(each) == 2 and type(each[1]) is int:
            yield each[0], each[1]


def _several(question: AnyQuestion, chosen: list[int]) -> Answers:
    if question.kind is QuestionKind.BUDGET:
        return _within_budget(question, chosen)
    most = 1 if question.kind in ONE else question.max_choices
    if question.kind is QuestionKind.TEXT:
        raise _unknown()
    if len(chosen) > most:
        one = most == 1 and question.kind in ONE
        raise InvalidInput(
            "choix", _("Choisissez une seule réponse.") if one else _too_many(most, len(chosen))
        )
    return chosen


def _within_budget(question: AnyQuestion, chosen: list[int]) -> Answers:
    budget = question.budget or 0
    costs = sum(option.cost or 0 for option in question.options if option.id in chosen)
    if costs > budget:
        text = _("Vos choix coûtent {sum}. Il y a {budget} à partager. Enlevez un projet.")
        raise InvalidInput("choix", text.format(sum=euros(costs), budget=euros(budget)))
    return chosen


def _too_many(most: int, chosen: int) -> str:
    return _("Choisissez-en {max} au plus. Vous en avez coché {n}.").format(max=most, n=chosen)
