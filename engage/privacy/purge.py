"""Applies the table of retention: removes what has had its time, rule by rule, in small batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.making import documents
from engage.core import audit, clock
from engage.core.db import Database
from engage.core.photos import Photo
from engage.core.storage import Storage
from engage.privacy import messages
from engage.privacy.expiry import ORPHAN_AGE, Due
from engage.privacy.retention import RULES
from engage.privacy.rule import Rule
from engage.territory.models import Town


@dataclass(frozen=True)
class Purged:
    """How many things each rule, and how many files, removed or would remove; notices given."""

    rows: Mapping[str, int]
    files: int
    notices: int = 0

    @property
    def lines(self) -> list[str]:
        return [
            *(f"{rule}: {count}" for rule, count in self.rows.items()),
            f"files: {self.files}",
            f"notices: {self.notices}",
        ]


def purge(database: Database, storage: Storage, *, identity_key: bytes | None = None) -> Purged:
    """Remove what has had its time, rows first: a crash in between leaves files for the next run.

    Run twice at once or once more, it removes nothing else.
    """
    with database.transaction() as db:
        notices = messages.queue_notices(db)
    rows = {rule.code: _applied(database, rule, identity_key) for rule in _with_end()}
    with database.transaction() as db:
        _write_down(db, rows)
    with database.reading() as db:
        files = orphan_files(db, storage)
    for key in files:
        storage.delete(key)
    database.empty_log()
    return Purged(rows, len(files), notices)


def rehearse(database: Database, storage: Storage, *, identity_key: bytes | None = None) -> Purged:
    """What `purge` would remove now: the same statements, rolled back."""
    with database.session(writes=True) as db:
        notices = messages.queue_notices(db)
        rows = {rule.code: sum(_batches(db, rule, identity_key)) for rule in _with_end()}
        files = orphan_files(db, storage)
        db.rollback()
    return Purged(rows, len(files), notices)


def _with_end() -> Iterator[Rule]:
    return (rule for rule in RULES if rule.forget)


def _applied(database: Database, rule: Rule, identity_key: bytes | None) -> int:
    """Apply one rule until nothing is left, each batch in a transaction of its own."""
    total = 0
    while True:
        with database.transaction() as db:
            removed = _batch(db, rule, identity_key)
        total += removed
        if removed < rule.most:
            return total


def _batches(db: Session, rule: Rule, identity_key: bytes | None) -> Iterator[int]:
    removed = rule.most
    while removed == rule.most:
        removed = _batch(db, rule, identity_key)
        yield removed


def _batch(db: Session, rule: Rule, identity_key: bytes | None) -> int:
    assert rule.forget is not None
    removed = rule.forget(db, Due(rule.limit, rule.most, identity_key))
    db.flush()
    return removed


def _write_down(db: Session, rows: Mapping[str, int]) -> None:
    """One entry for what was more than technical, with how many of each kind; no word of whom."""
    told = {rule.code: rows.get(rule.code, 0) for rule in RULES if not rule.technical}
    counts = {code: count for code, count in told.items() if count}
    town = db.scalar(select(Town))
    if counts and town is not None:
        audit.record(db, "purge.run", town, **counts)


def orphan_files(db: Session, storage: Storage) -> list[str]:
    """Keys of files without a row, older than a day."""
    known = set(db.scalars(select(Photo.key)))
    known.update(key.partition("-")[0] for key in documents.keys(db))
    limit = (clock.now() - ORPHAN_AGE).timestamp()
    stored = storage.keys()
    return [
        key
        for key, written_at in stored
        if written_at < limit and key.partition("-")[0] not in known
    ]
