"""The format of a backup: one .tar.gz that either database can be written to and made from.

`tables/<table>.jsonl` holds one row a line, values in the order of `manifest.json`; beside them
`uploads/` and `secrets/`. The manifest has the hash of every other member.
"""

import base64
import hashlib
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Date, DateTime, LargeBinary, Table

FORMAT = 1
MANIFEST = "manifest.json"
MEMBER = re.compile(
    r"tables/[a-z_]{1,60}\.jsonl|uploads/[0-9a-f]{2}/[0-9a-f]{32}(-[a-z]+)?\.(webp|pdf)"
    r"|secrets/[a-z0-9_-]{1,60}\.key"
)
"""All names that a backup may hold; nothing else is ever written to a disk."""

CHUNK = 1 << 20


class BadBackup(Exception):
    """The file is not a backup that can be restored here; the message says why."""


@dataclass
class Manifest:
    """What a backup says of itself; `columns`, `counts` by table, `hashes` (SHA-256) by member."""

    schema: str
    created_at: str
    database: str
    columns: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    missing_files: list[str] = field(default_factory=list)
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        try:
            found = json.loads(content)
            if found["format"] != FORMAT:
                raise BadBackup(f"the backup has format {found['format']}, not {FORMAT}")
            return cls(**found)
        except (ValueError, TypeError, KeyError):
            raise BadBackup("the backup's manifest is damaged") from None


def to_line(values: Iterable[Any]) -> bytes:
    """One row as a line of JSON."""
    return json.dumps([_plain(v) for v in values], separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    return value


def rows(path: Path, table: Table, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a member, ready for an INSERT into `table` as the target database has it."""
    readers = [_reader(table, name) for name in columns]
    with path.open("rb") as lines:
        for line in lines:
            values = json.loads(line)
            yield {
                name: value if value is None or read is None else read(value)
                for name, read, value in zip(columns, readers, values, strict=True)
            }


def _reader(table: Table, name: str) -> Any:
    kind = table.c[name].type
    if isinstance(kind, DateTime):
        return datetime.fromisoformat if kind.timezone else _naive
    if isinstance(kind, Date):
        return date.fromisoformat
    return base64.b64decode if isinstance(kind, LargeBinary) else None


def _naive(text: str) -> datetime:
    """SQLite keeps moments without zone, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def sha256_of(file: IO[bytes]) -> str:
    """Hash a file from where it stands to its end."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def unpack(path: Path, folder: Path) -> Manifest:
    """Write the members of a backup below `folder` and check each against the manifest.

    Raises `BadBackup`. Only plain files under names that we would write ourselves are accepted.
    """
    hashes: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or member.name in hashes:
                    raise BadBackup(f"{member.name!r} does not belong in a backup")
                if member.name == MANIFEST:
                    manifest = Manifest.from_json(content.read())
                    continue
                hashes[member.name] = _write(folder, member.name, content)
    except FileNotFoundError:
        raise BadBackup(f"there is no file {path}") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadBackup(f"{path} is not a whole backup: {error}") from None
    if manifest is None:
        raise BadBackup(f"{path} is not a whole backup: it has no manifest")
    _compare(manifest.hashes, hashes)
    return manifest


def _write(folder: Path, name: str, content: IO[bytes]) -> str:
    if not MEMBER.fullmatch(name):
        raise BadBackup(f"{name!r} does not belong in a backup")
    target = folder / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _compare(promised: dict[str, str], found: dict[str, str]) -> None:
    for name in sorted(promised.keys() | found.keys()):
        if promised.get(name) != found.get(name):
            raise BadBackup(f"{name} is damaged or missing in the backup")
