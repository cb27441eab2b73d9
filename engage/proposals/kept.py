"""What pages of ideas keep for a minute, as plain values: the contract, the calls, the counts."""

from collections.abc import Mapping, Sequence

from engage.core.web import get_db, services
from engage.proposals import call_queries, near, queries
from engage.proposals.call_queries import Listed
from engage.proposals.near import Spot


def choices() -> queries.Choices:
    """What ideas can be about; a minute old at most."""
    return services().cache.get("proposals.choices", lambda: queries.choices(get_db()))


def spots() -> Mapping[str, Spot]:
    """Where ideas are and how many, by code; a minute old at most."""
    return services().cache.get(
        "proposals.where", lambda: {spot.code: spot for spot in near.spots(get_db())}
    )


def grouped_spots() -> Sequence[tuple[dict[str, str], Sequence[Spot]]]:
    """The places that a reader may be near to, by neighbourhood: those with coordinates."""
    groups: dict[int, list[Spot]] = {}
    for spot in spots().values():
        if spot.point is not None:
            groups.setdefault(spot.neighbourhood_id, []).append(spot)
    return [(some[0].hood_names, some) for some in groups.values()]


def calls() -> Sequence[Listed]:
    """The calls that a list can be narrowed to: those that are open, then the last ones over."""

    def read() -> Sequence[Listed]:
        db = get_db()
        return (*call_queries.open_now(db), *call_queries.over(db, before_id=None).items)

    return services().cache.get("proposals.calls", read)
