"""Where ideas are: how many at each place, and those nearest to a chosen one.

Coordinates are those of the contract's places. Where a reader stands is never sent: the phone
picks the nearest place of the list by itself.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from engage.core.pagination import PAGE_SIZE
from engage.core.words import Visibility
from engage.proposals.cards import Listing, Wanted, in_order, narrowed, of_ids, shape_of
from engage.proposals.models import Proposal
from engage.proposals.workflow import Status
from engage.territory import queries as territory

WHOLE = "quartier-"
"""Before the code of a neighbourhood: ideas there that name no place."""

AT_ONCE = 40
"""Places looked at in one statement."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True)
class Tally:
    """How many public ideas of one action and state a spot has."""

    action_id: int | None
    status: Status
    number: int


@dataclass(frozen=True)
class Spot:
    """A place, or a neighbourhood as a whole, and the public ideas there."""

    code: str
    neighbourhood_id: int
    place_id: int | None
    names: dict[str, str]
    hood_names: dict[str, str]
    point: Point | None
    tallies: Sequence[Tally] = ()

    def number(self, wanted: Wanted) -> int:
        """How many ideas that are wanted are here; a call is not looked at."""
        if wanted.neighbourhood_id not in (None, self.neighbourhood_id):
            return 0
        if wanted.place_id is not None and wanted.place_id != (self.place_id or 0):
            return 0
        return sum(
            tally.number
            for tally in self.tallies
            if wanted.action_id in (None, tally.action_id) and wanted.status in (None, tally.status)
        )


_TALLIES = (
    select(
        Proposal.neighbourhood_id,
        Proposal.place_id,
        Proposal.action_id,
        Proposal.status,
        func.count(),
    )
    .where(Proposal.visibility == Visibility.PUBLIC)
    .group_by(Proposal.neighbourhood_id, Proposal.place_id, Proposal.action_id, Proposal.status)
)


def spots(db: Session) -> list[Spot]:
    """Every place and neighbourhood, in the contract's order; worth keeping for a minute."""
    tallies: dict[tuple[int, int | None], list[Tally]] = {}
    for hood_id, place_id, action_id, status, number in db.execute(_TALLIES):
        tallies.setdefault((hood_id, place_id), []).append(Tally(action_id, status, number))
    return list(_spots(db, tallies))


def _spots(db: Session, tallies: dict[tuple[int, int | None], list[Tally]]) -> Iterator[Spot]:
    places = territory.places(db)
    for hood in territory.neighbourhoods(db):
        mine = [place for place in places if place.neighbourhood_id == hood.id]
        known = [(p.lat, p.lon) for p in mine if p.lat is not None and p.lon is not None]
        centre = _middle(known)
        here = tallies.get((hood.id, None), ())
        yield Spot(f"{WHOLE}{hood.code}", hood.id, None, hood.name, hood.name, centre, here)
        for place in mine:
            own = None if place.lat is None or place.lon is None else (place.lat, place.lon)
            found = tallies.get((hood.id, place.id), ())
            yield Spot(place.code, hood.id, place.id, place.name, hood.name, own or centre, found)


def _middle(points: Sequence[Point]) -> Point | None:
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return sum(lats) / len(points), sum(lons) / len(points)


def metres(one: Point, other: Point) -> float:
    """The distance between two points of one town: the earth is flat there."""
    north = math.radians(one[0] - other[0])
    east = math.radians(one[1] - other[1]) * math.cos(math.radians(one[0]))
    return 6_371_000 * math.hypot(north, east)


def nearest(
    db: Session,
    wanted: Wanted,
    start: Spot,
    known: Sequence[Spot],
    *,
    after: str = "",
    size: int = PAGE_SIZE,
) -> Listing:
    """Ideas by the distance of their place from `start`, the newest first at each.

    `after` is `12.place-code`: the last idea of the page before, and where it is.
    """
    last_id, _dot, last_code = after.partition(".")
    ordered = _by_distance(start, known, wanted)
    codes = [spot.code for spot in ordered]
    if after and last_code not in codes:
        return Listing((), None)
    ordered = ordered[codes.index(last_code) :] if after else ordered
    before_id = int(last_id) if last_id.isdigit() else None
    found: list[tuple[int, str]] = []
    while ordered and len(found) <= size:
        some = _enough(ordered, wanted, size)
        found += _at(db, wanted, some, before_id, size + 1)
        ordered, before_id = ordered[len(some) :], None
    ids = [id_ for id_, _code in found[:size]]
    more = len(found) > size
    shown = in_order(of_ids(db, ids), ids)
    return Listing(shown, f"{ids[-1]}.{found[size - 1][1]}" if more else None)


def _by_distance(start: Spot, known: Sequence[Spot], wanted: Wanted) -> list[Spot]:
    """The spots with wanted ideas, the nearest first; those without coordinates last."""

    def far(spot: Spot) -> tuple[float, int, int]:
        there = start.point is not None and spot.point is not None
        away = metres(start.point, spot.point) if there else math.inf  # type: ignore[arg-type]
        return (0.0 if spot is start else away + 1, spot.neighbourhood_id, spot.place_id or 0)

    return sorted((spot for spot in known if spot.number(wanted)), key=far)


def _enough(ordered: Sequence[Spot], wanted: Wanted, size: int) -> Sequence[Spot]:
    """The next spots to look at: as many as should fill a page, as far as is known."""
    if wanted.call_id is not None:
        return ordered[:AT_ONCE]
    number = 0
    for count, spot in enumerate(ordered[:AT_ONCE], 1):
        number += spot.number(wanted)
        if number > size:
            return ordered[:count]
    return ordered[:AT_ONCE]


def _at(
    db: Session, wanted: Wanted, some: Sequence[Spot], before_id: int | None, most: int
) -> list[tuple[int, str]]:
    """The newest ideas of each of these spots, spot by spot: (id, code)."""
    rest = Wanted(action_id=wanted.action_id, call_id=wanted.call_id, status=wanted.status)
    kinds = tuple(spot.place_id is None for spot in some)
    statement = _union(kinds, shape_of(rest), continued=before_id is not None)
    values: dict[str, Any] = {**rest.values, "most": most, "last_id": before_id}
    for number, spot in enumerate(some):
        values[f"hood{number}"] = spot.neighbourhood_id
        values[f"place{number}"] = spot.place_id
    rows = db.connection().execute(statement, values).all()
    by_rank = sorted((rank, -id_) for rank, id_ in rows)
    return [(-id_, some[rank].code) for rank, id_ in by_rank][:most]


@lru_cache(maxsize=256)
def _union(kinds: tuple[bool, ...], shape: Wanted, *, continued: bool) -> Any:
    """One look at an index a spot; `continued` holds for the first spot alone."""

    def one(number: int, *, whole: bool) -> Select[Any]:
        here = Proposal.place_id == bindparam(f"place{number}")
        statement: Select[Any] = narrowed(select(literal(number).label("rank"), Proposal.id), shape)
        statement = statement.where(
            Proposal.neighbourhood_id == bindparam(f"hood{number}"),
            Proposal.place_id.is_(None) if whole else here,
        )
        if continued and number == 0:
            statement = statement.where(Proposal.id < bindparam("last_id"))
        some = statement.order_by(Proposal.id.desc()).limit(bindparam("most")).subquery()
        return select(some)

    return union_all(*(one(number, whole=whole) for number, whole in enumerate(kinds)))
