"""Takes a public idea, or what its author added, from everybody's sight, and gives it back.

Its life goes on where it was: only who sees it changes. Moderation asks for it, after its rules.
"""

from sqlalchemy.orm import Session

from engage.core import audit
from engage.core.errors import Conflict
from engage.core.words import Visibility
from engage.proposals import finding
from engage.proposals.models import Proposal, ProposalAddition
from engage.proposals.workflow import Status


def hide(db: Session, proposal: Proposal, *, actor_id: int | None) -> None:
    """Show it to nobody but its author; raises `Conflict` when it is not public."""
    if proposal.visibility is not Visibility.PUBLIC:
        raise Conflict
    proposal.visibility = Visibility.HIDDEN
    audit.record(db, "proposal.hide", proposal, actor_id=actor_id)
    finding.refresh(db, proposal.id)


def show(db: Session, proposal: Proposal, *, actor_id: int | None) -> None:
    """Show it to everybody again; raises `Conflict` when it was not public before.

    What joined another idea meanwhile or became a report stays away: its address leads there.
    """
    if proposal.visibility is not Visibility.HIDDEN or proposal.published_revision_id is None:
        raise Conflict
    if proposal.status in (Status.MERGED, Status.CONVERTED):
        return
    proposal.visibility = Visibility.PUBLIC
    audit.record(db, "proposal.show", proposal, actor_id=actor_id)
    finding.refresh(db, proposal.id)


def hide_addition(db: Session, addition: ProposalAddition, *, actor_id: int | None) -> None:
    """The same for what the author added."""
    if addition.visibility is not Visibility.PUBLIC:
        raise Conflict
    addition.visibility = Visibility.HIDDEN
    audit.record(db, "proposal_addition.hide", addition, actor_id=actor_id)
    finding.refresh(db, addition.proposal_id)


def show_addition(db: Session, addition: ProposalAddition, *, actor_id: int | None) -> None:
    """The same for what the author added."""
    if addition.visibility is not Visibility.HIDDEN:
        raise Conflict
    addition.visibility = Visibility.PUBLIC
    audit.record(db, "proposal_addition.show", addition, actor_id=actor_id)
    finding.refresh(db, addition.proposal_id)
