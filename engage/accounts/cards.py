"""Printed cards that were lost: the card and the sign-ins that it opened stop at once."""

from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engage.accounts.models import ContactKind, ContactPoint, Opening, Person, SignIn
from engage.core import audit, clock


class Recognised(StrEnum):
    """How the person who lost a card was recognised."""

    CONTACT = "contact"
    TICKET = "ticket"
    ATTESTED = "attested"


def cancel(db: Session, person: Person, *, actor_id: int, proof: Recognised) -> None:
    """Let no card of `person` open anything any more, sign-ins made with one included."""
    db.execute(
        delete(ContactPoint).where(
            ContactPoint.person_id == person.id, ContactPoint.kind == ContactKind.CARD.value
        )
    )
    db.execute(
        update(SignIn)
        .where(
            SignIn.person_id == person.id,
            SignIn.opened_with == Opening.CARD.value,
            SignIn.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    audit.record(db, "card.cancel", person, actor_id=actor_id, proof=proof.value)
