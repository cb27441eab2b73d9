"""The list of homes that a resident chooses an address from: buildings and streets, never doors."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel, prove
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.territory.models import Neighbourhood, Place


def choose_address(db: Session, person: Person, place_id: int) -> None:
    """Prove the perimeter with a home of the list; raises `InvalidInput` on "place"."""
    hood = person.neighbourhood_id
    if hood is None or place_id not in [place.id for place in homes(db, hood)]:
        raise InvalidInput("place", _("Choisissez une adresse de la liste."))
    prove(db, person, ResidenceLevel.PERIMETER, place_id=place_id)


def homes(db: Session, neighbourhood_id: int | None = None) -> list[Place]:
    """Where people live, of one neighbourhood or of all, in the order of the contract.

    No flats and no numbers. A hall is left out when its building is there: no more is asked than
    a choice needs. "Elsewhere in the neighbourhood" is no address.
    """
    lived_in = or_(
        Place.kind.in_(("residence", "building", "street")),
        and_(Place.kind == "hall", Place.parent_id.is_(None)),
    )
    found = select(Place).join(Place.neighbourhood).options(contains_eager(Place.neighbourhood))
    if neighbourhood_id is not None:
        found = found.where(Place.neighbourhood_id == neighbourhood_id)
    order = (Neighbourhood.position, Place.position, Place.id)
    return list(db.scalars(found.where(lived_in).order_by(*order)))
