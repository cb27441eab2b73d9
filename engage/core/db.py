"""The database: engines, sessions, transactions and the types all tables share.

Both engines run the same code. SQLite is opened through pysqlite3 because the version shipped by
Debian 12 (3.40) has the WAL-reset fault fixed in 3.51.3; its driver's own BEGIN is switched off so
that whoever writes takes the lock first (BEGIN IMMEDIATE) instead of failing half-way.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import IntegrityError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

WRITES = "engage_writes"
"""Execution option of the engine whose transactions may write."""

BUSY_TIMEOUT_MS = 15_000
LOG_TIMEOUT_MS = 1_000

USED_AT = "engage_used_at"
RESTED_S = 1.0

QUIET: dict[str, Any] = {"hide_parameters": True}
"""Errors end in the logs: they name the statement, never the addresses and words in it."""


class UTCDateTime(TypeDecorator[datetime]):
    """Aware moments only: kept in UTC, naive values raise."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  SQLAlchemy names it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of Engage."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[Any]: JSON,
    }


class Database:
    """One town's database: `session(writes=…)` for a request, `transaction()` for jobs.

    Sessions carry the folder of the town's secrets in `info["secrets"]`: what lies in tables is
    found there with keys that must never lie in them.
    """

    def __init__(self, url: str, *, secrets: Path | None = None) -> None:
        self.url = make_url(url)
        self.info = {"secrets": secrets}
        self.engine = _engine(str(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reads = self.engine.execution_options(**{WRITES: False})
        else:
            self._reads = self.engine.execution_options(postgresql_readonly=True)
        self._writes = self.engine.execution_options(**{WRITES: True})

    def session(self, *, writes: bool) -> Session:
        """A session; without `writes` the database itself refuses to change anything."""
        bind = self._writes if writes else self._reads
        return Session(bind, expire_on_commit=False, info=self.info)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing transaction of its own: leaving commits, raising rolls back."""
        with self.session(writes=True) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only transaction of its own."""
        with self.session(writes=False) as db:
            yield db

    def empty_log(self) -> None:
        """Cut SQLite's write-ahead log: it holds pages as they were before something was deleted.

        Where somebody reads just now, a later call does it.
        """
        if not self.is_sqlite:
            return
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={LOG_TIMEOUT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.close()
        finally:
            connection.close()

    def rewrite(self, *tables: str) -> bool:
        """Write the files anew, so that nothing is left in them of rows that were dropped.

        SQLite's whole file and its log; on PostgreSQL these tables, in the order of their keys.
        False where somebody still reads as of before: a later call does it.
        """
        if not self.is_sqlite:
            return self._rewrite_tables(tables)
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            for pragma in ("query_only=0", "temp_store=FILE", f"busy_timeout={BUSY_TIMEOUT_MS}"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.execute("VACUUM")
            cursor.execute(f"PRAGMA busy_timeout={LOG_TIMEOUT_MS}")
            return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        finally:
            connection.invalidate()

    def _rewrite_tables(self, tables: tuple[str, ...]) -> bool:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.exec_driver_sql(f"CLUSTER {table} USING pk_{table}")
        return True

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=8, max_overflow=16, **QUIET)
        event.listen(engine, "checkout", partial(_look_at_rested, engine))
        event.listen(engine, "checkin", _note_use)
        return engine
    import pysqlite3.dbapi2

    engine = create_engine(url, module=pysqlite3.dbapi2, pool_size=5, max_overflow=20, **QUIET)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_use(_driver: Any, record: Any) -> None:
    record.info[USED_AT] = time.monotonic()


def _look_at_rested(engine: Engine, driver: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that rested whether it still stands, and replace all when it does not.

    Not before every transaction: that is a fifth of the time of a vote.
    """
    if time.monotonic() - record.info.get(USED_AT, -RESTED_S) < RESTED_S:
        return
    try:
        engine.dialect.do_ping(driver)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _configure_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten: nobody finds it in the file later
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    writes = connection.get_execution_options().get(WRITES, True)
    if connection.info.get(WRITES) is not writes:  # a fifth of the time of a small transaction
        driver.execute(f"PRAGMA query_only={int(not writes)}")
        connection.info[WRITES] = writes
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def unique_or(db: Session, error: Exception) -> Iterator[None]:
    """Let a unique constraint decide: what it refuses inside the block becomes `error`."""
    try:
        with db.begin_nested():
            yield
    except IntegrityError:
        raise error from None
