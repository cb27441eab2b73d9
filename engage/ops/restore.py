"""Brings a town back from a backup; what was there is moved aside, never deleted."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, bindparam, func, inspect, select, text

from engage.core import clock, migrate
from engage.core.config import Config
from engage.core.db import WRITES, Database
from engage.ops import archive
from engage.ops.archive import BadBackup, Manifest
from engage.ops.numbering import continue_numbering

BATCH = 2_000


class NotEmpty(Exception):
    """There is a town already where the backup should go."""


class StillRunning(Exception):
    """The database is in use: its programs have to be stopped first."""


@dataclass(frozen=True)
class Restored:
    """What came back, and where the earlier state went (empty when there was none)."""

    manifest: Manifest
    aside: tuple[str, ...]


Progress = Callable[[str], None]


def restore(
    config: Config, path: Path, *, force: bool, progress: Progress = lambda _: None
) -> Restored:
    """Check the backup, load it apart, then put it in place of what is there.

    Raises `BadBackup`, `NotEmpty` (unless `force`) and `StillRunning`, with nothing changed.
    """
    stamp = f"{clock.now():%Y%m%d-%H%M%S}"
    config.instance.mkdir(parents=True, exist_ok=True)
    staging = config.instance / f"restore-{stamp}"
    staging.mkdir(mode=0o700)
    try:
        manifest = archive.unpack(path, staging)
        _check_schema(manifest)
        if not force and (found := what_is_there(config)):
            raise NotEmpty(found)
        aside: list[str] = []
        with _new_database(config, staging, stamp, aside) as connection:
            _load(connection, manifest, staging / "tables", progress)
            _move_in(staging / "uploads", config.uploads, stamp, aside)
            _move_keys_in(staging / "secrets", config.secrets, stamp, aside)
        return Restored(manifest, tuple(aside))
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def what_is_there(config: Config) -> str:
    """In one line what a restore would push aside, or ""."""
    if any(config.uploads.glob("*/*")):
        return f"there are files in {config.uploads}"
    database = Database(config.database_url)
    try:
        if migrate.current_revision(database) is None:
            return ""
        with database.reading() as db:
            for table in sorted(inspect(db.connection()).get_table_names()):
                found = db.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first()  # noqa: S608
                if found and table != "alembic_version":
                    return f"the database has rows ({table}, …)"
    finally:
        database.close()
    return ""


def _check_schema(manifest: Manifest) -> None:
    newest = migrate.newest_revision()
    if manifest.schema > newest:
        raise BadBackup(
            f"the backup has schema {manifest.schema}, newer than this program ({newest});"
            " update Engage first"
        )


@contextmanager
def _new_database(
    config: Config, staging: Path, stamp: str, aside: list[str]
) -> Iterator[Connection]:
    """An empty database in a transaction; it takes the old one's place when the block ends well."""
    database = Database(config.database_url)
    enter = _new_sqlite if database.is_sqlite else _new_postgres
    try:
        with enter(config, database, staging, stamp, aside) as connection:
            yield connection
    finally:
        database.close()


@contextmanager
def _new_sqlite(
    config: Config, database: Database, staging: Path, stamp: str, aside: list[str]
) -> Iterator[Connection]:
    """Load a file apart, fold its log in, and move it into place."""
    target = Path(database.url.database or "")
    if target.exists():
        _fold_log_in(database)
    fresh = Database(f"sqlite:///{staging / 'engage.db'}")
    try:
        with fresh.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection
        _fold_log_in(fresh)
    finally:
        fresh.close()
    _move_in(staging / "engage.db", target, stamp, aside)


def _fold_log_in(database: Database) -> None:
    """Make the file whole on its own; SQLite refuses while another program has it open."""
    connection = database.engine.raw_connection()
    try:
        connection.driver_connection.execute("PRAGMA busy_timeout=1000")  # type: ignore[union-attr]
        connection.driver_connection.execute("PRAGMA journal_mode=DELETE")  # type: ignore[union-attr]
    except Exception as error:
        if "locked" in str(error):
            raise StillRunning from None
        raise
    finally:
        connection.invalidate()


@contextmanager
def _new_postgres(
    config: Config, database: Database, staging: Path, stamp: str, aside: list[str]
) -> Iterator[Connection]:
    """Put the old tables in a schema of another name; all in one transaction."""
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
        if others:
            raise StillRunning
        if inspect(connection).get_table_names():
            name = f"before_restore_{stamp.replace('-', '_')}"
            connection.execute(text(f"ALTER SCHEMA public RENAME TO {name}"))
            connection.execute(text("CREATE SCHEMA public"))
            aside.append(f"schema {name}")
        yield connection


def _load(connection: Connection, manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Fill the tables of the backup's own schema, then migrate them to the newest."""
    migrate.upgrade_within(connection, manifest.schema)
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name in manifest.counts:
            _fill(connection, table, manifest, folder / f"{table.name}.jsonl")
            progress(table.name)
    continue_numbering(connection, metadata.sorted_tables)
    migrate.upgrade_within(connection)


def _fill(connection: Connection, table: Table, manifest: Manifest, path: Path) -> None:
    """Insert the rows; what points to the same table is filled in once they are all there."""
    inward = {key.parent.name for key in table.foreign_keys if key.column.table is table}
    pointers: list[dict[str, Any]] = []
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    rows = archive.rows(path, table, manifest.columns[table.name])
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            if any(row[name] is not None for name in inward):
                pointers.append({f"_{name}": value for name, value in row.items()})
                row.update(dict.fromkeys(inward))
        connection.execute(table.insert(), batch)
    if pointers:
        _point(connection, table, inward, pointers)
    found = connection.scalar(select(func.count()).select_from(table))
    if found != manifest.counts[table.name]:
        raise BadBackup(f"{table.name} has {found} rows, not {manifest.counts[table.name]}")


def _point(
    connection: Connection, table: Table, inward: set[str], pointers: list[dict[str, Any]]
) -> None:
    keys = [column.name for column in table.primary_key]
    statement = table.update().values({name: bindparam(f"_{name}") for name in inward})
    for name in keys:
        statement = statement.where(table.c[name] == bindparam(f"_{name}"))
    wanted = {f"_{name}" for name in [*keys, *inward]}
    connection.execute(statement, [{k: row[k] for k in row if k in wanted} for row in pointers])


def _move_in(source: Path, target: Path, stamp: str, aside: list[str]) -> None:
    """Put `source` at `target`; what was there gets another name beside it."""
    if target.exists():
        old = target.with_name(f"{target.name}.before-restore-{stamp}")
        target.rename(old)
        aside.append(str(old))
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)


def _move_keys_in(source: Path, target: Path, stamp: str, aside: list[str]) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in sorted(source.glob("*.key")):
        there = target / key.name
        if there.exists() and there.read_bytes() == key.read_bytes():
            continue
        key.chmod(0o600)
        _move_in(key, there, stamp, aside)
