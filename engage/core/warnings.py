"""What is said once before words leave that may point at somebody, insult or need help at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from wtforms import HiddenField

from engage.core import emergency, wording
from engage.core.emergency import Number
from engage.core.wording import Passage


@dataclass(frozen=True)
class Warnings:
    """What a page shows before it sends: whom to call, and the passages to look at again."""

    numbers: Sequence[Number]
    passages: Sequence[Passage]

    def __bool__(self) -> bool:
        return bool(self.passages)


NONE = Warnings((), ())


def news(text: str, seen: HiddenField) -> Warnings:
    """What to say about `text`, none of it when all of it was said already; `seen` remembers.

    The field holds hashes of the passages, so that a number added after the warning is told.
    """
    passages = wording.passages(text)
    said = set((seen.data or "").split())
    marks = {_mark(passage) for passage in passages}
    seen.data = " ".join(sorted(marks))
    if marks <= said:
        return NONE
    return Warnings(emergency.numbers(wording.emergencies(text)), passages)


def _mark(passage: Passage) -> str:
    return sha256(f"{passage.sign}:{passage.words.casefold()}".encode()).hexdigest()[:8]
