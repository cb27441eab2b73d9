"""What is read off one sheet: a mark a question, and where two people read differently.

Pure functions; marks are `[question, mark, answers]` a question, in the order of the questions.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from engage.consultations.models import Question, QuestionKind

Marks = list[Any]


class Mark(StrEnum):
    """How a question stands on the sheet."""

    VALID = "valid"
    BLANK = "blank"
    VOID = "void"
    STRUCK = "struck"
    """Crossed out at the stand: this person had answered it online before."""


def on_paper(questions: Sequence[Question]) -> list[Question]:
    """The questions that a ballot holds: words are said to the mediator, not put into the urn."""
    return [question for question in questions if question.kind is not QuestionKind.TEXT]


def differing(first: Marks, second: Marks) -> list[int]:
    """The ids of the questions that two people read differently."""
    other = {question: rest for question, *rest in second}
    return [question for question, *rest in first if other.get(question) != rest]


def settled(looks: Sequence[Marks]) -> Marks | None:
    """What counts: the third look, else what two people saw alike; None while it is open."""
    if len(looks) > 2:
        return looks[2]
    if len(looks) == 2 and not differing(looks[0], looks[1]):
        return looks[0]
    return None
