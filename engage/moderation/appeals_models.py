"""The table of appeals: what an author asks to be read again, and what came of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.moderation.appeals_workflow import Status
from engage.moderation.models import ModerationItem


class Appeal(Base):
    """An author asks for a second reading of what was refused or hidden, once.

    The first decision stays with its item; this row holds the second.
    """

    __tablename__ = "appeals"
    __table_args__ = (Index("ix_appeals_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("moderation_items.id"), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.OPEN)
    word: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    judge_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[ModerationItem] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
