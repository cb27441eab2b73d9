"""Points in a text at what its author should look at again before sending it.

Nothing is blocked and nothing is decided: a person reads in any case. The list is French; its
words are matched whole, without accents or capitals, so that no place name and no word of another
language triggers one by chance.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from engage.core import masking
from engage.core.folding import bare

WORDS = Path(__file__).with_suffix(".json")

AROUND = 30
"""Characters shown on each side of what was found."""


class Sign(StrEnum):
    """What a passage may be, in the order in which people read of it."""

    EMERGENCY = "emergency"
    PERSONAL = "personal"
    NAME = "name"
    INSULT = "insult"
    ACCUSATION = "accusation"


class Finding(NamedTuple):
    """A passage: characters `start` to `end` (not included) of the text."""

    start: int
    end: int
    sign: Sign


@dataclass(frozen=True)
class Passage:
    """A finding as a page shows it: the words, and a little of what stands around them."""

    sign: Sign
    before: str
    words: str
    after: str


class _Pattern(NamedTuple):
    """`detail` says more of an emergency; `unless` is what may not stand right before."""

    sign: Sign
    what: re.Pattern[str]
    detail: str = ""
    unless: re.Pattern[str] | None = None


def findings(text: str) -> list[Finding]:
    """All passages of `text` to look at again, in order; they do not overlap."""
    found = [Finding(start, end, Sign.PERSONAL) for start, end in masking.findings(text)]
    found += [Finding(start, end, pattern.sign) for pattern, start, end in _matches(text)]
    return _apart(found)


def passages(text: str) -> list[Passage]:
    """The findings with the words around them, on one line each, emergencies first."""
    order = list(Sign)
    found = sorted(findings(text), key=lambda f: (order.index(f.sign), f.start))
    return [_passage(text, finding) for finding in found]


def signs(text: str) -> set[Sign]:
    """Which kinds of passages there are."""
    return {finding.sign for finding in findings(text)}


def emergencies(text: str) -> set[str]:
    """Which emergencies the text speaks of: the keys of `emergencies` in the list of words."""
    return {pattern.detail for pattern, _start, _end in _matches(text) if pattern.detail}


def _matches(text: str) -> Iterator[tuple[_Pattern, int, int]]:
    plain, places = bare(text)
    for pattern in _patterns():
        for match in pattern.what.finditer(plain):
            if pattern.unless and pattern.unless.search(plain[: match.start()]):
                continue
            yield pattern, places[match.start()], places[match.end() - 1] + 1
    for match in _accented().finditer(text):
        yield _Pattern(Sign.INSULT, _accented()), *match.span()


def _passage(text: str, finding: Finding) -> Passage:
    start, end = finding.start, finding.end
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = "…" + before[before.find(" ") + 1 :]
    if end + AROUND < len(text):
        after = after[: after.rfind(" ") + 1].rstrip() + "…"
    return Passage(
        finding.sign, *(re.sub(r"\s+", " ", t) for t in (before, text[start:end], after))
    )


def _apart(found: Sequence[Finding]) -> list[Finding]:
    """In order; of two that overlap the one that begins first, of these the longer."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, -f.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    """The lists of the file; the emergencies as `emergency:<which>`."""
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    special = {f"emergency:{name}": listed for name, listed in words.pop("emergencies").items()}
    return {**words, **special}


def _any(name: str) -> str:
    """One of the words of a list, as they stand in a text without accents; the longest wins."""
    listed = sorted((bare(word)[0] for word in _words()[name]), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, listed))})"


def _whole(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", flags)


@lru_cache(maxsize=1)
def _accented() -> re.Pattern[str]:
    """Insults that are harmless words of other languages without their accents."""
    return _whole("|".join(_words()["accents_count"]), re.IGNORECASE)


@lru_cache(maxsize=1)
def _patterns() -> Sequence[_Pattern]:
    return (*_insults(), *_emergencies(), *_accusations(), *_names())


def _insults() -> Iterator[_Pattern]:
    yield _Pattern(Sign.INSULT, _whole(_any("insults"), re.IGNORECASE))
    whom = rf"(?:un|une|les|ces|des|de|tous les|espece de|bande de) sales? {_any('groups')}"
    yield _Pattern(Sign.INSULT, _whole(whom, re.IGNORECASE))


def _emergencies() -> Iterator[_Pattern]:
    for name in _words():
        if name.startswith("emergency:"):
            which = name.removeprefix("emergency:")
            yield _Pattern(Sign.EMERGENCY, _whole(_any(name), re.IGNORECASE), which)


def _name(first: str) -> str:
    """A word with a capital that is on no list, and perhaps a second one."""
    capital = r"[A-Z][\w'-]+"
    return rf"(?!{first}\b){capital}(?: {capital})?"


def _titled() -> str:
    title = r"(?:M\.|Mr\.?|Mme\.?|Mlle\.?|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle)"
    return f"{title} {_name(_any('functions'))}"


def _accusations() -> Iterator[_Pattern]:
    said = r"(?:[Cc]'est )?"
    where = r"(?: (?:du|de|des|d'en|au|aux|a|en)(?: ?[\w'-]+){1,3}?)?"
    pairs = (
        (rf"(?i:{_any('neighbours')}{where})", "crimes"),
        (_titled(), "crimes"),
        (_name(_any("not_names")), "crimes_of_names"),
        (rf"(?<=[a-z,;] ){_name(_any('not_names'))}", "crimes"),
    )
    for who, crimes in pairs:
        yield _Pattern(Sign.ACCUSATION, _whole(rf"{said}{who},? (?:qui )?{_any(crimes)}"))
    yield _Pattern(Sign.ACCUSATION, _whole(rf"[Cc]'est {_titled()} qui \w+"))


def _names() -> Iterator[_Pattern]:
    street = rf"\b{_any('streets')} (?:de |du |des )?$"
    yield _Pattern(Sign.NAME, _whole(_titled()), unless=re.compile(street, re.IGNORECASE))
