"""Numbers of rows that were written with their ids given."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, func, select, text


def continue_numbering(connection: Connection, tables: Iterable[Table]) -> None:
    """On PostgreSQL, have new rows numbered after the highest; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        column = next(iter(table.primary_key.columns))
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        )
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(
                text("SELECT setval(:sequence, :highest)"),
                {"sequence": sequence, "highest": highest},
            )
