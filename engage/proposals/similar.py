"""Ideas that a new title seems to say again, as the page where it is written shows them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.core import search
from engage.proposals import finding, ranked
from engage.proposals.cards import EVERYTHING, Card

SHOWN = 3
SHORTEST = 6
"""Letters of a title below which nothing is looked for."""

WORTH_A_STOP = 0.5
"""From which share of the words on the sending of an idea waits for one more look at another."""


def alike(db: Session, title: str, *, least: float = 0.0) -> Sequence[Card]:
    """Up to three public ideas, the most similar first, each with its number of supporters.

    `least` is the share of the title's words (0 to 1) that an idea must answer.
    """
    if len(title.strip()) < SHORTEST:
        return ()
    hits = search.similar(db, finding.KIND, title, SHOWN)
    ids = [hit.id for hit in hits if hit.score >= least]
    if not ids:
        return ()
    return ranked.best(db, EVERYTHING, ids).items
