"""Tables of reminders: digests sent, what they remind of, reply links, answers received."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.deadlines.models import Deadline
from engage.territory.models import ContactPerson, Organisation


class Level(StrEnum):
    """How loud a reminder is, in this order; `rules.py` says when each begins."""

    ANNOUNCE = "announce"
    BEFORE = "before"
    SOON = "soon"
    LATE = "late"


class AnswerKind(StrEnum):
    """What a partner can answer, without account."""

    DONE = "done"
    PLANNED = "planned"
    NOT_OURS = "not_ours"


class Digest(Base):
    """The one message of an organisation and a local day (urgent ones apart)."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("organisation_id", "local_day", "urgent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    local_day: Mapped[date]
    urgent: Mapped[bool]
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    reminders: Mapped[list["Reminder"]] = relationship(
        back_populates="digest", lazy="raise_on_sql", order_by="Reminder.id"
    )


class Reminder(Base):
    """One deadline in one digest; the same level of the same due date is said once."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("deadline_id", "due_at", "level", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"), index=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    due_at: Mapped[datetime]
    level: Mapped[Level] = mapped_column(enum_column(Level))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))

    digest: Mapped[Digest] = relationship(back_populates="reminders", lazy="raise_on_sql")
    deadline: Mapped[Deadline] = relationship(lazy="raise_on_sql")


class ReplyLink(Base):
    """A signed link of one contact to one digest: random, hashed, expiring, revocable."""

    __tablename__ = "reply_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact_people.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    digest: Mapped[Digest] = relationship(lazy="raise_on_sql")
    contact: Mapped[ContactPerson] = relationship(lazy="raise_on_sql")


class Answer(Base):
    """What a partner said about a deadline, visible to those who wait; append-only."""

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_deadline", "deadline_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    reply_link_id: Mapped[int] = mapped_column(ForeignKey("reply_links.id"))
    kind: Mapped[AnswerKind] = mapped_column(enum_column(AnswerKind))
    planned_for: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    deadline: Mapped[Deadline] = relationship(lazy="raise_on_sql")
    reply_link: Mapped[ReplyLink] = relationship(lazy="raise_on_sql")
