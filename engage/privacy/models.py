"""Table of privacy: identities that a law makes an operator keep."""

from datetime import date

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


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
