"""A map drawn on the server: a point a place, by its number of ideas; no tiles, no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engage.proposals.cards import Wanted
from engage.proposals.near import Point, Spot

WIDTH, HEIGHT, MARGIN = 400, 400, 44
SMALLEST, BIGGEST = 15, 26
"""Radius of a point in units of the drawing."""

APART = 4
ROUNDS = 60
ABOVE, UNDER = 7, 18
LETTER = 8.5
"""Width of a letter of a name."""


@dataclass(frozen=True)
class Dot:
    """One place on the drawing: where, how large, how many ideas."""

    spot: Spot
    number: int
    x: int
    y: int
    radius: int


@dataclass(frozen=True)
class Name:
    """The name of a neighbourhood, under its points."""

    names: dict[str, str]
    x: int
    y: int


@dataclass(frozen=True)
class Group:
    """A neighbourhood and its places with ideas; what has no coordinates is in the list alone."""

    names: dict[str, str]
    spots: Sequence[tuple[Spot, int]]

    @property
    def number(self) -> int:
        return sum(number for _spot, number in self.spots)


@dataclass(frozen=True)
class Drawing:
    """What the page shows; the list beside the drawing has every group."""

    dots: Sequence[Dot]
    names: Sequence[Name]
    groups: Sequence[Group]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def number(self) -> int:
        return sum(group.number for group in self.groups)

    @property
    def key(self) -> tuple[tuple[str, int], ...]:
        """What tells two drawings of a town apart."""
        return tuple((spot.code, n) for group in self.groups for spot, n in group.spots)


def draw(spots: Sequence[Spot], wanted: Wanted) -> Drawing:
    """Places with ideas that are wanted, drawn north up; big points under small ones."""
    counted = [(spot, number) for spot in spots if (number := spot.number(wanted))]
    groups: dict[int, list[tuple[Spot, int]]] = {}
    for spot, number in counted:
        groups.setdefault(spot.neighbourhood_id, []).append((spot, number))
    listed = [Group(some[0][0].hood_names, some) for some in groups.values()]
    dots = _dots(counted)
    return Drawing(dots, _names(dots), listed)


def _names(dots: Sequence[Dot]) -> list[Name]:
    """Each neighbourhood's name over or under its points, where it hides the fewest of them."""
    found: dict[int, list[Dot]] = {}
    for dot in dots:
        found.setdefault(dot.spot.neighbourhood_id, []).append(dot)
    return [_name(some, dots) for some in found.values()]


def _name(mine: Sequence[Dot], dots: Sequence[Dot]) -> Name:
    names = mine[0].spot.hood_names
    half = LETTER * len(names["fr"]) / 2
    middle = sum(dot.x for dot in mine) / len(mine)
    beside = (middle, min(dot.x for dot in mine) - half, max(dot.x for dot in mine) + half)
    over = min(dot.y - dot.radius for dot in mine) - ABOVE
    under = max(dot.y + dot.radius for dot in mine) + UNDER
    places = [
        (min(max(x, half), WIDTH - half), min(max(y, UNDER), HEIGHT - ABOVE))
        for x in beside
        for y in (over, under)
    ]
    x, y = min(places, key=lambda place: sum(_hides(place, half, dot) for dot in dots))
    return Name(names, round(x), round(y))


def _hides(place: tuple[float, float], half: float, dot: Dot) -> bool:
    """Whether a name written there lies over a point."""
    across = abs(place[0] - dot.x) < half + dot.radius
    return across and place[1] - UNDER < dot.y + dot.radius and place[1] + 4 > dot.y - dot.radius


def _dots(counted: Sequence[tuple[Spot, int]]) -> list[Dot]:
    """The biggest first; places without coordinates are left out."""
    placed = [(spot, number, spot.point) for spot, number in counted if spot.point is not None]
    placed.sort(key=lambda one: (-one[1], one[0].code))
    pins = tuple((point, number) for _spot, number, point in placed)
    return [
        Dot(spot, number, *where)
        for (spot, number, _point), where in zip(placed, _placed(pins), strict=True)
    ]


@lru_cache(maxsize=64)
def _placed(pins: tuple[tuple[Point, int], ...]) -> Sequence[tuple[int, int, int]]:
    """Where each point comes to lie and how large it is: x, y, radius."""
    if not pins:
        return ()
    most = max(number for _point, number in pins)
    radii = [_radius(number, most) for _point, number in pins]
    places = [list(place) for place in _flattened([point for point, _number in pins])]
    _spread(places, radii)
    return [
        (_inside(x, WIDTH), _inside(y, HEIGHT), radius)
        for (x, y), radius in zip(places, radii, strict=True)
    ]


def _flattened(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Degrees as units of the drawing, the same scale both ways, all of it inside the margin."""
    middle = math.radians(sum(lat for lat, _lon in points) / len(points))
    flat = [(lon * math.cos(middle), -lat) for lat, lon in points]
    left, top = (min(axis) for axis in zip(*flat, strict=True))
    right, bottom = (max(axis) for axis in zip(*flat, strict=True))
    room = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    scale = min(room[0] / max(right - left, 1e-9), room[1] / max(bottom - top, 1e-9), 1e6)
    shift = (
        MARGIN + (room[0] - (right - left) * scale) / 2,
        MARGIN + (room[1] - (bottom - top) * scale) / 2,
    )
    return [(shift[0] + (x - left) * scale, shift[1] + (y - top) * scale) for x, y in flat]


def _radius(number: int, most: int) -> int:
    """By area: four times as many ideas, twice the radius."""
    return round(SMALLEST + (BIGGEST - SMALLEST) * math.sqrt(number / most))


def _spread(places: list[list[float]], radii: Sequence[int]) -> None:
    """Move points that would hide each other apart, a little each time, always the same way."""
    for _round in range(ROUNDS):
        moved = False
        for i, one in enumerate(places):
            for j in range(i):
                moved |= _push(one, places[j], radii[i] + radii[j] + APART, i)
        if not moved:
            return


def _push(one: list[float], other: list[float], least: float, turn: int) -> bool:
    away = math.hypot(one[0] - other[0], one[1] - other[1])
    if away >= least:
        return False
    if away < 1:
        angle = turn * 2.4  # the golden angle: points of one place fan out
        direction = (math.cos(angle), math.sin(angle))
    else:
        direction = ((one[0] - other[0]) / away, (one[1] - other[1]) / away)
    step = (least - away) / 2
    for axis in (0, 1):
        one[axis] += direction[axis] * step
        other[axis] -= direction[axis] * step
    return True


def _inside(value: float, end: int) -> int:
    return round(min(max(value, BIGGEST + 2), end - BIGGEST - 2))
