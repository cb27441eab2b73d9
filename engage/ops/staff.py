"""Gives the first people of a town their roles."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import commands, queries
from engage.accounts.addresses import ContactAddress, parse
from engage.accounts.models import Mandate, Role
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.services import Services
from engage.territory.models import Organisation, Town


def invite(
    town: Services, email_or_phone: str, role: str, organisation: str, name: str
) -> list[str]:
    """Give the holder of the address a mandate from today; returns what to tell them.

    Raises `InvalidInput` for an address that cannot be, `NotFound` for an unknown organisation.
    """
    with town.database.transaction() as db:
        address = parse(email_or_phone, region=db.scalar(select(Town.phone_region)) or "FR")
        organisation_id = _organisation_id(db, organisation)
        if Role(role) is Role.AGENT and organisation_id is None:
            raise InvalidInput("organisation", "an agent works for somebody: --organisation CODE")
        if _holds(db, address, role, organisation_id):
            return [f"{address.value} has this role already."]
        commands.invite(db, address, Role(role), organisation_id=organisation_id, public_name=name)
    return [
        f"{address.value} is {role} from today.",
        f"Sign in with this address: {town.config.base_url}/compte/connexion",
    ]


def _organisation_id(db: Session, code: str) -> int | None:
    if not code:
        return None
    found = db.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        known = ", ".join(db.scalars(select(Organisation.code).order_by(Organisation.code)))
        raise NotFound(f"no organisation {code!r}; there are: {known}")
    return found


def _holds(db: Session, address: ContactAddress, role: str, organisation_id: int | None) -> bool:
    person = queries.person_at(db, address)
    if person is None:
        return False
    mandates = db.scalars(
        select(Mandate).where(
            Mandate.person_id == person.id,
            Mandate.role == role,
            Mandate.organisation_id == organisation_id,
        )
    )
    return any(mandate.is_current(clock.today()) for mandate in mandates)
