"""The table of calls for participation: a question that residents' ideas answer."""

from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.territory.models import Neighbourhood, Organisation

ANSWER_DAYS = 30
"""Within so many days after the last one an answer is published."""


class Dated(Protocol):
    """The columns that `CallDays` counts from."""

    @property
    def opens_on(self) -> date: ...
    @property
    def closes_on(self) -> date: ...
    @property
    def answered_on(self) -> date | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...


class CallDays:
    """What follows from the days of a call, for a whole row or some of its columns."""

    @property
    def answer_due_on(self: Dated) -> date:
        return self.closes_on + timedelta(days=ANSWER_DAYS)

    def has_begun(self: Dated, today: date) -> bool:
        return self.opens_on <= today

    def is_open(self: Dated, today: date) -> bool:
        return self.cancelled_at is None and self.opens_on <= today <= self.closes_on

    def is_over(self: Dated, today: date) -> bool:
        return self.cancelled_at is None and self.closes_on < today

    def awaits_answer(self: Dated, today: date) -> bool:
        over = self.cancelled_at is None and self.closes_on < today
        return over and self.answered_on is None


class Call(CallDays, Base):
    """A call. Open and over are derived from its days; answering and stopping are acts."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_days", "closes_on", "opens_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[dict[str, str]]
    theme: Mapped[dict[str, str]]
    question: Mapped[dict[str, str]]
    explanation: Mapped[dict[str, str]]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    """Who asks, and owes the answer."""
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    """None for all neighbourhoods of the contract."""
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day on which ideas are taken."""
    first_closes_on: Mapped[date | None]
    """The last day as it was first announced, when it was extended."""
    answer: Mapped[dict[str, str]]
    decided_by: Mapped[str] = mapped_column(String(160), default="")
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    neighbourhood: Mapped[Neighbourhood | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}
