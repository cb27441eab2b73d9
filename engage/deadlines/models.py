"""One table for everything that an organisation owes until a moment, whatever it comes from."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.territory.models import Organisation


class DeadlineKind(StrEnum):
    """What is owed."""

    ACKNOWLEDGE = "incident_acknowledge"
    RESOLVE = "incident_resolve"
    ACTION_REPORT = "action_report"
    PROPOSAL_ANSWER = "proposal_answer"
    PROPOSAL_DONE = "proposal_done"
    CALL_ANSWER = "call_answer"
    PARTY_TASK = "party_task"
    CONSULTATION_DECISION = "consultation_decision"


class Dated(Protocol):
    """The columns that `Dates` counts from."""

    @property
    def is_open(self) -> bool: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def silenced_until(self) -> datetime | None: ...


class Dates:
    """What follows from the dates of something owed, for a whole row or some of its columns."""

    @property
    def awaited_at(self: Dated) -> datetime:
        """When it is awaited: the date a partner promised when that is later than the due date.

        A promise hides no lateness (`due_at` stays); only reminders count from it.
        """
        return max(self.due_at, self.silenced_until or self.due_at)

    def is_late(self: Dated, now: datetime) -> bool:
        return self.is_open and self.due_at < now

    def is_silent(self: Dated, now: datetime) -> bool:
        """Whether a partner promised a date that has not passed yet."""
        return self.silenced_until is not None and now < self.silenced_until


class Deadline(Dates, Base):
    """`organisation` owes `kind` about a subject until `due_at`; late is derived, never stored."""

    __tablename__ = "deadlines"
    __table_args__ = (
        Index(
            "uq_deadlines_open",
            "kind",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=text("met_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("met_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index("ix_deadlines_subject", "subject_type", "subject_id"),
        Index("ix_deadlines_due", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime]
    urgent: Mapped[bool] = mapped_column(default=False)
    silenced_until: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.met_at is None and self.withdrawn_at is None
