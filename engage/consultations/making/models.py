"""Tables of making a concertation: what changed in public, and the documents to read before."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.photos import Photo
from engage.core.words import enum_column


class ChangeKind(StrEnum):
    """What happened to a concertation that was public already."""

    CHANGED = "changed"
    EXTENDED = "extended"
    CANCELLED = "cancelled"


class ConsultationChange(Base):
    """One change that everybody reads: on which day, and why; who did it is in the journal.

    `part` names the step that was changed. The two closings are those of an extension.
    """

    __tablename__ = "consultation_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    part: Mapped[str] = mapped_column(String(24), default="")
    on_day: Mapped[date]
    old_closes_at: Mapped[datetime | None]
    new_closes_at: Mapped[datetime | None]
    reason: Mapped[dict[str, str]] = mapped_column(default=dict)


class ConsultationDocument(Base):
    """Something to read or look at before one votes: a PDF under `key`, or a picture or plan.

    `alt` says in words what a picture shows; `size` is that of the PDF, in bytes.
    """

    __tablename__ = "consultation_documents"
    __table_args__ = (CheckConstraint("(key IS NULL) <> (photo_id IS NULL)", name="one_file"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    title: Mapped[dict[str, str]]
    alt: Mapped[dict[str, str]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(48), unique=True)
    size: Mapped[int | None]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    added_on: Mapped[date]

    photo: Mapped[Photo | None] = relationship(lazy="raise_on_sql")
