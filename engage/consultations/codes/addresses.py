"""The list of dwellings that letters go to, as somebody typed or exported it; it is never kept."""

import csv
import io

from engage.core.errors import InvalidInput
from engage.core.forms import clean_text
from engage.core.i18n import _

MOST_LINES = 6
"""Of one address: the window of an envelope shows no more."""

LONGEST_LINE = 80
SEPARATORS = ";,\t"


def typed(text: str) -> list[list[str]]:
    """One dwelling a line; its parts between semicolons come below each other."""
    return [_lines(line.split(";")) for line in clean_text(text).split("\n") if line.strip()]


def exported(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, UTF-8 or as Excel writes it; raises `InvalidInput` on "fichier".

    A first row that names columns is left out when it says so ("adresse", "logement", "nom").
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _no_table()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))
    except csv.Error:
        raise _no_table() from None
    if rows and _names_columns(rows[0]):
        rows = rows[1:]
    return [lines for row in rows if (lines := _lines(row))]


def _no_table() -> InvalidInput:
    return InvalidInput("fichier", _("Ce fichier n’est pas un tableau CSV."))


def _separator(text: str) -> str:
    """The sign that stands most often in the first line."""
    first = text.partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _names_columns(row: list[str]) -> bool:
    named = {cell.strip().casefold() for cell in row}
    return bool(named & {"adresse", "logement", "nom", "rue", "ville", "code postal"})


def _lines(parts: list[str]) -> list[str]:
    cleaned = (" ".join(clean_text(part).split())[:LONGEST_LINE] for part in parts)
    return [line for line in cleaned if line][:MOST_LINES]
