"""Factories of reports, on a place whose owner is known."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import photos
from engage.core.images import prepare
from engage.core.photos import Photo
from engage.core.secrets import token_hash
from engage.core.storage import Storage
from engage.incidents import commands
from engage.incidents.models import FollowLink, Incident, IncidentKind
from engage.territory.models import Organisation, Place
from tests.factories import make_organisation, make_person, make_place, photo_bytes


@dataclass
class Estate:
    """A landlord with a hall of a residence, an agent of his, and a coordinator."""

    landlord: Organisation
    residence: Place
    hall: Place
    agent: Person
    coordinator: Person


def make_estate(db: Session, *, on_call_phone: str = "") -> Estate:
    landlord = make_organisation(db, name="Bailleur fictif", on_call_phone=on_call_phone)
    residence = make_place(db, owner=landlord, kind="residence", name="Résidence des Essais")
    hall = make_place(db, parent_id=residence.id, kind="hall", name="Hall secret 7")
    return Estate(
        landlord=landlord,
        residence=residence,
        hall=hall,
        agent=make_person(db, Role.AGENT, organisation=landlord),
        coordinator=make_person(db, Role.COORDINATOR, email="coordination@example.org"),
    )


def kind(db: Session, code: str = "COM01") -> IncidentKind:
    return db.scalars(select(IncidentKind).where(IncidentKind.code == code)).one()


def make_incident(
    db: Session,
    estate: Estate,
    code: str = "COM01",
    *,
    assigned: bool = False,
    place: Place | None = None,
    **values: Any,
) -> Incident:
    return make_followed(db, estate, code, assigned=assigned, place=place, **values)[0]


def make_followed(
    db: Session,
    estate: Estate,
    code: str = "COM01",
    *,
    assigned: bool = False,
    place: Place | None = None,
    reporter: Person | None = None,
    photo: Photo | None = None,
    **values: Any,
) -> tuple[Incident, str]:
    """A report with the token of its follow page."""
    report = commands.Report(kind=kind(db, code), place=place or estate.hall, **values)
    incident, token = commands.submit(db, report, reporter=reporter, photo=photo)
    if assigned and incident.organisation_id is None:
        commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    return incident, token


def link_of(db: Session, token: str) -> FollowLink:
    return db.get_one(FollowLink, token_hash(token))


def make_photo(db: Session, storage: Storage) -> Photo:
    import io

    return photos.keep(db, photos.store(storage, prepare(io.BytesIO(photo_bytes(64, 48)))))


def repaired(db: Session, estate: Estate, storage: Storage) -> tuple[Incident, str]:
    incident, token = make_followed(db, estate, assigned=True)
    commands.resolve(
        db, incident, actor=estate.agent, word="Nettoyé.", photo=make_photo(db, storage)
    )
    return incident, token
