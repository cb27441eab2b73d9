"""Tables of ideas: the idea, its revisions, its supporters."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base
from engage.core.photos import Photo
from engage.core.words import CHANNEL_CHECK, VISIBILITY_CHECK, Visibility, enum_column
from engage.proposals.call_models import Call
from engage.proposals.workflow import Status
from engage.territory.models import Action, Neighbourhood


class Proposal(Base):
    """An idea. Its words live in revisions; the public sees `published_revision`."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        CheckConstraint(VISIBILITY_CHECK, name="visibility"),
        Index("ix_proposals_public", "visibility", "id"),
        Index("ix_proposals_action", "action_id", "visibility", "id"),
        Index("ix_proposals_neighbourhood", "neighbourhood_id", "visibility", "id"),
        Index("ix_proposals_call", "call_id", "visibility", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    neighbourhood_id: Mapped[int] = mapped_column(ForeignKey("neighbourhoods.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("actions.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    """The call for participation that it answers, if any."""
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.RECEIVED)
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_revision_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    neighbourhood: Mapped[Neighbourhood] = relationship(lazy="raise_on_sql")
    action: Mapped[Action | None] = relationship(lazy="raise_on_sql")
    call: Mapped[Call | None] = relationship(lazy="raise_on_sql")
    published_revision: Mapped["ProposalRevision | None"] = relationship(
        primaryjoin="foreign(Proposal.published_revision_id) == ProposalRevision.id",
        lazy="raise_on_sql",
        viewonly=True,
    )
    revisions: Mapped[list["ProposalRevision"]] = relationship(
        back_populates="proposal",
        foreign_keys="ProposalRevision.proposal_id",
        lazy="raise_on_sql",
        order_by="ProposalRevision.id",
    )
    __mapper_args__ = {"version_id_col": version}


class ProposalRevision(Base):
    """What was typed, and the safe HTML made of it when it was written."""

    __tablename__ = "proposal_revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    html_rules: Mapped[int]
    language: Mapped[str] = mapped_column(String(8), default="fr")
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"), index=True)
    created_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(
        back_populates="revisions", foreign_keys=[proposal_id], lazy="raise_on_sql"
    )
    photo: Mapped[Photo | None] = relationship(lazy="raise_on_sql")


class Endorsement(Base):
    """One person supports one idea, once; the day is kept, never the hour."""

    __tablename__ = "endorsements"
    __table_args__ = (CheckConstraint(CHANNEL_CHECK, name="channel"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_on: Mapped[date]
