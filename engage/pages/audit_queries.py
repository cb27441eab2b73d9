"""Reads of the journal: filtered, newest first, as fast on a million entries as on a hundred."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.pagination import Page, page_of
from engage.pages.audit_words import ACTIONS

PAGE_SIZE = 50
CHUNK = 1000
NOTHING = (1, 0)
"""Bounds that no entry is between."""


@dataclass(frozen=True)
class Filters:
    """What is asked for; both days are included. `act` is `noun.verb`, or a noun for all of it."""

    act: str = ""
    person_id: int | None = None
    subject_type: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None


def journal(db: Session, filters: Filters, *, before: int | None = None) -> Page[AuditEntry]:
    """A page of entries older than the entry `before`."""
    low, high = _bounds(db, filters)
    if before is not None:
        high = before - 1 if high is None else min(high, before - 1)
    return page_of(_entries(db, filters, low, high, PAGE_SIZE + 1), size=PAGE_SIZE)


def chunks(database: Database, filters: Filters, most: int) -> Iterator[Sequence[AuditEntry]]:
    """Up to `most` entries, the newest first, in short transactions: a slow reader holds none."""
    with database.reading() as db:
        low, high = _bounds(db, filters)
    while most > 0:
        with database.reading() as db:
            rows = _entries(db, filters, low, high, min(CHUNK, most))
        if not rows:
            return
        yield rows
        most -= len(rows)
        high = rows[-1].id - 1


def _bounds(db: Session, filters: Filters) -> tuple[int | None, int | None]:
    """The first and last entry of the chosen days: entries are numbered in the order of time."""
    low, high = None, None
    if filters.since is not None:
        after = AuditEntry.at >= _midnight(filters.since)
        order = (AuditEntry.at, AuditEntry.id)
        low = db.scalar(select(AuditEntry.id).where(after).order_by(*order).limit(1))
        if low is None:
            return NOTHING
    if filters.until is not None:
        sooner = AuditEntry.at < _midnight(filters.until + timedelta(days=1))
        newest = (AuditEntry.at.desc(), AuditEntry.id.desc())
        high = db.scalar(select(AuditEntry.id).where(sooner).order_by(*newest).limit(1))
        if high is None:
            return NOTHING
    return low, high


def _midnight(day: date) -> datetime:
    """When `day` begins on the town's clocks."""
    return datetime.combine(day, time(), clock.zone())


def _entries(
    db: Session, filters: Filters, low: int | None, high: int | None, most: int
) -> Sequence[AuditEntry]:
    """The newest `most`: each branch stops there along an index of its own, then they are mixed.

    One condition for all branches would make the database sort whatever fits.
    """
    between = [AuditEntry.id >= low] if low is not None else []
    between += [AuditEntry.id <= high] if high is not None else []
    found = [
        select(AuditEntry.id)
        .where(*branch, *between)
        .order_by(AuditEntry.id.desc())
        .limit(most)
        .subquery()
        for branch in _branches(filters)
    ]
    ids = db.scalars(union(*(select(one.c.id) for one in found)))
    newest = sorted(ids, reverse=True)[:most]
    return db.scalars(
        select(AuditEntry).where(AuditEntry.id.in_(newest)).order_by(AuditEntry.id.desc())
    ).all()


def _branches(filters: Filters) -> list[list[ColumnElement[bool]]]:
    """The conditions, as alternatives that an index answers."""
    acts = _acts(filters.act)
    one_of = [AuditEntry.action.in_(acts)] if acts else []
    subject = _about(filters.subject_type, filters.subject_id) if filters.subject_id else []
    if filters.person_id is not None:
        return [
            [AuditEntry.actor_id == filters.person_id, *subject, *one_of],
            [*_about("people", filters.person_id), *subject, *one_of],
        ]
    if subject:
        return [[*subject, *one_of]]
    return [[AuditEntry.action == act] for act in acts] or [[]]


def _about(subject_type: str, subject_id: int) -> list[ColumnElement[bool]]:
    return [AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id]


def _acts(act: str) -> list[str]:
    """The acts meant by `act`."""
    if "." in act or not act:
        return [act] if act else []
    return [one for one in ACTIONS if one.partition(".")[0] == act]


def entry(db: Session, entry_id: int) -> AuditEntry | None:
    """One entry."""
    return db.get(AuditEntry, entry_id)
