"""Counts an answer of any kind: most go into the ballot box, what is written freely does not."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from engage.consultations.commands import Cast, cast_ballot
from engage.consultations.counting import answers
from engage.consultations.counting.answers import Answers
from engage.consultations.models import Question, QuestionKind
from engage.consultations.written import commands as written


def checked(question: Question, sent: Collection[Any]) -> Answers:
    """The answer as it is kept, words as `[text]`; raises `InvalidInput` on "choix"."""
    if question.kind is QuestionKind.TEXT:
        return [written.checked(_text(sent))]
    return answers.checked(question, sent)


def cast(
    db: Session, question: Question, *, unit: str, choices: Collection[Any], **how: Any
) -> Cast:
    """Count the answer of `unit`; `how` and what is raised as with `cast_ballot`.

    Words have no receipt.
    """
    if question.kind is QuestionKind.TEXT:
        written.write(db, question, unit, _text(choices), **how)
        return Cast("", changed=False)
    return cast_ballot(db, question, unit=unit, choices=choices, **how)


def _text(sent: Collection[Any]) -> str:
    return next((each for each in sent if isinstance(each, str)), "")
