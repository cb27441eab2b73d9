"""The list of places that a resident chooses from: by neighbourhood, buildings under residences."""

from collections.abc import Sequence
from dataclasses import dataclass

from engage.core.i18n import _, label
from engage.territory.models import Neighbourhood, Place

INDENT = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Choice:
    """One place as it stands in the list."""

    code: str
    label: str


@dataclass(frozen=True)
class Group:
    """A neighbourhood with its places."""

    code: str
    label: str
    choices: Sequence[Choice]


def grouped(places: Sequence[Place], *, first: int | None = None) -> list[Group]:
    """All places, the neighbourhood `first` (an id) on top; "elsewhere" closes each group."""
    hoods: dict[int, Neighbourhood] = {}
    for place in places:
        hoods.setdefault(place.neighbourhood_id, place.neighbourhood)
    ordered = sorted(hoods.values(), key=lambda hood: hood.id != first)
    return [Group(hood.code, label(hood.name), _tree(places, hood.id)) for hood in ordered]


def _tree(places: Sequence[Place], hood_id: int) -> list[Choice]:
    mine = [p for p in places if p.neighbourhood_id == hood_id]
    children: dict[int | None, list[Place]] = {}
    for place in mine:
        children.setdefault(place.parent_id, []).append(place)
    roots = sorted(children.get(None, []), key=lambda p: p.kind == "area")
    return [choice for root in roots for choice in _branch(root, children, 0)]


def _branch(place: Place, children: dict[int | None, list[Place]], depth: int) -> list[Choice]:
    name = _("Ailleurs dans le quartier") if place.kind == "area" else label(place.name)
    below = [c for p in children.get(place.id, []) for c in _branch(p, children, depth + 1)]
    return [Choice(place.code, INDENT * depth + name), *below]
