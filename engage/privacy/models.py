"""Tables of privacy: what people agreed to, and identities that a law makes an operator keep."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class Consent(Base):
    """One answer of one person to one purpose; the newest without `withdrawn_at` counts."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class RetainedIdentity(Base):
    """What identifies the author of published words after the account is closed, encrypted.

    Written only where the operator switched it on (decree 2021-1362, art. 2 to 5; the setting is
    off by default). `closed_on` is when the account ended, `expires_on` when the row must go.
    """

    __tablename__ = "retained_identities"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    closed_on: Mapped[date]
    expires_on: Mapped[date]
