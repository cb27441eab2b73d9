"""The table of proposals to publish an incident's words or photo."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base
from engage.core.words import Visibility, enum_column


class Shown(StrEnum):
    """What of the report would be public."""

    WORDS = "words"
    PHOTO = "photo"
    BOTH = "both"


class IncidentPublication(Base):
    """The coordinator proposes that everybody may read an incident's words or see its photo.

    Nothing of it is public until the council agrees; once an incident.
    """

    __tablename__ = "incident_publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    shown: Mapped[Shown] = mapped_column(enum_column(Shown))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
