"""Reads of the journal: filtered, newest first, as fast on a million entries as on a hundred."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, literal, select, tuple_, union
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.pagination import Page, page_of
from engage.pages.audit_words import ACTIONS

PAGE_SIZE = 50
CHUNK = 1000
NEWEST = (AuditEntry.at.desc(), AuditEntry.id.desc())
"""The order of the journal: an import writes acts of earlier days after those of today."""


@dataclass(frozen=True)
class Filters:
    """What is asked for; both days are included. `act` is `noun.verb`, or a noun for all of it."""

    act: str = ""
    person_id: int | None = None
    subject_type: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None


def journal(db: Session, filters: Filters, *, after: int | None = None) -> Page[AuditEntry]:
    """The page that follows the entry `after`, or the first one."""
    last = db.get(AuditEntry, after) if after is not None else None
    return page_of(_entries(db, filters, last, PAGE_SIZE + 1), size=PAGE_SIZE)


def chunks(database: Database, filters: Filters, most: int) -> Iterator[Sequence[AuditEntry]]:
    """Up to `most` entries, the newest first, in short transactions: a slow reader holds none."""
    last = None
    while most > 0:
        with database.reading() as db:
            rows = _entries(db, filters, last, min(CHUNK, most))
        if not rows:
            return
        yield rows
        most -= len(rows)
        last = rows[-1]


def _entries(
    db: Session, filters: Filters, last: AuditEntry | None, most: int
) -> Sequence[AuditEntry]:
    """The newest `most` before `last`: each branch stops there, along an index of its own.

    One condition for all branches would make the database sort whatever fits.
    """
    between = _between(filters, last)
    found = [
        select(AuditEntry.at, AuditEntry.id)
        .where(*branch, *between)
        .order_by(*NEWEST)
        .limit(most)
        .subquery()
        for branch in _branches(filters)
    ]
    keys = db.execute(union(*(select(one.c.at, one.c.id) for one in found)))
    ids = [id_ for _at, id_ in sorted(map(tuple, keys), reverse=True)[:most]]
    return db.scalars(select(AuditEntry).where(AuditEntry.id.in_(ids)).order_by(*NEWEST)).all()


def _between(filters: Filters, last: AuditEntry | None) -> list[ColumnElement[bool]]:
    """The days, both included, and what comes after the page before."""
    found: list[ColumnElement[bool]] = []
    if filters.since is not None:
        found.append(AuditEntry.at >= _midnight(filters.since))
    if filters.until is not None:
        found.append(AuditEntry.at < _midnight(filters.until + timedelta(days=1)))
    if last is not None:
        here = tuple_(literal(last.at, AuditEntry.at.type), literal(last.id))
        found.append(tuple_(AuditEntry.at, AuditEntry.id) < here)
    return found


def _midnight(day: date) -> datetime:
    """When `day` begins on the town's clocks."""
    return datetime.combine(day, time(), clock.zone())


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
