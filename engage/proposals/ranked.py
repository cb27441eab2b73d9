"""Public ideas that a search found, as lists show them: the best or most supported first."""

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engage.core.pagination import PAGE_SIZE
from engage.core.search_statements import listed
from engage.core.words import Visibility
from engage.proposals.cards import (
    ALL_NAMES,
    EVERYTHING,
    Listing,
    Wanted,
    comparing,
    in_order,
    number,
    of_ids,
    shape_of,
    supported_key,
    unindexed,
)
from engage.proposals.models import Proposal


def best(
    db: Session, wanted: Wanted, ids: Sequence[int], *, after: str = "", size: int = PAGE_SIZE
) -> Listing:
    """Ideas in the order of `ids` (what a search found); `after` is the id of the last one."""
    if wanted != EVERYTHING:
        allowed = {id_ for _supporters, id_ in _allowed(db, wanted, ids)}
        ids = [id_ for id_ in ids if id_ in allowed]
    if after:
        last = number(after)
        ids = ids[ids.index(last) + 1 :] if last in ids else []
    listing = in_order(of_ids(db, ids[:size]), ids[:size])
    return Listing(listing, str(ids[size - 1]) if len(ids) > size else None)


def best_supported(
    db: Session, wanted: Wanted, ids: Sequence[int], *, after: str = "", size: int = PAGE_SIZE
) -> Listing:
    """The same ideas, those with most supporters first; `after` as in `most_supported`."""
    keys = sorted(_allowed(db, wanted, ids), reverse=True)
    if after:
        keys = [key for key in keys if key < supported_key(after)]
    shown = [id_ for _supporters, id_ in keys[:size]]
    last = keys[size - 1] if len(keys) > size else None
    return Listing(in_order(of_ids(db, shown), shown), f"{last[0]}-{last[1]}" if last else None)


def _allowed(db: Session, wanted: Wanted, ids: Sequence[int]) -> list[tuple[int, int]]:
    """(supporters, id) of those of `ids` that are wanted."""
    values = {**wanted.values, "among": json.dumps([*ids])}
    statement = _keys(shape_of(wanted), db.get_bind().dialect.name)
    rows = db.connection().execute(statement, values)
    return [(supporters, id_) for supporters, id_ in rows]


@lru_cache(maxsize=64)
def _keys(shape: Wanted, dialect: str) -> Select[int, int]:
    """The ids lead: asked for what is public, SQLite would walk through all of it."""
    public = unindexed(Proposal.visibility) == Visibility.PUBLIC.value
    among = Proposal.id.in_(listed(dialect, "among"))
    found = select(Proposal.supporters, Proposal.id).where(among, public)
    return found.where(*comparing(shape, ALL_NAMES))
