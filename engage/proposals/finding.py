"""What of ideas can be found by words: what is public of them now, and nothing else."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core import search
from engage.core.words import Visibility
from engage.proposals.models import Proposal, ProposalAddition, ProposalRevision

KIND = Proposal.__tablename__

_PUBLIC = (
    select(Proposal.id, ProposalRevision.title, ProposalRevision.body)
    .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
    .where(Proposal.visibility == Visibility.PUBLIC, Proposal.merged_into_id.is_(None))
)
_ADDITIONS = (
    select(ProposalAddition.proposal_id, ProposalAddition.body)
    .where(ProposalAddition.visibility == Visibility.PUBLIC)
    .order_by(ProposalAddition.id)
)


def refresh(db: Session, proposal_id: int) -> None:
    """Let the idea be found by the words that are public now, or by none.

    Call it in the transaction of whatever changes them: publishing, hiding, masking, merging,
    withdrawing, an addition of its author.
    """
    row = db.execute(_PUBLIC.where(Proposal.id == proposal_id)).first()
    if row is None:
        search.forget(db, KIND, proposal_id)
        return
    more = db.execute(_ADDITIONS.where(ProposalAddition.proposal_id == proposal_id))
    words = "\n".join([row.body, *(body for _id, body in more)])
    search.index(db, KIND, proposal_id, title=row.title, body=words)


def entries(db: Session) -> Iterator[search.Entry]:
    """All that belongs into the index, in the order of ids."""
    additions: dict[int, list[str]] = {}
    for proposal_id, body in db.execute(_ADDITIONS):
        additions.setdefault(proposal_id, []).append(body)
    for row in db.execute(_PUBLIC.order_by(Proposal.id)).yield_per(1000):
        words = "\n".join([row.body, *additions.get(row.id, ())])
        yield search.Entry(row.id, row.title, words)
