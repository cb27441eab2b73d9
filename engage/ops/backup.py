"""Writes the whole state of a running town to one file: database, photos, keys."""

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, select

from engage import schema
from engage.consultations.making import documents
from engage.core import clock, migrate
from engage.core.config import Config
from engage.core.db import WRITES, Database
from engage.core.errors import Conflict, NotFound
from engage.core.photos import Photo
from engage.core.services import Services
from engage.core.storage import file_name
from engage.ops.archive import MANIFEST, Manifest, sha256_of, to_line

BATCH = 2_000

Progress = Callable[[str], None]
"""Is told the name of each table once it is written."""


def write(town: Services, path: Path, progress: Progress = lambda _: None) -> Manifest:
    """Back the town up to `path` (mode 0600) while it works; returns what the file holds.

    One read transaction sees the database as it was at one moment. The keys of open concertations
    (a folder of their own below the secrets) are never part of a backup. Raises `Conflict` when
    the file exists.
    """
    if path.exists():
        raise Conflict(f"{path} exists already; choose another name")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _opened(draft) as archive, _snapshot(town.database) as connection:
            manifest = _manifest(town.database)
            for table in schema.metadata.sorted_tables:
                _add_table(archive, manifest, connection, table)
                progress(table.name)
            _add_photos(archive, manifest, connection, town)
            _add_keys(archive, manifest, town.config)
            _add(archive, MANIFEST, io.BytesIO(manifest.to_json()))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            yield archive
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment for as long as it is open, while others write."""
    options: dict[str, Any] = {WRITES: False}
    if not database.is_sqlite:
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _manifest(database: Database) -> Manifest:
    return Manifest(
        schema=migrate.current_revision(database) or "",
        created_at=clock.now().isoformat(),
        database=migrate.engine_name(database),
    )


def _add_table(
    archive: tarfile.TarFile, manifest: Manifest, connection: Connection, table: Table
) -> None:
    """Write the rows in the order of their key: for ballots, a random one, so no order leaks."""
    count = 0
    statement = select(table).order_by(*table.primary_key.columns)
    with tempfile.TemporaryFile() as file:
        for row in connection.execution_options(yield_per=BATCH).execute(statement):
            file.write(to_line(row))
            count += 1
        _add_member(archive, manifest, f"tables/{table.name}.jsonl", file)
    manifest.columns[table.name] = [column.name for column in table.columns]
    manifest.counts[table.name] = count


def _add_photos(
    archive: tarfile.TarFile, manifest: Manifest, connection: Connection, town: Services
) -> None:
    """Write the files that the rows of this moment name; a file purged since is noted."""
    keys = connection.scalars(select(Photo.key).order_by(Photo.id)).all()
    pictures = [name for key in keys for name in (key, f"{key}-small")]
    for name in (*pictures, *sorted(documents.keys(connection))):
        try:
            content = town.storage.open(name)
        except NotFound:
            manifest.missing_files.append(name)
            continue
        _add_member(archive, manifest, f"uploads/{file_name(name)}", io.BytesIO(content))


def _add_keys(archive: tarfile.TarFile, manifest: Manifest, config: Config) -> None:
    for path in sorted(config.secrets.glob("*.key")):
        _add_member(archive, manifest, f"secrets/{path.name}", io.BytesIO(path.read_bytes()))


def _add_member(archive: tarfile.TarFile, manifest: Manifest, name: str, file: IO[bytes]) -> None:
    file.seek(0)
    manifest.hashes[name] = sha256_of(file)
    _add(archive, name, file)


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = file.seek(0, io.SEEK_END)
    member.mode = 0o600
    member.mtime = int(clock.now().timestamp())
    file.seek(0)
    archive.addfile(member, file)
