"""Removes what nobody needs any more: expired codes, links and drafts, photos of nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts.models import Draft, SignInCode
from engage.core import clock, idempotency, throttle
from engage.core.db import Base, Database
from engage.core.idempotency import IdempotencyRecord
from engage.core.photos import Photo
from engage.core.storage import Storage
from engage.core.throttle import ThrottleCounter
from engage.incidents import links
from engage.incidents.models import FollowLink

ORPHAN_AGE = timedelta(days=1)
"""A file is written before its row, a row before what shows it: younger ones may be on the way."""

TABLES = (Draft, SignInCode, IdempotencyRecord, ThrottleCounter, FollowLink, Photo)


@dataclass(frozen=True)
class Purged:
    """How many rows of each table, and how many files, were (or would be) removed."""

    rows: Mapping[str, int]
    files: int

    @property
    def lines(self) -> list[str]:
        return [
            *(f"{table}: {count}" for table, count in self.rows.items()),
            f"files: {self.files}",
        ]


def purge(database: Database, storage: Storage) -> Purged:
    """Remove what has expired, rows first: a crash in between leaves files for the next run."""
    with database.transaction() as db:
        rows = _remove_rows(db)
    with database.reading() as db:
        files = orphan_files(db, storage)
    for key in files:
        storage.delete(key)
    return Purged(rows, len(files))


def rehearse(database: Database, storage: Storage) -> Purged:
    """What `purge` would remove now: the same statements, rolled back."""
    with database.session(writes=True) as db:
        rows = _remove_rows(db)
        files = orphan_files(db, storage)
        db.rollback()
    return Purged(rows, len(files))


def orphan_files(db: Session, storage: Storage) -> list[str]:
    """Keys of files without a row, older than a day."""
    known = set(db.scalars(select(Photo.key)))
    limit = (clock.now() - ORPHAN_AGE).timestamp()
    stored = storage.keys()
    return [
        key
        for key, written_at in stored
        if written_at < limit and key.partition("-")[0] not in known
    ]


def _remove_rows(db: Session) -> dict[str, int]:
    before = _counts(db)
    accounts.expire_drafts(db)
    idempotency.forget_old(db)
    throttle.forget_expired(db)
    links.remove_expired(db)
    db.execute(delete(Photo).where(*unused_photos()))
    after = _counts(db)
    return {table: before[table] - after[table] for table in before}


def unused_photos() -> list[ColumnElement[bool]]:
    """What tells photos that belong to nothing, older than a day."""
    photo = Photo.__table__
    columns = [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is photo.c.id
    ]
    return [
        Photo.created_at < clock.now() - ORPHAN_AGE,
        *(~exists().where(column == photo.c.id) for column in columns),
    ]


def _counts(db: Session) -> dict[str, int]:
    return {
        table.__tablename__: db.scalar(select(func.count()).select_from(table)) or 0
        for table in TABLES
    }
