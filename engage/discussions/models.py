"""Tables of discussions: threads that content points down to, and the comments in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base
from engage.core.words import CHANNEL_CHECK, VISIBILITY_CHECK, Visibility, enum_column
from engage.territory.models import Organisation


class Voice(StrEnum):
    """For whom a comment speaks, as its author's mandates were when it was written."""

    RESIDENT = "resident"
    INSTITUTION = "institution"
    COORDINATION = "coordination"
    MEDIATION = "mediation"


class Thread(Base):
    """One discussion; it does not know what it is about."""

    __tablename__ = "threads"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class Comment(Base):
    """What somebody said; with `parent_id` an answer, which nobody answers (one level deep).

    `edition` counts how often its words were replaced by a correction or by a masked version; the
    words before are not kept.
    """

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        CheckConstraint(VISIBILITY_CHECK, name="visibility"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent"),
        Index("ix_comments_thread", "thread_id", "parent_id", "id"),
        Index("ix_comments_parent", "parent_id", "id"),
        Index("ix_comments_author", "author_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    voice: Mapped[Voice] = mapped_column(enum_column(Voice), default=Voice.RESIDENT)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    html_rules: Mapped[int]
    language: Mapped[str] = mapped_column(String(8), default="fr")
    edition: Mapped[int] = mapped_column(default=1)
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
