"""Tables of the templates: the party's plan and volunteers; meetings and worries of works."""

from datetime import date, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.agenda.models import Event
from engage.core.db import Base
from engage.core.words import CHANNEL_CHECK, Visibility, enum_column
from engage.territory.models import Organisation, Place


class Party(Base):
    """The party that a concertation prepares; `day` is the one that its plan counts from.

    It is a date of the agenda, `event`, once the day is decided.
    """

    __tablename__ = "parties"

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    day: Mapped[date | None]
    starts: Mapped[time]
    ends: Mapped[time]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    place_words: Mapped[str] = mapped_column(String(160), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    """Who invites."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    version: Mapped[int] = mapped_column(default=1)

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    event: Mapped[Event | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class PartyTask(Base):
    """One thing to do for the party, so many days before it (negative) or after.

    `fixed_on` is a day set by hand, which stays when the party moves. Where an organisation is
    named it owes the task: see `deadlines`.
    """

    __tablename__ = "party_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    code: Mapped[str] = mapped_column(String(24), default="")
    """The step of `plan.json` that it was made of; "" for one of theirs."""
    title: Mapped[dict[str, str]]
    words: Mapped[dict[str, str]] = mapped_column(default=dict)
    days: Mapped[int]
    working: Mapped[bool] = mapped_column(default=False)
    """Whether `days` are working days."""
    fixed_on: Mapped[date | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class NeedKind(StrEnum):
    """What is asked of residents."""

    HANDS = "hands"
    THING = "thing"


class PartyNeed(Base):
    """Hands for a task at some hour, or a thing to bring; `wanted` people do it."""

    __tablename__ = "party_needs"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    kind: Mapped[NeedKind] = mapped_column(enum_column(NeedKind))
    title: Mapped[dict[str, str]]
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    wanted: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PartyHelper(Base):
    """Somebody said "I come": `name` as the organisers read it, nobody else."""

    __tablename__ = "party_helpers"
    __table_args__ = (CheckConstraint(CHANNEL_CHECK, name="channel"),)

    need_id: Mapped[int] = mapped_column(ForeignKey("party_needs.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(60))
    asked_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Meeting(Base):
    """A date of the agenda that belongs to a concertation, with what was said there."""

    __tablename__ = "consultation_meetings"

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    minutes: Mapped[dict[str, str]] = mapped_column(default=dict)
    minutes_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class ConcernKind(StrEnum):
    """What a resident wrote."""

    WORRY = "worry"
    QUESTION = "question"


class Concern(Base):
    """A worry or question of a resident about works: nobody is named, not even in the database.

    The council reads it before it is public; the answer is that of `answerer`.
    """

    __tablename__ = "concerns"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    kind: Mapped[ConcernKind] = mapped_column(enum_column(ConcernKind))
    theme: Mapped[str] = mapped_column(String(24))
    """A code of `themes.json`."""
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    written_on: Mapped[date]
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    edition: Mapped[int] = mapped_column(default=1)
    answer: Mapped[dict[str, str]] = mapped_column(default=dict)
    answered_on: Mapped[date | None]
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    version: Mapped[int] = mapped_column(default=1)

    answerer: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
