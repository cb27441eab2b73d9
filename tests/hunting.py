"""Hunts for words: in all tables, in all files below a folder."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from engage import schema


def found_in_tables(db: Session, *words: str) -> Iterator[str]:
    """Where one of `words` stands (`table: word`), whatever the table and the column."""
    for table in schema.metadata.sorted_tables:
        for row in db.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608
            shown = repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
            plain = shown.encode().decode("unicode_escape", "ignore") + shown
            for word in words:
                if word.casefold() in plain.casefold():
                    yield f"{table.name}: {word}"


def found_in_files(folder: Path, *words: str) -> Iterator[str]:
    """In which files one of `words` stands (`name: word`)."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            for word in words:
                if word.encode() in content or word.encode("utf-16-le") in content:
                    yield f"{path.name}: {word}"
