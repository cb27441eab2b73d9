"""One engine for all tests on a database system: what it compiled for one serves those after it.

To compile a statement takes longer than to execute it, and each engine does it anew.
"""

from copy import copy
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url

from engage.core.db import Database


class MovingDatabase:
    """A database whose engine is told, test after test, which one to connect to."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._database.engine.update_execution_options(compiled_cache={})
        event.listen(self._database.engine, "do_connect", self._connect)
        if self._database.is_sqlite:
            event.listen(self._database.engine, "connect", _hurry)

    def at(self, url: str, *, secrets: Path) -> Database:
        """The database at `url`, with its folder of secrets; close the one before first."""
        self._database.url = make_url(url)
        made = copy(self._database)
        made.info = {"secrets": secrets}
        return made

    def _connect(self, dialect: Any, _record: object, args: list[Any], options: Any) -> None:
        args[:], now = dialect.create_connect_args(self._database.url)
        options.clear()
        options.update(now)


def _hurry(connection: Any, _record: object) -> None:
    """Wait for no disk: these databases live for one test. The PostgreSQL server doesn't, either.

    What must survive a fault of the machine is tested with the program itself (`tests/system`).
    """
    connection.execute("PRAGMA synchronous=OFF")
