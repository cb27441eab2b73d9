"""What of ideas can be found by words: what is public of them now, and nothing else."""

from collections.abc import Iterator, Sequence

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
    .order_by(Proposal.id)
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
    for entry in entries(db, [proposal_id]):
        search.index(db, KIND, entry.id, title=entry.title, body=entry.body)
        return
    search.forget(db, KIND, proposal_id)


def entries(db: Session, ids: Sequence[int] | None = None) -> Iterator[search.Entry]:
    """The public words of all ideas, or of those of `ids` that are public, in the order of ids."""
    ideas, additions = _PUBLIC, _ADDITIONS
    if ids is not None:
        ideas = ideas.where(Proposal.id.in_(ids))
        additions = additions.where(ProposalAddition.proposal_id.in_(ids))
    more: dict[int, list[str]] = {}
    for proposal_id, body in db.execute(additions):
        more.setdefault(proposal_id, []).append(body)
    for row in db.execute(ideas).yield_per(1000):
        words = "\n".join([row.body, *more.get(row.id, ())])
        yield search.Entry(row.id, row.title, words)
