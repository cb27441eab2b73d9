"""One's ideas and what one added to them, as a person's copy holds them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts.models import Person
from engage.core import clock
from engage.core.words import Visibility
from engage.proposals.models import (
    Proposal,
    ProposalAddition,
    ProposalPhoto,
    ProposalRevision,
    Voice,
)

Portrait = dict[str, Any]


def day(moment: datetime) -> str:
    return clock.local(moment).date().isoformat()


def file_of(key: str) -> str:
    """The name of a photo in the archive."""
    return f"photos/{key}.webp"


def ideas(db: Session, person: Person) -> list[Portrait]:
    rows = db.execute(
        select(Proposal, ProposalRevision)
        .options(
            joinedload(Proposal.place),
            selectinload(ProposalRevision.photos).joinedload(ProposalPhoto.photo),
        )
        .join(ProposalRevision, ProposalRevision.proposal_id == Proposal.id)
        .where(Proposal.author_id == person.id)
        .order_by(Proposal.id, ProposalRevision.id)
    )
    return [
        {
            "titre": words.title,
            "texte": words.body,
            "etat": idea.status.value,
            "visible": idea.visibility.value,
            "par": idea.channel,
            "le": day(words.created_at),
            "lieu": idea.place.name["fr"] if idea.place else None,
            "au_nom_de": None if idea.voice is Voice.RESIDENT else idea.voice.value,
            "langue": words.language,
            "photos": [file_of(kept.photo.key) for kept in words.photos],
        }
        for idea, words in rows
    ]


def additions(db: Session, person: Person) -> list[Portrait]:
    rows = db.scalars(
        select(ProposalAddition)
        .join(Proposal, Proposal.id == ProposalAddition.proposal_id)
        .where(
            Proposal.author_id == person.id,
            ProposalAddition.visibility != Visibility.WITHDRAWN,
        )
        .order_by(ProposalAddition.id)
    )
    return [
        {
            "idee": row.proposal_id,
            "texte": row.body,
            "visible": row.visibility.value,
            "le": day(row.created_at),
        }
        for row in rows
    ]
