"""What a purge removed, as a table for the archives: they have to agree before anything goes.

French archive law (Code du patrimoine) asks for their visa; a rehearsal makes the same table
beforehand.
"""

import csv
import io

from engage.core import clock
from engage.privacy.purge import Purged
from engage.privacy.retention import RULES
from engage.privacy.rule import BASES

HEADER = (
    "date",
    "état",
    "règle",
    "données",
    "nombre",
    "antérieures au",
    "durée de garde",
    "sort",
    "fondement",
    "visa des archives",
)


def table(purged: Purged, *, rehearsed: bool) -> str:
    """CSV with semicolons, as French spreadsheets read it: one line a rule that removed something.

    Technical rules are left out: codes and counters were never records of the town.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for rule in RULES:
        count = purged.rows.get(rule.code, 0)
        if rule.technical or not count:
            continue
        writer.writerow(
            (
                clock.today().isoformat(),
                "prévu" if rehearsed else "fait",
                rule.code,
                str(rule.what),
                count,
                clock.local(rule.limit).date().isoformat(),
                rule.kept,
                str(rule.after),
                str(BASES[rule.basis]),
                "",
            )
        )
    return out.getvalue()
