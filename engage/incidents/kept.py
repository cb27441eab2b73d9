"""What pages keep of the contract for a minute, as plain values."""

from collections.abc import Sequence
from typing import NamedTuple

from engage.core import i18n
from engage.core.web import get_db, services
from engage.incidents import desk
from engage.territory import places
from engage.territory import queries as territory


class Hood(NamedTuple):
    """A neighbourhood as filters show it."""

    code: str
    name: dict[str, str]


def hoods() -> Sequence[Hood]:
    """All neighbourhoods in the contract's order."""
    return services().cache.get(
        "incidents.hoods",
        lambda: [Hood(hood.code, hood.name) for hood in territory.neighbourhoods(get_db())],
    )


def place_groups(*, first: int | None) -> Sequence[places.Group]:
    """The list of places to choose from, in the page's language; `first` as in `grouped`."""
    return services().cache.get(
        f"incidents.places:{i18n.current().code}:{first}",
        lambda: places.grouped(territory.places(get_db()), first=first),
    )


def holders() -> Sequence[desk.Holder]:
    """The organisations that a report can be given to."""
    return services().cache.get("incidents.holders", lambda: desk.holders(get_db()))
