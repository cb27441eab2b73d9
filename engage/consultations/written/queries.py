"""Reads of answers in words: what is published, once the vote is sealed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from engage.consultations.models import Consultation, Question
from engage.consultations.written.models import WrittenAnswer
from engage.core.words import Visibility

MOST_SHOWN = 200
"""On one page; a neighbourhood writes fewer."""


class Written(NamedTuple):
    """One published answer."""

    id: int
    body: str
    language: str
    edition: int

    @property
    def is_masked(self) -> bool:
        return self.edition > 1


class Words(NamedTuple):
    """What was written to one question: shown in the order of numbers drawn by lot."""

    shown: Sequence[Written]
    published: int
    waiting: int


NOTHING = Words((), 0, 0)

_SEALED = (
    WrittenAnswer.question_id.in_(bindparam("ids", expanding=True)),
    Question.id == WrittenAnswer.question_id,
    Consultation.id == Question.consultation_id,
    Consultation.sealed_at.is_not(None),
    Consultation.cancelled_at.is_(None),
)

_COUNTS = (
    select(WrittenAnswer.question_id, WrittenAnswer.visibility, func.count())
    .where(*_SEALED)
    .group_by(WrittenAnswer.question_id, WrittenAnswer.visibility)
)

_SHOWN = (
    select(
        WrittenAnswer.question_id,
        WrittenAnswer.id,
        WrittenAnswer.body,
        WrittenAnswer.language,
        WrittenAnswer.edition,
    )
    .where(*_SEALED, WrittenAnswer.visibility == Visibility.PUBLIC)
    .order_by(WrittenAnswer.id)
    .limit(MOST_SHOWN)
)


def published(db: Session, question_ids: Sequence[int]) -> dict[int, Words]:
    """Question → what was written to it, of sealed votes only; two statements, none for none."""
    if not question_ids:
        return {}
    shown: dict[int, list[Written]] = {}
    for row in db.execute(_SHOWN, {"ids": question_ids}):
        shown.setdefault(row.question_id, []).append(Written._make(row[1:]))
    numbers: dict[int, dict[Visibility, int]] = {}
    for question_id, visibility, number in db.execute(_COUNTS, {"ids": question_ids}):
        numbers.setdefault(question_id, {})[visibility] = number
    return {
        question_id: Words(
            shown.get(question_id, ()),
            found.get(Visibility.PUBLIC, 0),
            found.get(Visibility.PENDING, 0),
        )
        for question_id, found in numbers.items()
    }


def to_read(db: Session, answer_id: int) -> tuple[WrittenAnswer, Question, Consultation] | None:
    """One answer with its question, for who reads it before everybody."""
    row = db.execute(
        select(WrittenAnswer, Question, Consultation)
        .join(Question, Question.id == WrittenAnswer.question_id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .options(joinedload(Consultation.neighbourhood))
        .where(WrittenAnswer.id == answer_id)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def waiting_ids(db: Session, most: int) -> Sequence[int]:
    """What the council's queue does not have yet."""
    return db.scalars(select(WrittenAnswer.id).where(~WrittenAnswer.received).limit(most)).all()
