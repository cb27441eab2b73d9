"""Tables of what is entered for others: tickets handed out, questions asked at the counter."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base
from engage.core.words import CHANNEL_CHECK


class Ticket(Base):
    """A printed ticket: with the number of the thing, its six letters open the person's own page.

    Only a hash of the word is kept. `subject_type` is a table's name.
    """

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    word_hash: Mapped[str] = mapped_column(String(64))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]


class Enquiry(Base):
    """A question asked at the counter that the mediator could not answer at once.

    `person_id` is whom to tell, when a card was shown; the answer also waits behind the ticket.
    """

    __tablename__ = "enquiries"
    __table_args__ = (CheckConstraint(CHANNEL_CHECK, name="channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="fr")
    channel: Mapped[str] = mapped_column(String(12))
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Conversion(Base):
    """An idea that became a report, or a report that its author was asked to make an idea of.

    `proposal_id` is empty as long as the author has not agreed; `from_report` tells the way.
    """

    __tablename__ = "conversions"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    from_report: Mapped[bool]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
