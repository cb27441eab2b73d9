"""The hottest statements, handed straight to the driver: a third of the work of a compiled one.

Only where a benchmark asks for it (casting a ballot). Everything else is written with SQLAlchemy,
whose transaction these statements share; its statement events do not see them.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError


class QuickStatement:
    """SQL that both databases understand, its values named `:like_this`.

    Values are text, whole numbers, None, moments (aware) and lists (kept as JSON).
    """

    def __init__(self, sql: str) -> None:
        self._by_dialect = {
            "sqlite": sql,
            "postgresql": re.sub(r":(\w+)", r"%(\1)s", sql),
        }

    def run(self, connection: Connection, **values: Any) -> int:
        """Execute once in the connection's transaction; returns the number of rows touched.

        Raises SQLAlchemy's `OperationalError` when the database does not answer.
        """
        dialect = connection.dialect
        for name, value in values.items():
            values[name] = _driver_value(value, dialect.name)
        sql = self._by_dialect[dialect.name]
        driver: Any = connection.connection.driver_connection
        try:
            touched: int = driver.execute(sql, values).rowcount
        except dialect.loaded_dbapi.OperationalError as error:
            raise OperationalError(sql, None, error) from error
        return touched


def _driver_value(value: Any, dialect: str) -> Any:
    """A value as SQLAlchemy's own types keep it."""
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, datetime) and dialect == "sqlite":
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
