"""What people agreed to, purpose by purpose."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.db import Base

ACCOUNT_BY_MEDIATOR = "compte_par_mediateur"
"""A mediator made the account; the person agreed aloud."""


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
