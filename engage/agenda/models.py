"""Tables of the agenda: what takes place, and who asked to be reminded the day before."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.territory.models import Neighbourhood, Organisation, Place


class EventKind(StrEnum):
    """What takes place."""

    STAND = "stand"
    WORKSHOP = "workshop"
    WALK = "walk"
    MEETING = "meeting"
    PARTY = "party"
    OTHER = "other"


class Event(Base):
    """One date of the agenda; past and upcoming are derived, cancelling is an act.

    `uid` and `sequence` are what calendars know it by (RFC 5545, 3.8.4.7 and 3.8.7.4): the first
    never changes, the second grows when something changes that a visitor must know.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_neighbourhood", "neighbourhood_id", "starts_at"),
        Index("ix_events_starts_at", "starts_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    title: Mapped[dict[str, str]]
    words: Mapped[dict[str, str]]
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    """None for all neighbourhoods of the contract."""
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    place_words: Mapped[str] = mapped_column(String(160), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    neighbourhood: Mapped[Neighbourhood | None] = relationship(lazy="raise_on_sql")
    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class EventReminder(Base):
    """Somebody wants a word the day before; goes the day after the event."""

    __tablename__ = "event_reminders"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    asked_on: Mapped[date]
    link: Mapped[str | None] = mapped_column(String(64), index=True)
    """Hash of what stops it, in the last message that was sent."""
