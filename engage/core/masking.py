"""Hides phone numbers, number plates, e-mail addresses and flat numbers in what residents write."""

import re

MASK = "▇▇▇"

PHONE = re.compile(r"(?<![\w+])(?:\+33|0033|0)\s*[1-9](?:[\s.\-_/]*\d){8}(?!\d)")
PLATE = re.compile(r"\b[A-HJ-NP-TV-Z]{2}[\s-]?\d{3}[\s-]?[A-HJ-NP-TV-Z]{2}\b")
OLD_PLATE = re.compile(r"\b\d{2,4}[\s-][A-Z]{2,3}[\s-](?:\d{2}|2[AB])\b")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
FLAT = re.compile(
    r"\b(appartement|appart|appt?|logement|porte|studio)\.?\s*(?:n[°o]\.?\s*|num[ée]ro\s*)?"
    r"([A-Z]?\d{1,4}[A-Z]?)\b",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """`text` with what could point at a person replaced by blocks; the rest as typed."""
    for pattern in (EMAIL, PHONE, PLATE, OLD_PLATE):
        text = pattern.sub(MASK, text)
    return FLAT.sub(lambda match: f"{match[1]} {MASK}", text)


def findings(text: str) -> list[tuple[int, int]]:
    """Where `masked` would hide something: (start, end) in characters, in order."""
    spans = [m.span() for p in (EMAIL, PHONE, PLATE, OLD_PLATE, FLAT) for m in p.finditer(text)]
    return sorted(spans)
