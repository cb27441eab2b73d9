"""What becomes of ideas that were refused or taken back, and of those whose author leaves."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engage.core import photos, search
from engage.core.photos import StoredPhoto
from engage.core.words import Visibility
from engage.proposals import talk
from engage.proposals.models import (
    Endorsement,
    Proposal,
    ProposalAddition,
    ProposalPhoto,
    ProposalRevision,
)
from engage.proposals.news import ProposalEvent, ProposalFollow, ProposalNews


def erase(db: Session, ids: Sequence[int]) -> list[StoredPhoto]:
    """Take words, photos, author, supports, comments away: what is left says there was an idea.

    Returns what to take from the disk.
    """
    words = select(ProposalRevision.id).where(ProposalRevision.proposal_id.in_(ids))
    shown = ProposalPhoto.revision_id.in_(words)
    photo_ids = set(db.scalars(select(ProposalPhoto.photo_id).where(shown)))
    db.execute(delete(ProposalPhoto).where(shown))
    blank = {"title": "", "body": "", "body_html": ""}
    mine = ProposalRevision.proposal_id.in_(ids)
    db.execute(update(ProposalRevision).where(mine).values(blank))
    added = ProposalAddition.proposal_id.in_(ids)
    empty = {"body": "", "body_html": "", "visibility": Visibility.WITHDRAWN}
    db.execute(update(ProposalAddition).where(added).values(empty))
    db.execute(delete(Endorsement).where(Endorsement.proposal_id.in_(ids)))
    told = select(ProposalEvent.id).where(ProposalEvent.proposal_id.in_(ids))
    db.execute(delete(ProposalNews).where(ProposalNews.event_id.in_(told)))
    db.execute(delete(ProposalFollow).where(ProposalFollow.proposal_id.in_(ids)))
    talk.erase(db, ids)
    for id_ in ids:
        search.forget(db, Proposal.__tablename__, id_)
    blank_idea = {"author_id": None, "place_id": None, "supporters": 0}
    db.execute(update(Proposal).where(Proposal.id.in_(ids)).values(blank_idea))
    return photos.forget(db, photo_ids)
