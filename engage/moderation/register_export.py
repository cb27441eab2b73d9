"""The register as a table for a spreadsheet; no cell computes."""

import csv
import io
from collections.abc import Mapping, Sequence

from engage.moderation.register import FEWEST, Counts, Month

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""

COLUMNS: Mapping[str, str] = {
    "received": "recus",
    "published": "publies",
    "masked": "dont_masques",
    "corrected": "corrections_demandees",
    "refused": "refuses",
    "redirected": "orientes",
    "merged": "reunis",
    "decided": "decides",
    "on_time": "dont_en_72_heures",
    "median_hours": "delai_median_heures",
    "stood_in": "confies_a_la_coordination_faute_de_membres",
    "appeals": "nouvelles_lectures_demandees",
    "upheld": "premieres_decisions_confirmees",
    "overturned": "publies_apres_nouvelle_lecture",
    "notices": "signalements_de_lecteurs",
    "hidden_meanwhile": "caches_en_attendant",
    "kept": "textes_signales_gardes",
    "hidden": "textes_signales_caches",
    "notice_masked": "textes_signales_masques",
}

BROKEN_DOWN: Mapping[str, str] = {
    "upheld": "appeals",
    "overturned": "appeals",
    "hidden_meanwhile": "notices",
    "kept": "notices",
    "hidden": "notices",
    "notice_masked": "notices",
}
"""Column → the number of which it is a part."""


def written(months: Sequence[Month], codes: Sequence[str]) -> str:
    """All months, the oldest first, with one column a reason; parts of small numbers are empty."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(["mois", "complet", *COLUMNS.values(), *(f"motif_{code}" for code in codes)])
    for row in sorted(months, key=lambda each: each.month):
        counts = row.counts
        writer.writerow(
            [
                f"{row.month:%Y-%m}",
                "oui" if row.is_over else "non",
                *(_cell(counts, name) for name in COLUMNS),
                *(
                    counts.reasons.get(code, 0) if counts.refused >= FEWEST else ""
                    for code in codes
                ),
            ]
        )
    return BYTE_ORDER_MARK + file.getvalue()


def _cell(counts: Counts, name: str) -> int | str:
    whole = BROKEN_DOWN.get(name)
    if whole is not None and getattr(counts, whole) < FEWEST:
        return ""
    value = getattr(counts, name)
    return "" if value is None else int(value)
