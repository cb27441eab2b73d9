"""What becomes of ideas that were refused or taken back, and of those whose author leaves."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engage.core import photos
from engage.core.photos import StoredPhoto
from engage.proposals.models import Endorsement, Proposal, ProposalRevision


def erase(db: Session, ids: Sequence[int]) -> list[StoredPhoto]:
    """Take words, photo, author and supports away: what is left says that there was an idea.

    Returns what to take from the disk.
    """
    mine = ProposalRevision.proposal_id.in_(ids)
    photo_ids = db.scalars(
        select(ProposalRevision.photo_id).where(mine, ProposalRevision.photo_id.is_not(None))
    ).all()
    blank = {"title": "", "body": "", "body_html": "", "photo_id": None}
    db.execute(update(ProposalRevision).where(mine).values(blank))
    db.execute(delete(Endorsement).where(Endorsement.proposal_id.in_(ids)))
    db.execute(update(Proposal).where(Proposal.id.in_(ids)).values(author_id=None))
    return photos.forget(db, [photo_id for photo_id in photo_ids if photo_id])
