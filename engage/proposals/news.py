"""What happened to an idea in public, and whom it has to be told to."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, insert, literal, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from engage.core import clock
from engage.core.db import Base
from engage.core.words import Visibility, enum_column
from engage.proposals.answers import ProposalAnswer
from engage.proposals.models import Proposal
from engage.territory.models import Organisation

LINK_LIFETIME = timedelta(days=365)
"""How long the link of a digest stops its news."""


class Happening(StrEnum):
    """What can happen to an idea in public."""

    PUBLISHED = "published"
    REWRITTEN = "rewritten"
    ADDITION = "addition"
    STUDIED = "studied"
    ENTRUSTED = "entrusted"
    ANSWERED = "answered"
    STARTED = "started"
    DONE = "done"
    JOINED = "joined"
    PUT_TO_VOTE = "put_to_vote"
    CONVERTED = "converted"
    CALL_ANSWERED = "call_answered"


class ProposalEvent(Base):
    """One thing that happened in public, append-only; `details` holds further ids, never words."""

    __tablename__ = "proposal_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    kind: Mapped[Happening] = mapped_column(enum_column(Happening))
    at: Mapped[datetime]
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("proposal_answers.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    details: Mapped[dict[str, Any]]

    answer: Mapped[ProposalAnswer | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class ProposalFollow(Base):
    """Somebody wants to hear what becomes of an idea; the day is kept, never the hour."""

    __tablename__ = "proposal_follows"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    created_on: Mapped[date]


class ProposalDigest(Base):
    """One evening's news to one follower; `token_hash` opens the page that stops them."""

    __tablename__ = "proposal_digests"
    __table_args__ = (UniqueConstraint("person_id", "local_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    local_day: Mapped[date]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ProposalNews(Base):
    """One event that one follower is to hear of; `digest_id` once it is on its way."""

    __tablename__ = "proposal_news"
    __table_args__ = (
        Index(
            "ix_proposal_news_waiting",
            "person_id",
            sqlite_where=text("digest_id IS NULL"),
            postgresql_where=text("digest_id IS NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("proposal_events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("proposal_digests.id"), index=True)


NAMED = (
    joinedload(ProposalEvent.answer).joinedload(ProposalAnswer.organisation),
    joinedload(ProposalEvent.organisation),
)
"""What the words of an event need."""


def tell(
    db: Session,
    proposal: Proposal,
    kind: Happening,
    *,
    actor_id: int | None = None,
    answer_id: int | None = None,
    organisation_id: int | None = None,
    **ids: int | str | None,
) -> ProposalEvent:
    """Note what happened to a public idea and keep it for the next digest of its followers.

    `actor_id` is who did it: nobody is told of their own acts. The author hears of an answer at
    once, by a message of its own. Call it after the change, in the same transaction.
    """
    event = ProposalEvent(
        proposal_id=proposal.id,
        kind=kind,
        at=clock.now(),
        answer_id=answer_id,
        organisation_id=organisation_id,
        details=ids,
    )
    db.add(event)
    db.flush()
    if proposal.visibility is Visibility.PUBLIC:
        told_already = {actor_id, proposal.author_id if kind is Happening.ANSWERED else None}
        followers = select(literal(event.id), ProposalFollow.person_id).where(
            ProposalFollow.proposal_id == proposal.id,
            ProposalFollow.person_id.not_in(told_already - {None}),
        )
        db.execute(insert(ProposalNews).from_select(["event_id", "person_id"], followers))
    return event
