"""Reads for those in charge: counters, the list of what is to do, everything about one report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.core import clock
from engage.core.pagination import PAGE_SIZE
from engage.deadlines.models import Deadline
from engage.incidents import routing
from engage.incidents.models import Incident, IncidentFollower
from engage.incidents.policy import agent_organisations, can_see_all
from engage.incidents.queries import FACTS, is_code
from engage.incidents.workflow import ENDED, OPEN, Status
from engage.territory.models import Neighbourhood, Organisation

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts what has no date after everything that has one."""

due_next = (
    select(func.min(Deadline.due_at))
    .where(
        Deadline.subject_type == Incident.__tablename__,
        Deadline.subject_id == Incident.id,
        Deadline.met_at.is_(None),
        Deadline.withdrawn_at.is_(None),
    )
    .correlate(Incident)
    .scalar_subquery()
)
"""When something is owed next for a report."""


def _late() -> ColumnElement[bool]:
    return and_(Incident.status.in_(OPEN), due_next < clock.now())


FILTERS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "": lambda: Incident.status.in_(OPEN),
    "retard": _late,
    "a-qualifier": lambda: Incident.status == Status.TO_QUALIFY,
    "urgents": lambda: and_(Incident.urgent, Incident.status.in_(OPEN)),
    "attente": lambda: Incident.status == Status.RESOLVED,
    "finis": lambda: Incident.status.in_(ENDED),
}
"""What the desk can be asked for."""


@dataclass(frozen=True)
class Counts:
    """The numbers on top of the desk."""

    late: int
    to_qualify: int
    urgent: int
    waiting: int


@dataclass(frozen=True)
class Row:
    """A line of the desk; `due_at` is when something is owed next."""

    incident: Incident
    due_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def is_urgent(self) -> bool:
        return self.incident.urgent and self.incident.status in OPEN

    @property
    def key(self) -> str:
        """Where the next page starts: urgent, date in microseconds, id."""
        stamp = int((self.due_at or NEVER).timestamp()) * 1_000_000
        stamp += (self.due_at or NEVER).microsecond
        return f"{int(self.incident.urgent)}.{stamp}.{self.incident.id}"


@dataclass(frozen=True)
class DeskPage:
    """Up to 20 lines and the key of the next page."""

    rows: Sequence[Row]
    next_key: str


def counts(db: Session, person: Person) -> Counts:
    """How much waits for this person."""

    def number(state: str) -> ColumnElement[Any]:
        return func.sum(case((FILTERS[state](), 1), else_=0))

    row = db.execute(
        select(number("retard"), number("a-qualifier"), number("urgents"), number("attente")).where(
            _mine(person), Incident.status.in_((*OPEN, Status.RESOLVED))
        )
    ).one()
    return Counts(*(value or 0 for value in row))


def rows(
    db: Session, person: Person, *, state: str = "", neighbourhood: str = "", after: str = ""
) -> DeskPage:
    """Urgent first, then what is or will soonest be late; unknown filters find nothing."""
    due = func.coalesce(due_next, NEVER)
    wanted = FILTERS.get(state)
    statement = (
        select(Incident, due_next)
        .options(*FACTS)
        .where(_mine(person))
        .order_by(Incident.urgent.desc(), due, Incident.id)
        .limit(PAGE_SIZE + 1)
    )
    if wanted is None or (neighbourhood and not is_code(neighbourhood)):
        return DeskPage((), "")
    statement = statement.where(wanted())
    if neighbourhood:
        statement = statement.join(Incident.neighbourhood).where(
            Neighbourhood.code == neighbourhood
        )
    place = _parsed(after)
    if place is not None:
        urgent, moment, id_ = place
        further = or_(due > moment, and_(due == moment, Incident.id > id_))
        same = and_(Incident.urgent == urgent, further)
        statement = statement.where(or_(same, ~Incident.urgent) if urgent else same)
    found = [Row(incident, due_at) for incident, due_at in db.execute(statement)]
    page = found[:PAGE_SIZE]
    return DeskPage(page, page[-1].key if len(found) > PAGE_SIZE else "")


def _mine(person: Person) -> ColumnElement[bool]:
    """Agents see what their organisations have, the coordinator everything."""
    if can_see_all(person):
        return true()
    return Incident.organisation_id.in_(agent_organisations(person))


def _parsed(key: str) -> tuple[bool, datetime, int] | None:
    """The key of a page; None when it is not one of ours."""
    try:
        urgent, stamp, id_ = (int(part) for part in key.split("."))
        moment = datetime.fromtimestamp(stamp // 1_000_000, UTC)
        if not 0 < id_ < 2**31:
            return None
        return bool(urgent), moment.replace(microsecond=stamp % 1_000_000), int(id_)
    except (ValueError, OverflowError, OSError):
        return None


def item(db: Session, reference: str) -> tuple[Incident, int] | None:
    """One report with how many follow it."""
    followers = (
        select(func.count(IncidentFollower.id))
        .where(IncidentFollower.incident_id == Incident.id)
        .scalar_subquery()
    )
    wanted = reference.strip().upper()
    if not is_code(wanted):
        return None
    row = db.execute(
        select(Incident, followers).options(*FACTS).where(Incident.reference == wanted)
    ).first()
    return (row[0], row[1]) if row else None


def dates(db: Session, incident: Incident) -> Sequence[Deadline]:
    """All that was or is owed, soonest first, with who owes it."""
    return db.scalars(
        select(Deadline)
        .options(joinedload(Deadline.organisation))
        .where(Deadline.subject_type == Incident.__tablename__, Deadline.subject_id == incident.id)
        .order_by(Deadline.due_at, Deadline.id)
    ).all()


def proposed(db: Session, incident: Incident) -> Organisation | None:
    """Whom the routing table names for this report."""
    return routing.responsible(db, incident.kind, incident.place)
