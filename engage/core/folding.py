"""Words without accents or capitals, the same on both databases: for matching and for addresses."""

import re
import unicodedata
from functools import lru_cache

_SPECIAL = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_FIRST_MARK = "\u0300"
"""No character before this one is an accent or another mark on a letter."""


def fold(text: str) -> str:
    """`text` in lower case without accents: `Été à l’école` → `ete a l’ecole`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    return "".join([c for c in decomposed if c < _FIRST_MARK or not unicodedata.combining(c)])


def bare(text: str) -> tuple[str, list[int]]:
    """`text` with its capitals but without accents, and where in it each character came from.

    Apostrophes are straight and every blank is a space.
    """
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for c in unicodedata.normalize("NFKD", letter.translate(_SPECIAL)):
            if not unicodedata.combining(c):
                letters.append(" " if c.isspace() else "'" if c == "’" else c)
                places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def slug(text: str, *, longest: int = 60) -> str:
    """The readable end of an address: Latin letters, digits and hyphens; may be empty."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    found = ""
    for word in words:
        if len(found) + len(word) + 1 > longest:
            break
        found = f"{found}-{word}" if found else word
    return found
