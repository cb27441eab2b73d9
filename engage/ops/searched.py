"""All that can be found by words, named in one place: for checking the index and making it anew."""

from collections.abc import Mapping

from engage.core import search_index
from engage.core.db import Database
from engage.core.search_index import Entries
from engage.proposals import finding as proposals

SEARCHED: Mapping[str, Entries] = {proposals.KIND: proposals.entries}
"""Kind of thing → its public words."""


def mend(database: Database) -> int:
    """Bring the whole index up to date; returns how many things were wrong or missing."""
    return sum(search_index.mend(database, kind, words) for kind, words in SEARCHED.items())
