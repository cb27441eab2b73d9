"""Writes about what is owed: owe, meet, withdraw, silence."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engage.core import audit, clock
from engage.core.db import Base
from engage.deadlines import queries
from engage.deadlines.models import Deadline, DeadlineKind


def owe(
    db: Session,
    kind: DeadlineKind,
    subject: Any,
    *,
    organisation_id: int,
    due_at: datetime,
    title: str,
    urgent: bool = False,
) -> Deadline:
    """Say that an organisation owes something; an open one of the same kind is handed on instead.

    Two at once make one: the unique index on open deadlines refuses the second.
    """
    open_one = queries.open_deadline(db, kind, subject)
    if open_one is not None:
        open_one.title, open_one.urgent = title, urgent
        _hand_over(db, open_one, organisation_id=organisation_id)
        move(db, open_one, due_at=due_at)
        return open_one
    deadline = Deadline(
        kind=kind.value,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        organisation_id=organisation_id,
        title=title,
        due_at=due_at,
        urgent=urgent,
        created_at=clock.now(),
    )
    db.add(deadline)
    db.flush()
    _keep_next(db, deadline)
    audit.record(db, "deadline.owe", deadline, organisation_id=organisation_id)
    return deadline


def _keep_next(db: Session, deadline: Deadline) -> None:
    """Tables with a `next_due_at` keep there when something is owed next, to be sorted by it."""
    subjects = Base.metadata.tables[deadline.subject_type]
    if "next_due_at" not in subjects.c:
        return
    soonest = select(func.min(Deadline.due_at)).where(
        Deadline.subject_type == deadline.subject_type,
        Deadline.subject_id == deadline.subject_id,
        *queries.OPEN,
    )
    db.flush()
    db.execute(
        update(subjects)
        .where(subjects.c.id == deadline.subject_id)
        .values(next_due_at=func.coalesce(soonest.scalar_subquery(), clock.NEVER))
    )


def _hand_over(db: Session, deadline: Deadline, *, organisation_id: int) -> None:
    """Another organisation owes it: what the first one answered silences nothing any more."""
    if deadline.organisation_id == organisation_id:
        return
    deadline.organisation_id = organisation_id
    deadline.silenced_until = None
    audit.record(db, "deadline.hand_over", deadline, organisation_id=organisation_id)


def move(db: Session, deadline: Deadline, *, due_at: datetime) -> None:
    """Give another date: reminders, named by the date, start again."""
    if deadline.due_at == due_at:
        return
    deadline.due_at = due_at
    deadline.silenced_until = None
    _keep_next(db, deadline)
    audit.record(db, "deadline.move", deadline)


def meet(db: Session, kind: DeadlineKind, subject: Any, *, at: datetime | None = None) -> None:
    """What was owed of this kind is done, now or `at` an earlier moment, which decides on lateness.

    Nothing happens when nothing was owed.
    """
    deadline = queries.open_deadline(db, kind, subject)
    if deadline is not None:
        fulfil(db, deadline, at=at or clock.now())


def fulfil(db: Session, deadline: Deadline, *, at: datetime) -> None:
    """This was done `at` a moment, perhaps before it was said."""
    deadline.met_at = at
    _keep_next(db, deadline)
    audit.record(db, "deadline.meet", deadline)


def withdraw_all(db: Session, subject: Any) -> None:
    """Nothing is owed about `subject` any more (closed otherwise, sent elsewhere)."""
    for deadline in queries.open_deadlines_of(db, subject):
        withdraw(db, deadline)


def withdraw(db: Session, deadline: Deadline) -> None:
    """This is not owed any more, by nobody or not by them."""
    deadline.withdrawn_at = clock.now()
    _keep_next(db, deadline)
    audit.record(db, "deadline.withdraw", deadline)


def silence(db: Session, deadline: Deadline, *, until: datetime) -> None:
    """A partner promised a date: no reminder about this before `until`, and again if it passes."""
    deadline.silenced_until = until
    audit.record(db, "deadline.silence", deadline)
