"""Says in words what one voter has chosen, for that voter alone."""

from dataclasses import dataclass

from engage.consultations.counting.answers import Answers, euros, none_of
from engage.consultations.counting.words import grade
from engage.consultations.models import Option, Question, QuestionKind
from engage.core.i18n import _, label


@dataclass(frozen=True)
class Chosen:
    """One line of an answer: `note` says the place, the grade or the price; may be empty.

    `level` of `of` is how much of a bar is drawn for a grade; `of` is 0 where there is no grade.
    """

    text: str
    note: str = ""
    option: Option | None = None
    level: int = 0
    of: int = 0


def place(number: int) -> str:
    """The words of the first, second and third favourite, counted from 0."""
    return (_("Premier choix"), _("Deuxième choix"), _("Troisième choix"))[number]


def chosen(question: Question, answers: Answers) -> list[Chosen]:
    """The lines of an answer in its own order; the best grade first where there are grades."""
    if question.kind is QuestionKind.TEXT:
        return [Chosen(str(text)) for text in answers]
    if answers == [none_of(question)]:
        return [_line(question, answers[0])]
    if question.kind is QuestionKind.FAVOURITES:
        return [_line(question, id_, place(n)) for n, id_ in enumerate(answers)]
    if question.kind in (QuestionKind.JUDGMENT, QuestionKind.SCALE):
        return [_graded(question, *pair) for pair in sorted(answers, key=lambda pair: -pair[1])]
    costs = {o.id: o.cost for o in question.options} if question.budget else {}
    return [_line(question, id_, euros(costs.get(id_) or 0) if costs else "") for id_ in answers]


def _graded(question: Question, id_: int, given: int) -> Chosen:
    if question.kind is QuestionKind.SCALE:
        return _line(question, id_, _("{n} sur 5").format(n=given), given, 5)
    return _line(question, id_, grade(given), given + 1, 6)


def _line(question: Question, id_: int, note: str = "", level: int = 0, of: int = 0) -> Chosen:
    option = next(option for option in question.options if option.id == id_)
    return Chosen(label(option.label), note, option, level, of)
