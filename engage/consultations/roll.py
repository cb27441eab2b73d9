"""How long it is kept who voted (never what): two months after the decision, then it goes."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from engage.accounts.departures import Departure
from engage.consultations.models import Consultation, FinalCounts, RollEntry, unit_of_person
from engage.core import clock

MONTHS = 2
"""After the decision: until then somebody may contest the vote."""


def is_due(limit: datetime) -> ColumnElement[bool]:
    """Whether the roll of a concertation has had its time; `limit` is two months ago.

    Counted from the decision, from the day it was promised for when nobody decided, from the
    cancelling of what was cancelled. Its counts must be stored first.
    """
    decided = case(
        (
            Consultation.decided_on.is_not(None),
            Consultation.decided_on <= clock.local(limit).date(),
        ),
        else_=Consultation.decision_due_at <= limit,
    )
    counted = exists().where(FinalCounts.consultation_id == Consultation.id)
    over = and_(Consultation.cancelled_at.is_(None), counted, decided)
    return or_(Consultation.cancelled_at <= limit, over)


def voted_until(db: Session, person_id: int) -> datetime | None:
    """When the last vote closes that this person took part in and that still runs, or None."""
    return db.scalar(
        select(func.max(Consultation.closes_at))
        .join(RollEntry, RollEntry.consultation_id == Consultation.id)
        .where(
            RollEntry.unit == unit_of_person(person_id),
            Consultation.closes_at > clock.now(),
            Consultation.cancelled_at.is_(None),
        )
    )


def hold_departed(db: Session, consultation: Consultation) -> None:
    """Who took part and left stays the same voter until the closing, which has just moved."""
    voted = exists().where(
        RollEntry.consultation_id == consultation.id,
        RollEntry.unit == func.concat(unit_of_person(0)[:-1], Departure.person_id),
    )
    db.execute(
        update(Departure)
        .where(Departure.until < consultation.closes_at, voted)
        .values(until=consultation.closes_at)
        .execution_options(synchronize_session=False)
    )


def awaits_sealing(db: Session, person_id: int) -> bool:
    """Whether this person took part in a vote whose ballots still lie under the key of the unit."""
    mine = exists().where(
        RollEntry.consultation_id == Consultation.id, RollEntry.unit == unit_of_person(person_id)
    )
    waits = (Consultation.sealed_at.is_(None), Consultation.cancelled_at.is_(None), mine)
    return db.scalar(select(Consultation.id).where(*waits).limit(1)) is not None


def forget(db: Session, most: int) -> int:
    """Remove at most `most` entries of rolls that have had their time; returns how many."""
    due = select(Consultation.id).where(is_due(clock.months_ago(MONTHS)))
    entry = tuple_(RollEntry.question_id, RollEntry.unit)
    chosen = (
        select(RollEntry.question_id, RollEntry.unit)
        .where(RollEntry.consultation_id.in_(due))
        .limit(most)
    )
    gone = db.execute(delete(RollEntry).where(entry.in_(chosen)))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]


def emptied(db: Session) -> frozenset[int]:
    """The concertations whose roll had its time and is gone: only stored counts tell of it."""
    left = exists().where(RollEntry.consultation_id == Consultation.id)
    due = is_due(clock.months_ago(MONTHS))
    return frozenset(db.scalars(select(Consultation.id).where(due, ~left)))
