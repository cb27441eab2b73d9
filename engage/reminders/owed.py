"""What is owed as frozen values: the columns of a deadline that reminders and pages read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_

from engage.deadlines.models import Dates, Deadline, DeadlineKind
from engage.deadlines.queries import OPEN


class _Columns(NamedTuple):
    id: int
    kind: str
    subject_type: str
    subject_id: int
    organisation_id: int
    title: str
    due_at: datetime
    urgent: bool
    silenced_until: datetime | None
    is_open: bool


class Owed(_Columns, Dates):
    """One thing that is or was owed."""

    __slots__ = ()


COLUMNS = (
    Deadline.id,
    Deadline.kind,
    Deadline.subject_type,
    Deadline.subject_id,
    Deadline.organisation_id,
    Deadline.title,
    Deadline.due_at,
    Deadline.urgent,
    Deadline.silenced_until,
    and_(*OPEN).label("is_open"),
)
"""What `Owed` is made of, in its order."""

STILL_OPEN = (Deadline.kind.in_([kind.value for kind in DeadlineKind]), *OPEN)
"""All that is open; the index of what is open begins with the kind, so it is named."""
