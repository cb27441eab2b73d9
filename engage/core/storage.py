"""Files by a random 128-bit key, written and fsynced before the row that names them commits."""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from engage.core.errors import NotFound

KEY = re.compile(r"[0-9a-f]{32}(-[a-z]+)?")


class Storage:
    """The file store of one town: a folder, two levels deep, never below static/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_key(self) -> str:
        return secrets.token_hex(16)

    def put(self, key: str, content: bytes) -> None:
        """Write `content` under `key` so that it survives a power cut once this returns."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)

    def open(self, key: str) -> bytes:
        """The content; raises `NotFound`."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def delete(self, key: str) -> None:
        """Remove it, and what an interrupted `put` left; removing twice does no harm."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        path.with_suffix(".part").unlink(missing_ok=True)

    def keys(self) -> Iterator[tuple[str, float]]:
        """Every key with the time it was written (seconds since 1970)."""
        for path in sorted(self._folder.glob("*/*")):
            if KEY.fullmatch(path.stem):
                yield path.stem, path.stat().st_mtime

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound
        return self._folder / file_name(key)


def file_name(key: str) -> str:
    """Where the file of `key` lies in the store: a PDF is called one, all others are pictures."""
    kind = "pdf" if key.endswith("-pdf") else "webp"
    return f"{key[:2]}/{key}.{kind}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
