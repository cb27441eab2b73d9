"""Reads for those who make concertations: drafts too, with all that can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.consultations import sheets
from engage.consultations.making.models import ConsultationChange
from engage.consultations.models import Consultation, Option, Purpose, Question
from engage.core import clock

MOST = 60
"""Of those that wait for something, shown on one page."""


def consultation(db: Session, consultation_id: int, *, again: bool = False) -> Consultation | None:
    """Any concertation with its neighbourhood, questions, answers and their pictures.

    `again` reads anew what this session has read before.
    """
    return db.scalar(
        select(Consultation)
        .execution_options(populate_existing=again)
        .options(
            joinedload(Consultation.neighbourhood),
            # held by each question, so that whoever holds a question holds it too
            selectinload(Consultation.questions).immediateload(Question.consultation),
            selectinload(Consultation.questions)
            .selectinload(Question.options)
            .joinedload(Option.photo),
        )
        .where(Consultation.id == consultation_id)
    )


@dataclass(frozen=True)
class InHand:
    """One that somebody has something to do about."""

    id: int
    title: dict[str, str]
    purpose: Purpose
    is_draft: bool
    announced_at: datetime
    opens_at: datetime
    closes_at: datetime
    decision_due_at: datetime
    questions: int


@dataclass(frozen=True)
class Desk:
    """What lies on the table of those who make concertations."""

    drafts: Sequence[InHand]
    coming: Sequence[InHand]
    running: Sequence[InHand]
    to_decide: Sequence[InHand]


def desk(db: Session) -> Desk:
    """In one statement: drafts, the newest first; what is announced, open, or not decided."""
    asked = (
        select(func.count())
        .where(Question.consultation_id == Consultation.id)
        .correlate(Consultation)
        .scalar_subquery()
    )
    columns = [
        getattr(Consultation, name) for name in InHand.__annotations__ if name != "questions"
    ]
    waits = Consultation.decided_on.is_(None) & (Consultation.purpose != Purpose.SURVEY)
    rows = db.execute(
        select(*columns, asked)
        .where(
            Consultation.cancelled_at.is_(None),
            Consultation.is_draft | waits | (Consultation.closes_at > clock.now()),
        )
        .order_by(Consultation.closes_at, Consultation.id)
        .limit(MOST)
    )
    now, found = clock.now(), [InHand(*tuple(row)) for row in rows]
    announced = [one for one in found if not one.is_draft]
    return Desk(
        drafts=sorted((one for one in found if one.is_draft), key=lambda one: -one.id),
        coming=[one for one in announced if one.opens_at > now],
        running=[one for one in announced if one.opens_at <= now < one.closes_at],
        to_decide=[one for one in announced if one.closes_at <= now],
    )


_CHANGES = select(ConsultationChange).order_by(ConsultationChange.id.desc())


def changes(db: Session, consultation_id: int) -> list[ConsultationChange]:
    """What changed in public, the newest first."""
    return list(db.scalars(_CHANGES.where(ConsultationChange.consultation_id == consultation_id)))


def sheet_of(draft: Consultation) -> sheets.Sheet:
    """A draft (with its neighbourhood) as the public page would show it."""
    names = [field.name for field in fields(sheets.Sheet)]
    values: dict[str, Any] = {name: getattr(draft, name, None) for name in names}
    values["neighbourhood"] = draft.neighbourhood.name if draft.neighbourhood else None
    return sheets.Sheet(**values)
