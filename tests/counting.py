"""Counts the SQL statements a block issues: what a test may assert instead of a duration."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from engage.core.db import Database


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that reach the database inside the block."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
