"""Reads for a person about themselves: what they sent, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.core import clock
from engage.core.words import Visibility
from engage.discussions.models import Comment
from engage.incidents.models import Incident
from engage.proposals.models import Endorsement, Proposal, ProposalRevision
from engage.proposals.queries import first_words


@dataclass(frozen=True)
class OwnIdea:
    """One idea of the person with the words as last written."""

    id: int
    title: str
    day: date
    is_public: bool
    supporters: int


@dataclass(frozen=True)
class OwnReport:
    """One report that the person made while signed in."""

    id: int
    reference: str
    kind: dict[str, str]
    day: date


def own_ideas(db: Session, person: Person) -> list[OwnIdea]:
    """The person's ideas, the newest first."""
    newest = (
        select(func.max(ProposalRevision.id))
        .where(ProposalRevision.proposal_id == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    supporters = (
        select(func.count())
        .where(Endorsement.proposal_id == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    rows = db.execute(
        select(Proposal, ProposalRevision.title, supporters)
        .join(ProposalRevision, ProposalRevision.id == newest)
        .where(Proposal.author_id == person.id)
        .order_by(Proposal.id.desc())
    )
    return [
        OwnIdea(
            idea.id,
            title,
            clock.local(idea.created_at).date(),
            idea.visibility.value == "public",
            count,
        )
        for idea, title, count in rows
    ]


def own_reports(db: Session, person: Person) -> list[OwnReport]:
    """The reports that still name the person, the newest first."""
    rows = db.scalars(
        select(Incident)
        .options(joinedload(Incident.kind))
        .where(Incident.reporter_id == person.id)
        .order_by(Incident.id.desc())
    )
    return [
        OwnReport(r.id, r.reference, r.kind.resident_label, clock.local(r.created_at).date())
        for r in rows
    ]


@dataclass(frozen=True)
class OwnComment:
    """One comment of the person, by its first words."""

    id: int
    start: str
    day: date


def own_comments(db: Session, person: Person) -> list[OwnComment]:
    """The comments that still name the person, the newest first."""
    rows = db.scalars(
        select(Comment).where(Comment.author_id == person.id).order_by(Comment.id.desc())
    )
    return [
        OwnComment(c.id, first_words(c.body, longest=60), clock.local(c.created_at).date())
        for c in rows
    ]


def idea(db: Session, proposal_id: int, author: Person) -> Proposal | None:
    """One of the person's own ideas."""
    return db.scalar(
        select(Proposal).where(Proposal.id == proposal_id, Proposal.author_id == author.id)
    )


def report(db: Session, incident_id: int, reporter: Person) -> Incident | None:
    """One of the person's own reports."""
    return db.scalar(
        select(Incident).where(Incident.id == incident_id, Incident.reporter_id == reporter.id)
    )


def supported(db: Session, person: Person) -> Sequence[tuple[str, date, str]]:
    """(title of the idea, day, channel) of each support, the newest first.

    An idea that nobody else reads now is named by its number.
    """
    rows = db.execute(
        select(
            ProposalRevision.title,
            Endorsement.created_on,
            Endorsement.channel,
            Proposal.id,
            Proposal.visibility,
        )
        .join(Proposal, Proposal.id == Endorsement.proposal_id)
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .where(Endorsement.person_id == person.id)
        .order_by(Endorsement.created_on.desc(), Proposal.id.desc())
    )
    return [
        (title if seen is Visibility.PUBLIC else f"n°\N{NO-BREAK SPACE}{number}", day, channel)
        for title, day, channel, number, seen in rows
    ]
