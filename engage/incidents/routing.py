"""Who gets a report: its kind and whose ground the place is decide."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engage.incidents.models import IncidentKind, RoutingRule, RoutingTarget
from engage.territory.models import LandOwnership, Neighbourhood, Organisation, Place

MAX_DEPTH = 8
PUBLIC_GROUND = frozenset({"street", "square", "path", "parking", "equipment"})

RULE = select(RoutingRule).where(
    RoutingRule.kind_id == bindparam("kind"),
    RoutingRule.land_ownership == bindparam("ownership"),
)


def responsible(db: Session, kind: IncidentKind, place: Place) -> Organisation | None:
    """The organisation that the routing table names, or None: somebody has to qualify it."""
    rule = db.scalar(RULE, {"kind": kind.id, "ownership": place.land_ownership})
    if rule is None or place.land_ownership == LandOwnership.UNKNOWN:
        return None
    found = _target(db, rule, place)
    return db.get(Organisation, found) if found else None


def _target(db: Session, rule: RoutingRule, place: Place) -> int | None:
    if rule.target is RoutingTarget.ORGANISATION:
        return rule.organisation_id
    if rule.target is RoutingTarget.COMMUNE:
        return db.scalar(
            select(Neighbourhood.commune_organisation_id).where(
                Neighbourhood.id == place.neighbourhood_id
            )
        )
    return next((p.owner_id for p in _upwards(db, place) if p.owner_id), None)


def coarse_place(db: Session, place: Place) -> Place | None:
    """What the public may know of `place`: its residence, or the street or square itself.

    None says no more than the neighbourhood: a hall or a lift is never named.
    """
    for step in _upwards(db, place):
        if step.kind == "residence":
            return step
    private = place.land_ownership == LandOwnership.LANDLORD
    return place if place.kind in PUBLIC_GROUND and not private else None


def _upwards(db: Session, place: Place) -> list[Place]:
    """`place`, its parent and so on."""
    found = [place]
    while found[-1].parent_id is not None and len(found) < MAX_DEPTH:
        found.append(db.get_one(Place, found[-1].parent_id))
    return found
