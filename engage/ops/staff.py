"""Gives the first people of a town their roles, and staff the link that sets up their way in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import commands, invitations, queries, second_steps
from engage.accounts.addresses import ContactAddress, parse
from engage.accounts.models import STAFF, ContactKind, Mandate, Person, Role
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.services import Services
from engage.territory.models import Organisation, Town


def invite(
    town: Services, email_or_phone: str, role: str, organisation: str, name: str
) -> list[str]:
    """Give the holder of the address a mandate from today; returns what to tell them.

    Staff get an invitation, and a new one when they have the role already (a lost password, a lost
    phone). Raises `InvalidInput` for an address that cannot be, `NotFound` for an unknown
    organisation.
    """
    with town.database.transaction() as db:
        address = parse(email_or_phone, region=db.scalar(select(Town.phone_region)) or "FR")
        organisation_id = _organisation_id(db, organisation)
        if Role(role) is Role.AGENT and organisation_id is None:
            raise InvalidInput("organisation", "an agent works for somebody: --organisation CODE")
        person = queries.person_at(db, address)
        if person is not None and _holds(db, person, role, organisation_id):
            return [
                f"{address.value} has this role already.",
                *_way_in(db, town, person, Role(role)),
            ]
        person = commands.invite(
            db, address, Role(role), organisation_id=organisation_id, public_name=name
        )
        db.refresh(person, ["mandates"])
        told = f"{address.value} is {role} from today."
        if Role(role) in STAFF and second_steps.ways_of(db, person).typed:
            return [told, f"They sign in as before: {town.config.base_url}/compte/equipe"]
        return [told, *_way_in(db, town, person, Role(role))]


def _way_in(db: Session, town: Services, person: Person, role: Role) -> list[str]:
    """Send staff their link and say where it is; the council gets a list at the counter."""
    base = town.config.base_url
    if role not in STAFF:
        return [
            f"Sign in with this address: {base}/compte/connexion",
            "A mediator prints their list of ten codes, asked for at each new sign-in.",
        ]
    token = invitations.invite_first(db, person)
    point = invitations.address_for(db, person)
    assert point is not None, "the link has just gone there"
    days = invitations.LIFETIME.days
    if ContactAddress(ContactKind(point.kind), point.value).channel in town.gateways():
        return [f"A link goes to {point.value} while `engage run` runs; it works for {days} days."]
    return [
        f"Nothing can be sent yet (see `engage doctor`): give {point.value} this link yourself,",
        f"it works once, for {days} days: {base}/compte/invitation/{token}",
    ]


def _organisation_id(db: Session, code: str) -> int | None:
    if not code:
        return None
    found = db.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        known = ", ".join(db.scalars(select(Organisation.code).order_by(Organisation.code)))
        raise NotFound(f"no organisation {code!r}; there are: {known}")
    return found


def _holds(db: Session, person: Person, role: str, organisation_id: int | None) -> bool:
    mandates = db.scalars(
        select(Mandate).where(
            Mandate.person_id == person.id,
            Mandate.role == role,
            Mandate.organisation_id == organisation_id,
        )
    )
    return any(mandate.is_current(clock.today()) for mandate in mandates)
