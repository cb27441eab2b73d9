"""Counts the answers to one question: pure functions, exact whole numbers, fixed rules for ties."""

from collections.abc import Callable, Iterable, Sequence

from engage.consultations.counting.answers import AnyQuestion, is_countable
from engage.consultations.counting.budget import budget
from engage.consultations.counting.judgment import judgment
from engage.consultations.counting.parts import Group as Group
from engage.consultations.counting.parts import Line as Line
from engage.consultations.counting.parts import Outcome as Outcome
from engage.consultations.counting.parts import Step as Step
from engage.consultations.counting.scale import scale
from engage.consultations.counting.voices import by_voices, favourites, yes_no
from engage.consultations.models import QuestionKind

Method = Callable[[AnyQuestion, Sequence[Group]], Outcome]

METHODS: dict[QuestionKind, Method] = {
    QuestionKind.YES_NO: yes_no,
    QuestionKind.SINGLE: by_voices,
    QuestionKind.APPROVAL: by_voices,
    QuestionKind.FAVOURITES: favourites,
    QuestionKind.JUDGMENT: judgment,
    QuestionKind.BUDGET: budget,
    QuestionKind.SCALE: scale,
}
"""How each kind is counted; what is written freely is read, not counted."""


def count(question: AnyQuestion, groups: Iterable[Group]) -> Outcome:
    """Count one question from its ballots, equal ones together: (answers, number of ballots).

    Raises ValueError when a ballot cannot be counted: that is a fault for `engage verify`, never
    silently left out.
    """
    known = list(groups)
    for answers, _number in known:
        if not is_countable(question, answers):
            raise ValueError(f"a ballot answers question {question.id} with what it does not offer")
    method = METHODS.get(question.kind)
    return method(question, known) if method else Outcome(sum(number for _, number in known))


def percent(voices: int, voters: int) -> int:
    """Whole per cent of those who answered, halves up; 0 when nobody did."""
    return (200 * voices + voters) // (2 * voters) if voters else 0
