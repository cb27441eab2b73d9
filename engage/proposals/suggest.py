"""Which action of the contract an idea belongs to, guessed from its words."""

import re
from collections.abc import Iterable, Sequence

from engage.core.folding import fold

MIN_STEM = 4
"""Words are compared by their start from this length on, so that `banc` finds `bancs`."""

TITLE_WEIGHT = 2


def suggested(title: str, text: str, actions: Iterable[tuple[int, Sequence[str]]]) -> int | None:
    """The id of the best of `actions` (id, folded keywords in falling order of rank), or None.

    A keyword counts once, twice in the title, and less the more actions share it. The first
    action wins a tie, so the answer never changes by itself.
    """
    offered = [(id_, frozenset(keywords)) for id_, keywords in actions]
    in_title, in_text = _words(title), _words(text)
    shares: dict[str, int] = {}
    for _id, keywords in offered:
        for keyword in keywords:
            shares[keyword] = shares.get(keyword, 0) + 1
    best, best_score = None, 0.0
    for id_, keywords in offered:
        score = sum(
            (TITLE_WEIGHT * _found(keyword, in_title) + _found(keyword, in_text)) / shares[keyword]
            for keyword in keywords
        )
        if score > best_score + 1e-9:
            best, best_score = id_, score
    return best


def _words(text: str) -> str:
    """The folded words of `text`, each after one blank: ` des bancs a l ombre`."""
    return "".join(f" {word}" for word in re.findall(r"[a-z0-9-]+", fold(text)))


def _found(keyword: str, words: str) -> bool:
    """Whether a word is `keyword`, or begins with it when it is long enough to be a stem."""
    if len(keyword) >= MIN_STEM:
        return f" {keyword}" in words
    return f" {keyword} " in f"{words} "
