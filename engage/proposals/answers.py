"""Public answers to ideas: what was decided, by whom and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.territory.models import Organisation


class Verdict(StrEnum):
    """What becomes of an idea."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    NOT_NOW = "not_now"
    NO = "no"


PROMISES = frozenset({Verdict.ACCEPTED, Verdict.PARTLY})
"""Answers that something follows from."""


class ProposalAnswer(Base):
    """One answer; the newest counts, the earlier ones stay to be read.

    `decided_by` says who decided, in words for residents; `organisation_id` for whom it was
    decided, None for the council or the coordinator; `person_id` who wrote it down.
    """

    __tablename__ = "proposal_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict))
    decided_by: Mapped[str] = mapped_column(String(160))
    reason: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
