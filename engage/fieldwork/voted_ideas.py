"""Ideas put to a vote that was a draft then: told to their followers once it is public."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.models import Consultation, Option, Question
from engage.core import clock
from engage.core.db import Database
from engage.proposals import news
from engage.proposals.models import Proposal
from engage.proposals.news import Happening, ProposalEvent

LOOKED_BACK = timedelta(days=30)
"""Votes announced longer ago were told of long since."""


def tell(database: Database) -> int:
    """Tell of every idea whose vote has become public; returns how many. Rerun-safe."""
    with database.reading() as db:
        untold = list(_untold(db))
    for proposal_id, consultation_id in untold:
        with database.transaction() as db:
            _tell(db, proposal_id, consultation_id)
    return len(untold)


def _untold(db: Session) -> Iterator[tuple[int, int]]:
    """Ideas in votes that are public, without the event that says so."""
    now = clock.now()
    voted = (
        select(Option.proposal_id, Question.consultation_id)
        .join(Question, Question.id == Option.question_id)
        .join(Question.consultation)
        .where(
            Option.proposal_id.is_not(None),
            Consultation.is_draft.is_(False),
            Consultation.cancelled_at.is_(None),
            Consultation.announced_at <= now,
            Consultation.announced_at > now - LOOKED_BACK,
        )
    )
    pairs = {(idea, vote) for idea, vote in db.execute(voted) if idea is not None}
    yield from sorted(pairs - _told(db, {proposal_id for proposal_id, _vote in pairs}))


def _told(db: Session, proposal_ids: set[int]) -> set[tuple[int, int]]:
    events = db.execute(
        select(ProposalEvent.proposal_id, ProposalEvent.details).where(
            ProposalEvent.kind == Happening.PUT_TO_VOTE, ProposalEvent.proposal_id.in_(proposal_ids)
        )
    )
    return {(proposal_id, details.get("consultation_id", 0)) for proposal_id, details in events}


def _tell(db: Session, proposal_id: int, consultation_id: int) -> None:
    """Another clock may have told meanwhile: the idea is held while that is looked at."""
    idea = db.get(Proposal, proposal_id, with_for_update=True)
    if idea is not None and (proposal_id, consultation_id) not in _told(db, {proposal_id}):
        news.tell(db, idea, Happening.PUT_TO_VOTE, consultation_id=consultation_id)
