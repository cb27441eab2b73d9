"""Who deletes an account while a vote is open and comes back is the same voter, by number."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.db import Base
from engage.core.secrets import keyed_hash


class Departure(Base):
    """An address of somebody who left, as a keyed hash, until the vote they took part in closes.

    Without it leaving, coming back and voting again would count as two people.
    """

    __tablename__ = "departures"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    until: Mapped[datetime]


def note(
    db: Session, key: bytes, person: Person, addresses: Iterable[ContactAddress], *, until: datetime
) -> None:
    """Remember where `person` could be reached, unreadable, until that moment."""
    for address in addresses:
        hash_ = _hash(key, address)
        db.merge(Departure(address_hash=hash_, person_id=person.id, until=until))


def returning(db: Session, key: bytes, address: ContactAddress) -> Person | None:
    """The person who left with this address in the middle of a vote, open again; or None."""
    person = db.scalar(
        select(Person)
        .join(Departure, Departure.person_id == Person.id)
        .options(selectinload(Person.mandates))
        .where(Departure.address_hash == _hash(key, address), Departure.until > clock.now())
        .with_for_update(of=Person)
    )
    if person is not None and person.closed_at is not None:
        person.closed_at = None
        audit.record(db, "person.return", person, actor_id=person.id)
    return person


def _hash(key: bytes, address: ContactAddress) -> str:
    return keyed_hash(key, "departure", f"{address.kind.value}:{address.value}")
