"""Ideas that a new title seems to say again, as the page where it is written shows them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.core import search
from engage.proposals import cards, finding
from engage.proposals.cards import EVERYTHING, Card

SHOWN = 3
SHORTEST = 6
"""Letters of a title below which nothing is looked for."""


def alike(db: Session, title: str) -> Sequence[Card]:
    """Up to three public ideas, the most similar first, each with its number of supporters."""
    if len(title.strip()) < SHORTEST:
        return ()
    ids = [hit.id for hit in search.similar(db, finding.KIND, title, SHOWN)]
    if not ids:
        return ()
    return cards.best(db, EVERYTHING, ids).items
