"""Reads for those in charge: counters, the list of what is to do, everything about one report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.core import clock
from engage.core.db import UTCDateTime
from engage.core.pagination import PAGE_SIZE
from engage.deadlines.models import Deadline
from engage.incidents import routing
from engage.incidents.models import Circuit, Incident, IncidentFollower, IncidentKind, is_one_of
from engage.incidents.policy import agent_organisations, can_see_all
from engage.incidents.queries import FACTS, Statement, is_code
from engage.incidents.workflow import ENDED, OPEN, Status
from engage.territory.models import Neighbourhood, Organisation, Place

IS_OPEN: ColumnElement[bool] = literal_column(is_one_of(OPEN))
HAS_ENDED: ColumnElement[bool] = literal_column(is_one_of(ENDED))

FILTERS: dict[str, ColumnElement[bool]] = {
    "": IS_OPEN,
    "retard": and_(IS_OPEN, Incident.next_due_at < bindparam("now", type_=UTCDateTime)),
    "a-qualifier": Incident.status == Status.TO_QUALIFY,
    "urgents": and_(Incident.urgent, IS_OPEN),
    "attente": Incident.status == Status.RESOLVED,
    "finis": HAS_ENDED,
}
"""What the desk can be asked for."""


@dataclass(frozen=True)
class Counts:
    """The numbers on top of the desk."""

    late: int
    to_qualify: int
    urgent: int
    waiting: int


class Row(NamedTuple):
    """A line of the desk; `due_at` is when something is owed next."""

    id: int
    reference: str
    status: Status
    scheduled_on: date | None
    created_at: datetime
    urgent: bool
    circuit: Circuit
    words: dict[str, str]
    place: dict[str, str]
    holder: str | None
    next_due_at: datetime

    @property
    def due_at(self) -> datetime | None:
        return None if self.next_due_at == clock.NEVER else self.next_due_at

    @property
    def is_late(self) -> bool:
        return self.next_due_at < clock.now()

    @property
    def is_urgent(self) -> bool:
        return self.urgent and self.status in OPEN

    @property
    def key(self) -> str:
        """Where the next page starts: urgent, date in microseconds, id."""
        stamp = int(self.next_due_at.timestamp()) * 1_000_000 + self.next_due_at.microsecond
        return f"{int(self.urgent)}.{stamp}.{self.id}"


@dataclass(frozen=True)
class DeskPage:
    """Up to 20 lines and the key of the next page."""

    rows: Sequence[Row]
    next_key: str


@lru_cache
def _counts(*, sees_all: bool) -> Statement:
    """Each number from the index of its filter; no report is read."""

    def number(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        counted = select(func.count()).select_from(Incident)
        return counted.where(_mine(sees_all=sees_all), *conditions).scalar_subquery()

    late = FILTERS["retard"]
    return select(
        number(late, Incident.urgent.is_(True)) + number(late, Incident.urgent.is_(False)),
        number(FILTERS["a-qualifier"]),
        number(FILTERS["urgents"]),
        number(FILTERS["attente"]),
    )


def counts(db: Session, person: Person) -> Counts:
    """How much waits for this person."""
    row = db.execute(_counts(sees_all=can_see_all(person)), _known(person)).one()
    return Counts(*row)


DESK_ORDER = (Incident.urgent.desc(), Incident.next_due_at, Incident.id)
ROWS: Statement = (
    select(
        Incident.id,
        Incident.reference,
        Incident.status,
        Incident.scheduled_on,
        Incident.created_at,
        Incident.urgent,
        IncidentKind.circuit,
        IncidentKind.resident_label,
        Place.name,
        Organisation.short_name,
        Incident.next_due_at,
    )
    .join(Incident.kind)
    .join(Incident.place)
    .outerjoin(Incident.organisation)
    .order_by(*DESK_ORDER)
    .limit(PAGE_SIZE + 1)
)


@lru_cache
def _rows(
    state: str, *, sees_all: bool, by_neighbourhood: bool, after_urgent: bool | None
) -> Statement:
    """One statement for each combination of filters, built once.

    `after_urgent` says whether the last line of the page before is urgent; None: the first page.
    """
    chosen = select(Incident.id).where(_mine(sees_all=sees_all), FILTERS[state])
    if by_neighbourhood:
        code = select(Neighbourhood.id).where(Neighbourhood.code == bindparam("code"))
        chosen = chosen.where(Incident.neighbourhood_id == code.scalar_subquery())
    parts = union_all(*(select(part) for part in _parts(chosen, after_urgent))).subquery()
    return ROWS.join(parts, parts.c.id == Incident.id)


def _parts(chosen: Select[int], after_urgent: bool | None) -> Iterator[Subquery]:
    """The next lines among the urgent and among the others: each walks along an index."""
    moment = bindparam("moment", type_=UTCDateTime)
    place = tuple_(Incident.next_due_at, Incident.id)
    for urgent in (True, False):
        if after_urgent is False and urgent:
            continue
        part = chosen.where(Incident.urgent if urgent else ~Incident.urgent)
        if after_urgent is urgent:
            part = part.where(place > tuple_(moment, bindparam("id")))
        yield part.order_by(Incident.next_due_at, Incident.id).limit(PAGE_SIZE + 1).subquery()


def rows(
    db: Session, person: Person, *, state: str = "", neighbourhood: str = "", after: str = ""
) -> DeskPage:
    """Urgent first, then what is or will soonest be late; unknown filters find nothing."""
    if state not in FILTERS or (neighbourhood and not is_code(neighbourhood)):
        return DeskPage((), "")
    urgent, moment, id_ = _parsed(after) or (None, None, None)
    statement = _rows(
        state,
        sees_all=can_see_all(person),
        by_neighbourhood=bool(neighbourhood),
        after_urgent=urgent,
    )
    known = _known(person) | {"code": neighbourhood, "moment": moment, "id": id_}
    found = [Row(*row) for row in db.execute(statement, known)]
    page = found[:PAGE_SIZE]
    return DeskPage(page, page[-1].key if len(found) > PAGE_SIZE else "")


def _mine(*, sees_all: bool) -> ColumnElement[bool]:
    """Agents see what their organisations have, the coordinator everything."""
    if sees_all:
        return true()
    return Incident.organisation_id.in_(bindparam("organisations", expanding=True))


def _known(person: Person) -> dict[str, Any]:
    """What the statements ask about this person and this moment."""
    return {"organisations": list(agent_organisations(person)), "now": clock.now()}


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


FOLLOWERS = (
    select(func.count(IncidentFollower.id))
    .where(IncidentFollower.incident_id == Incident.id)
    .scalar_subquery()
)
ITEM = (
    select(Incident, FOLLOWERS).options(*FACTS).where(Incident.reference == bindparam("reference"))
)


def item(db: Session, reference: str) -> tuple[Incident, int] | None:
    """One report with how many follow it."""
    wanted = reference.strip().upper()
    row = db.execute(ITEM, {"reference": wanted}).first() if is_code(wanted) else None
    return (row[0], row[1]) if row else None


DATES = (
    select(Deadline)
    .options(joinedload(Deadline.organisation))
    .where(
        Deadline.subject_type == Incident.__tablename__,
        Deadline.subject_id == bindparam("incident"),
    )
    .order_by(Deadline.due_at, Deadline.id)
)


def dates(db: Session, incident: Incident) -> Sequence[Deadline]:
    """All that was or is owed, soonest first, with who owes it."""
    return db.scalars(DATES, {"incident": incident.id}).all()


class Holder(NamedTuple):
    """An organisation that a report can be given to."""

    id: int
    name: str


HOLDERS = select(Organisation.id, Organisation.name).order_by(Organisation.name)


def holders(db: Session) -> list[Holder]:
    """All organisations, by name."""
    return [Holder(*row) for row in db.execute(HOLDERS)]


def proposed(db: Session, incident: Incident) -> Organisation | None:
    """Whom the routing table names for this report."""
    return routing.responsible(db, incident.kind, incident.place)
