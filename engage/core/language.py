"""In which language something is written: as its author says, else as letters and words tell."""

import re
import unicodedata
from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "fr": "français",
    "ar": "العربية",
    "en": "English",
    "es": "español",
    "pt": "português",
    "it": "italiano",
    "ro": "română",
    "tr": "Türkçe",
    "sq": "shqip",
    "ru": "русский",
    "uk": "українська",
    "ka": "ქართული",
    "hy": "հայերեն",
    "fa": "فارسی",
    "zh": "中文",
}
"""Code (BCP 47) → its own name: what people may choose."""

SCRIPTS = (
    ("ARABIC", "ar"),
    ("CYRILLIC", "ru"),
    ("GEORGIAN", "ka"),
    ("ARMENIAN", "hy"),
    ("CJK", "zh"),
)

OWN_LETTERS = (("ar", "پچژگ", "fa"), ("ru", "іїєґ", "uk"))
"""Letters that tell the second language from the first, which shares its script."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMMON: Mapping[str, frozenset[str]] = {
    "fr": _set("le la les des un une du et est dans pour sur que qui nous avec pas au aux ce"),
    "en": _set("the and is of to in for we with that it are on our would near be not"),
    "es": _set("el los las una del y es en para con que por nos más cerca hay como muy"),
    "pt": _set("o os uma do da e é em para com que não mais perto há como dos das"),
    "it": _set("il gli una del della e è di per con che non più vicino nel sono dei"),
    "ro": _set("și este în pentru cu că nu mai lângă un o din sunt multe la ar fi"),
    "tr": _set("ve bir için bu ile çok daha var değil olsun istiyoruz gibi ama"),
    "sq": _set("dhe një për të në është nuk më që afër jemi duam ka"),
}
"""Frequent short words; a few in a text are enough, one alone proves nothing."""

ENOUGH = 3


def language_of(text: str, *, page: str) -> str:
    """The code of the language of `text`; where nothing tells, that of the page it was typed on.

    Latin letters typed on the Arabic page are taken for French.
    """
    by_script = _by_script(text)
    if by_script:
        return by_script
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {code: sum(word in known for word in words) for code, known in COMMON.items()}
    best = max(hits, key=lambda code: hits[code])
    if hits[best] >= ENOUGH and hits[best] > 1.5 * hits["fr"]:
        return best
    return "fr" if page == "ar" else page


def _by_script(text: str) -> str | None:
    letters = [c for c in text if c.isalpha()]
    names = [unicodedata.name(c, "") for c in letters]
    for script, code in SCRIPTS:
        if letters and sum(script in name for name in names) * 2 > len(letters):
            for shared, own, other in OWN_LETTERS:
                if shared == code and any(c in own for c in text.lower()):
                    return other
            return code
    return None
