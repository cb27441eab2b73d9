"""How well it is known that somebody lives here: levels, never an identity document."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class ResidenceLevel(StrEnum):
    """From the weakest to the strongest: each level includes those before it."""

    DECLARED = "declared"
    PERIMETER = "perimeter"
    LETTER = "letter"
    ATTESTED = "attested"
    COUNCIL = "council"

    def reaches(self, wanted: "ResidenceLevel") -> bool:
        """Whether this level is enough where `wanted` is asked for."""
        order = list(ResidenceLevel)
        return order.index(self) >= order.index(wanted)


class ResidenceProof(Base):
    """One proof of one level, with the place it is about and who attested it."""

    __tablename__ = "residence_proofs"
    __table_args__ = (UniqueConstraint("person_id", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    level: Mapped[str] = mapped_column(String(12))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    proven_on: Mapped[date]
