"""Tables of ideas: the idea, its revisions, its supporters."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base
from engage.core.photos import PHOTO_POSITION_CHECK, Photo
from engage.core.words import CHANNEL_CHECK, VISIBILITY_CHECK, Visibility, enum_column, in_check
from engage.proposals.call_models import Call
from engage.proposals.workflow import Status
from engage.territory.models import Action, Neighbourhood, Organisation, Place


class Voice(StrEnum):
    """For whom the author of an idea speaks."""

    RESIDENT = "resident"
    COUNCIL = "council"
    ASSOCIATION = "association"
    MEDIATOR = "mediator"


VOICE_CHECK = in_check("voice", Voice)


class Proposal(Base):
    """An idea. Its words live in revisions; the public sees `published_revision`."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        CheckConstraint(VISIBILITY_CHECK, name="visibility"),
        CheckConstraint(VOICE_CHECK, name="voice"),
        Index("ix_proposals_public", "visibility", "id"),
        Index("ix_proposals_action", "action_id", "visibility", "id"),
        Index("ix_proposals_neighbourhood", "neighbourhood_id", "visibility", "id"),
        Index("ix_proposals_supported", "visibility", "supporters", "id"),
        Index(
            "ix_proposals_neighbourhood_supported",
            "neighbourhood_id",
            "visibility",
            "supporters",
            "id",
        ),
        Index("ix_proposals_action_supported", "action_id", "visibility", "supporters", "id"),
        Index("ix_proposals_status", "status", "visibility", "id"),
        Index("ix_proposals_place", "neighbourhood_id", "place_id", "visibility", "id"),
        Index("ix_proposals_call", "call_id", "visibility", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    neighbourhood_id: Mapped[int] = mapped_column(ForeignKey("neighbourhoods.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("actions.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    """The call for participation that it answers, if any."""
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    voice: Mapped[Voice] = mapped_column(enum_column(Voice), default=Voice.RESIDENT)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """For whom its author speaks; both stay empty for somebody who speaks for themselves."""
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.RECEIVED)
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_revision_id: Mapped[int | None]
    supporters: Mapped[int] = mapped_column(default=0)
    """How many rows of `endorsements` it has: lists are sorted by it, `engage verify` recounts."""
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """The organisation that has it now."""
    due_at: Mapped[datetime | None]
    """Until when its next step was promised in public."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    neighbourhood: Mapped[Neighbourhood] = relationship(lazy="raise_on_sql")
    action: Mapped[Action | None] = relationship(lazy="raise_on_sql")
    partner: Mapped[Organisation | None] = relationship(
        foreign_keys=[partner_id], lazy="raise_on_sql"
    )
    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(
        foreign_keys=[organisation_id], lazy="raise_on_sql"
    )
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
    created_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(
        back_populates="revisions", foreign_keys=[proposal_id], lazy="raise_on_sql"
    )
    photos: Mapped[list["ProposalPhoto"]] = relationship(
        lazy="raise_on_sql", order_by="ProposalPhoto.position"
    )


class ProposalPhoto(Base):
    """One of at most three photos of a revision; an edit that keeps a photo names it again."""

    __tablename__ = "proposal_photos"
    __table_args__ = (CheckConstraint(PHOTO_POSITION_CHECK, name="position"),)

    revision_id: Mapped[int] = mapped_column(
        ForeignKey("proposal_revisions.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id"), index=True)

    photo: Mapped[Photo] = relationship(lazy="raise_on_sql")


class ProposalAddition(Base):
    """What the author adds to a published idea ("j’ajoute une précision"); never changed later."""

    __tablename__ = "proposal_additions"
    __table_args__ = (CheckConstraint(VISIBILITY_CHECK, name="visibility"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    html_rules: Mapped[int]
    language: Mapped[str] = mapped_column(String(8), default="fr")
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Endorsement(Base):
    """One person supports one idea, once; the day is kept, never the hour."""

    __tablename__ = "endorsements"
    __table_args__ = (CheckConstraint(CHANNEL_CHECK, name="channel"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_on: Mapped[date]
