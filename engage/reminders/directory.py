"""Reads of the list of partners: everybody that things can be owed by."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.territory.models import ContactPerson, Organisation


@dataclass(frozen=True)
class Partner:
    """An organisation that things can be owed by; `contacts` are names and addresses."""

    name: str
    is_signatory: bool
    signed_on: date | None
    on_call_phone: str
    contacts: tuple[tuple[str, str], ...]


_PARTNERS = (
    select(
        Organisation.id,
        Organisation.name,
        Organisation.is_signatory,
        Organisation.signed_on,
        Organisation.on_call_phone,
        ContactPerson.name.label("contact"),
        ContactPerson.email,
    )
    .outerjoin(
        ContactPerson,
        (ContactPerson.organisation_id == Organisation.id)
        & ContactPerson.ended_at.is_(None)
        & (ContactPerson.email != ""),
    )
    .order_by(Organisation.is_signatory.desc(), Organisation.name, Organisation.id)
    .order_by(ContactPerson.id)
)


def partners(db: Session) -> tuple[Partner, ...]:
    """Everybody that things can be owed by, signatories first, with who is written to."""
    rows = db.execute(_PARTNERS).all()
    contacts: dict[int, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        new = ((row.contact, row.email),) if row.email else ()
        contacts[row.id] = contacts.get(row.id, ()) + new
    first = {row.id: row for row in rows}
    return tuple(
        Partner(row.name, row.is_signatory, row.signed_on, row.on_call_phone, contacts[id_])
        for id_, row in first.items()
    )
