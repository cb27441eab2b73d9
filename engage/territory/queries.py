"""Reads about the contract, as small frozen values that may be kept for a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.core.i18n import label
from engage.territory.models import Action, Axis, Neighbourhood, Organisation, Place, Town


@dataclass(frozen=True)
class TownFacts:
    """What every page says of the town; texts are kept per language."""

    names: dict[str, str]
    taglines: dict[str, str]
    contract_title: str
    phone_region: str
    legal: dict[str, Any]
    charter: Sequence[dict[str, str]]
    contacts_to_call: Sequence[dict[str, Any]]

    @property
    def name(self) -> str:
        return label(self.names)

    @property
    def tagline(self) -> str:
        return label(self.taglines)


NO_TOWN = TownFacts({"fr": "Engage"}, {"fr": ""}, "", "FR", {}, (), ())


def town(db: Session) -> TownFacts:
    """The town of this database; a nameless one before `engage init`."""
    row = db.scalar(select(Town).limit(1))
    if row is None:
        return NO_TOWN
    return TownFacts(
        names=row.name,
        taglines=row.tagline,
        contract_title=row.contract_title,
        phone_region=row.phone_region,
        legal=row.legal,
        charter=row.charter,
        contacts_to_call=row.contacts_to_call,
    )


def neighbourhoods(db: Session) -> list[Neighbourhood]:
    """All neighbourhoods in the contract's order."""
    return list(db.scalars(select(Neighbourhood).order_by(Neighbourhood.position)))


def actions(db: Session) -> list[Action]:
    """All actions with their axis, by number."""
    return list(db.scalars(select(Action).options(joinedload(Action.axis)).order_by(Action.number)))


def axes(db: Session) -> list[Axis]:
    """All axes in the contract's order."""
    return list(db.scalars(select(Axis).order_by(Axis.position)))


def places(db: Session) -> list[Place]:
    """All places, in the order of the neighbourhoods and then of the file."""
    return list(
        db.scalars(
            select(Place)
            .join(Place.neighbourhood)
            .options(joinedload(Place.neighbourhood))
            .order_by(Neighbourhood.position, Place.position)
        )
    )


def organisations(db: Session) -> list[Organisation]:
    """All organisations, by name."""
    return list(db.scalars(select(Organisation).order_by(Organisation.name)))
