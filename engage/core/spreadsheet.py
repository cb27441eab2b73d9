"""Tables as CSV that spreadsheets open: no cell is ever computed."""

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""

COMPUTES = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet would compute, or move into the next one."""


def written(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV with semicolons, as French spreadsheets read it."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(COMPUTES) else cell
