"""What people agreed to, purpose by purpose."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.db import Base

ACCOUNT_BY_MEDIATOR = "compte_par_mediateur"
"""A mediator made the account and writes down for the person, who agreed aloud."""

PURPOSES = (ACCOUNT_BY_MEDIATOR,)
"""What is done only for those who said yes; a purpose is added with the act that asks for it."""


class Consent(Base):
    """One answer of one person to one purpose; the newest without `withdrawn_at` counts."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


def give(db: Session, person: Person, purpose: str, *, actor_id: int) -> Consent:
    """Note that `person` agreed to `purpose`; `actor_id` is who heard or ticked it."""
    consent = Consent(person_id=person.id, purpose=purpose, given_at=clock.now())
    db.add(consent)
    db.flush()
    audit.record(db, "consent.give", consent, actor_id=actor_id, purpose=purpose)
    return consent


def has_consent(db: Session, person: Person, purpose: str) -> bool:
    """Whether the person agreed and did not change their mind."""
    wanted = select(Consent.id).where(*_standing(person, purpose)).limit(1)
    return db.scalar(wanted) is not None


def withdraw(db: Session, person: Person, purpose: str, *, actor_id: int) -> None:
    """Note that the person says no from now on; nothing happens to who never said yes."""
    if not has_consent(db, person, purpose):
        return
    standing = _standing(person, purpose)
    db.execute(update(Consent).where(*standing).values(withdrawn_at=clock.now()))
    audit.record(db, "consent.withdraw", person, actor_id=actor_id, purpose=purpose)


def _standing(person: Person, purpose: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Consent.person_id == person.id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )


def answers_of(db: Session, person: Person) -> list[Consent]:
    """All answers of a person, the oldest first."""
    wanted = select(Consent).where(Consent.person_id == person.id)
    return list(db.scalars(wanted.order_by(Consent.id)))
