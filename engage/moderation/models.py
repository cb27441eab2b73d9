"""Tables of moderation: the reasons of the charter, items in the queue, decisions taken."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.moderation.workflow import Action, Status


class RefusalReason(Base):
    """Why something may be refused: a closed list, with what the author can do next."""

    __tablename__ = "refusal_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    slug: Mapped[str] = mapped_column(String(32))
    label: Mapped[dict[str, str]]
    next_step: Mapped[dict[str, str]]
    charter_rule: Mapped[int | None]
    position: Mapped[int]


class ModerationItem(Base):
    """One thing to read: a revision of a contribution, to be judged within 72 hours."""

    __tablename__ = "moderation_items"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "revision_id"),
        Index("ix_moderation_items_queue", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    revision_id: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    decisions: Mapped[list["Decision"]] = relationship(lazy="raise_on_sql", order_by="Decision.id")
    __mapper_args__ = {"version_id_col": version}


class Decision(Base):
    """What one member decided on an item; a refusal takes two, by two members."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("item_id", "moderator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("moderation_items.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    action: Mapped[Action] = mapped_column(enum_column(Action))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("refusal_reasons.id"))
    excerpt: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    reason: Mapped[RefusalReason | None] = relationship(lazy="raise_on_sql")
