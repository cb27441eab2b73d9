"""What somebody ticked while reading a sheet, brought into marks."""

from collections.abc import Sequence
from typing import Any, Protocol

from engage.consultations.counting import answers
from engage.consultations.counting.explaining import grade
from engage.consultations.models import Question, QuestionKind
from engage.consultations.paper.reading import Mark, Marks
from engage.core.errors import InvalidInput
from engage.core.i18n import _

PLACES = (1, 2, 3)
"""Of favourites."""


class Sent(Protocol):
    """The fields of a form, as Werkzeug gives them."""

    def get(self, key: str, default: str) -> str: ...
    def getlist(self, key: str) -> list[str]: ...


def marks(questions: Sequence[Question], sent: Sent) -> tuple[Marks, dict[int, str]]:
    """The marks of all questions, and what is wrong by question id; marks lack those."""
    read, wrong = [], {}
    for question in questions:
        try:
            read.append(_mark(question, sent))
        except InvalidInput as refusal:
            wrong[question.id] = refusal.message
    return read, wrong


def _mark(question: Question, sent: Sent) -> list[Any]:
    """What is ticked is valid; a mark beside an answer is a slip of who enters."""
    typed, given = sent.get(name(question), "") or Mark.VALID, _given(question, sent)
    if typed not in list(Mark) or (typed == Mark.VALID and not given):
        raise InvalidInput("", _("Recopiez la réponse, ou dites si c’est blanc, nul ou barré."))
    if typed != Mark.VALID:
        if given:
            raise InvalidInput("", _("Gardez la réponse, ou blanc, nul, barré. Pas les deux."))
        return [question.id, typed, []]
    try:
        return [question.id, typed, answers.checked(question, given)]
    except InvalidInput as refusal:
        advice = _("Si c’est bien ce qui est écrit, choisissez «\xa0Nul\xa0».")
        raise InvalidInput("", f"{refusal.message} {advice}") from None


def _given(question: Question, sent: Sent) -> list[Any]:
    base, ticked = name(question), [_number(v) for v in sent.getlist(f"{name(question)}-choix")]
    if question.kind is QuestionKind.FAVOURITES:
        ranked = [_number(sent.get(f"{base}-rang{place}", "")) or None for place in PLACES]
        return [*ranked, *ticked] if any(ranked) or not ticked else ticked
    if question.kind in answers.GRADED:
        notes = {o.id: sent.get(f"{base}-note{o.id}", "") for o in question.options}
        return [*([id_, _number(note)] for id_, note in notes.items() if note), *ticked]
    return ticked


def name(question: Question) -> str:
    """What the fields of a question begin with."""
    return f"q{question.id}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def written(question: Question, mark: str, given: Sequence[Any]) -> str:
    """How a mark reads in words, for the comparison of two looks."""
    said = {
        Mark.BLANK: _("Blanc"),
        Mark.VOID: _("Nul"),
        Mark.STRUCK: _("Barré au stand"),
    }
    if mark != Mark.VALID:
        return said[Mark(mark)]
    return "\xa0; ".join(_part(question, each, place) for place, each in enumerate(given, 1))


def _part(question: Question, each: Any, place: int) -> str:
    if isinstance(each, list):
        judged = question.kind is QuestionKind.JUDGMENT
        note = grade(each[1]) if judged else str(each[1])
        return f"{answers.named(question, each[0])}\xa0: {note}"
    chosen = answers.named(question, each)
    if question.kind is QuestionKind.FAVOURITES and each != answers.none_of(question):
        return f"{place}. {chosen}"
    return chosen
