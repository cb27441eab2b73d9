"""Hides chosen words of a text: what the words are, where they stand, what is shown instead."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from engage.core import masking, wording
from engage.core.wording import Finding, Sign

_WORD = re.compile(r"\S+")

Span = tuple[int, int]
"""From which character to before which one."""


class Token(NamedTuple):
    """One word as a member can tick it: its number in the text and where it stands."""

    number: int
    text: str
    start: int
    end: int
    sign: Sign | None
    """What it may be, by its form: a number, a name, an insult."""


def tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    findings = wording.findings(text)
    return [
        Token(number, match[0], *match.span(), sign=_sign(match.span(), findings))
        for number, match in enumerate(_WORD.finditer(text))
    ]


def _sign(span: Span, findings: Sequence[Finding]) -> Sign | None:
    touching = (one.sign for one in findings if span[0] < one.end and one.start < span[1])
    return next((sign for sign in touching if sign is not Sign.EMERGENCY), None)


def spans(text: str, numbers: Collection[int]) -> list[Span]:
    """Where the words with these numbers stand; neighbours become one, so nobody counts them."""
    merged: list[Span] = []
    chosen = [token for token in tokens(text) if token.number in numbers]
    for token, before in zip(chosen, [None, *chosen], strict=False):
        if before is not None and before.number + 1 == token.number:
            merged[-1] = (merged[-1][0], token.end)
        else:
            merged.append((token.start, token.end))
    return merged


def of_signs(text: str, signs: Collection[Sign]) -> list[Span]:
    """Where something of these kinds stands."""
    found = wording.findings(text)
    return [(one.start, one.end) for one in found if one.sign in signs]


def masked(text: str, hidden: Sequence[Sequence[int]]) -> str:
    """`text` with blocks in place of each span."""
    return "".join(_pieces(text, hidden))


def _pieces(text: str, hidden: Sequence[Sequence[int]]) -> Iterator[str]:
    end = 0
    for start, stop in sorted((start, stop) for start, stop in hidden):
        if start >= end:
            yield text[end:start] + masking.MASK
        end = max(end, stop)
    yield text[end:]
