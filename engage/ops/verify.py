"""Proves that the state of a town holds together: each check returns its faults, a line each."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import String, Table, func, select, text, type_coerce
from sqlalchemy.orm import Session

from engage import schema
from engage.consultations import verify as consultations
from engage.consultations.making import documents
from engage.core import clock, search_index
from engage.core.audit import AuditEntry
from engage.core.db import UTCDateTime
from engage.core.errors import NotFound
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.photos import Photo
from engage.core.services import Services
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline
from engage.incidents.models import Incident
from engage.ops.searched import SEARCHED
from engage.privacy.purge import orphan_files
from engage.proposals import supporters as proposal_supporters

Check = Callable[[Session, Services], list[str]]

SKEW = timedelta(minutes=1)
"""How far the clocks of two machines may differ."""

SHOWN = 20

BEFORE = AuditEntry.details["before"].as_string()
AFTER = AuditEntry.details["after"].as_string()
"""What a step changed; other entries have none."""


def audit_trail(db: Session, town: Services) -> list[str]:
    """Each status is the one its newest audit entry says; steps follow each other in time."""
    late = select(AuditEntry.id).where(AuditEntry.at > clock.now() + SKEW).order_by(AuditEntry.id)
    faults = [f"audit entry {id_} is in the future" for id_ in db.scalars(late)]
    faults.extend(_broken_steps(db))
    for table in _tables_with_status():
        faults.extend(_status_faults(db, table))
    return faults


def _broken_steps(db: Session) -> Iterator[str]:
    """Steps that do not begin where the one before ended; the database compares them."""
    previous: dict[str, Any] = {
        "partition_by": (AuditEntry.subject_type, AuditEntry.subject_id),
        "order_by": AuditEntry.id,
    }
    steps = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.subject_type,
            AuditEntry.subject_id,
            BEFORE.label("before"),
            func.lag(AFTER, type_=String()).over(**previous).label("was"),
            func.lag(AuditEntry.at, type_=UTCDateTime()).over(**previous).label("was_at"),
        )
        .where(AFTER.is_not(None))
        .subquery()
    )
    doubtful = select(steps).where(
        steps.c.was_at.is_not(None),
        (steps.c.before.is_distinct_from(steps.c.was)) | (steps.c.at < steps.c.was_at),
    )
    for step in db.execute(doubtful.order_by(steps.c.id)):
        if step.before != step.was:
            name = _name((step.subject_type, step.subject_id))
            yield f"audit entry {step.id}: {name} was {step.was} before"
        if step.at < step.was_at - SKEW:
            yield f"audit entry {step.id} is older than the one before it"


def _tables_with_status() -> Iterator[Table]:
    """Tables whose rows live along a table of transitions: their status has a start."""
    for table in schema.metadata.sorted_tables:
        if "status" in table.c and table.c.status.default is not None:
            yield table


def _status_faults(db: Session, table: Table) -> Iterator[str]:
    newest = (
        select(AuditEntry.subject_id, func.max(AuditEntry.id).label("entry_id"))
        .where(AuditEntry.subject_type == table.name, AFTER.is_not(None))
        .group_by(AuditEntry.subject_id)
        .subquery()
    )
    start = getattr(table.c.status.default, "arg", None)
    said = func.coalesce(AFTER, str(start)).label("said")
    status = type_coerce(table.c.status, String())
    rows = (
        select(table.c.id, status.label("status"), said)
        .outerjoin(newest, newest.c.subject_id == table.c.id)
        .outerjoin(AuditEntry, AuditEntry.id == newest.c.entry_id)
        .where(status != said)
        .order_by(table.c.id)
    )
    for row in db.execute(rows):
        yield f"{_name((table.name, row.id))} is {row.status}, its audit trail says {row.said}"


def _name(subject: tuple[str, int]) -> str:
    return f"{subject[0]} {subject[1]}"


def photos(db: Session, town: Services) -> list[str]:
    """Each photo has both its files, each document its own, each file older than a day its row."""
    faults = []
    for key in db.scalars(select(Photo.key).order_by(Photo.id)):
        for name in (key, f"{key}-small"):
            try:
                town.storage.open(name)
            except NotFound:
                faults.append(f"file {name} is missing")
    for key in sorted(documents.keys(db)):
        try:
            town.storage.open(key)
        except NotFound:
            faults.append(f"file {key} is missing")
    orphans = orphan_files(db, town.storage)
    faults.extend(f"file {key} belongs to nothing; type: engage purge" for key in orphans)
    return faults


def outbox(db: Session, town: Services) -> list[str]:
    """No code or link is kept once its message left or will not leave."""
    waiting = (Delivery.QUEUED.value, Delivery.CLAIMED.value)
    kept = db.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.delivery.not_in(waiting), OutboxMessage.secret != ""
        )
    )
    faults = [f"message {id_} still holds its secret" for id_ in kept]
    undated = db.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.delivery == Delivery.SENT.value, OutboxMessage.sent_at.is_(None)
        )
    )
    return faults + [f"message {id_} was sent at no moment" for id_ in undated]


def files_of_the_database(db: Session, town: Services) -> list[str]:
    """SQLite finds its own file whole and every reference kept (PostgreSQL checks as it writes)."""
    if not town.database.is_sqlite:
        return []
    whole = [row[0] for row in db.execute(text("PRAGMA integrity_check(5)")) if row[0] != "ok"]
    dangling = db.execute(text("PRAGMA foreign_key_check")).all()
    return whole + [f"{row[0]} row {row[1]} refers to a missing {row[2]} row" for row in dangling]


def desk_order(db: Session, town: Services) -> list[str]:
    """Each report stands on the desk at the date of its soonest open deadline."""
    soonest = (
        select(func.min(Deadline.due_at))
        .where(
            Deadline.subject_type == Incident.__tablename__,
            Deadline.subject_id == Incident.id,
            *owed.OPEN,
        )
        .scalar_subquery()
    )
    wrong = (
        select(Incident.id, Incident.next_due_at)
        .where(Incident.next_due_at != func.coalesce(soonest, clock.NEVER))
        .order_by(Incident.id)
    )
    return [f"incidents {id_} is not owed next at {at}" for id_, at in db.execute(wrong)]


def search(db: Session, _town: Services) -> list[str]:
    """What can be found by words is what is public, and each word is counted right."""
    found = (search_index.faults(db, kind, words) for kind, words in SEARCHED.items())
    return [line for lines in found for line in lines]


def supporters(db: Session, _town: Services) -> list[str]:
    """Each idea has the number of supporters that it says."""
    return proposal_supporters.faults(db)


CHECKS: Mapping[str, Check] = {
    "database": files_of_the_database,
    "audit": audit_trail,
    "photos": photos,
    "outbox": outbox,
    "desk": desk_order,
    "search": search,
    "supporters": supporters,
    "votes": lambda db, _: consultations.check(db),
}


def verify(
    town: Services, progress: Callable[[str], None] = lambda _: None
) -> dict[str, list[str]]:
    """The faults found by each check, from one read transaction each."""
    found = {}
    for name, check in CHECKS.items():
        progress(name)
        with town.database.reading() as db:
            found[name] = check(db, town)
    return found
