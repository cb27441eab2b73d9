"""Reads about what is owed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.deadlines.models import Deadline, DeadlineKind

OPEN = (Deadline.met_at.is_(None), Deadline.withdrawn_at.is_(None))


def open_deadline(db: Session, kind: DeadlineKind, subject: Any) -> Deadline | None:
    """What is still owed of this kind about `subject`; at most one."""
    return db.scalar(
        select(Deadline).where(
            Deadline.kind == kind.value,
            Deadline.subject_type == subject.__tablename__,
            Deadline.subject_id == subject.id,
            *OPEN,
        )
    )


def open_deadlines_of(db: Session, subject: Any) -> Sequence[Deadline]:
    """All that is still owed about `subject`, soonest first, with its organisation."""
    return db.scalars(
        select(Deadline)
        .options(joinedload(Deadline.organisation))
        .where(
            Deadline.subject_type == subject.__tablename__,
            Deadline.subject_id == subject.id,
            *OPEN,
        )
        .order_by(Deadline.due_at)
    ).all()
