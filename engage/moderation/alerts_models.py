"""The table of alerts: who is called at once, who took it, what was done."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base
from engage.core.words import enum_column
from engage.moderation.alerts_workflow import Kind, Status
from engage.moderation.models import ModerationItem


class Alert(Base):
    """Somebody is in danger (an item says so), or a member is threatened (with or without one).

    It holds no word of the item: only what was done, written by who took it.
    """

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_status", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_items.id"), index=True)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.OPEN)
    created_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    word: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[ModerationItem | None] = relationship(lazy="raise_on_sql")
    raised_by: Mapped[Person] = relationship(foreign_keys=[raised_by_id], lazy="raise_on_sql")
    taken_by: Mapped[Person | None] = relationship(foreign_keys=[taken_by_id], lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
