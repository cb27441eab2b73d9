"""What the author of a public idea adds to it later ("j’ajoute une précision")."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock, html
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import Visibility
from engage.proposals import finding, news
from engage.proposals.models import Proposal, ProposalAddition
from engage.proposals.news import Happening
from engage.proposals.policy import can_add, is_author

MOST = 20
"""Of one idea: after so many another idea says more."""


def of_idea(db: Session, proposal: Proposal, person: Person | None) -> Sequence[ProposalAddition]:
    """What everybody reads of them, the oldest first; the author also what waits or was refused."""
    wanted = ProposalAddition.visibility == Visibility.PUBLIC
    if is_author(person, proposal):
        wanted = ProposalAddition.visibility != Visibility.WITHDRAWN
    return db.scalars(
        select(ProposalAddition)
        .where(ProposalAddition.proposal_id == proposal.id, wanted)
        .order_by(ProposalAddition.id)
    ).all()


def ids_of(db: Session, proposal_ids: Sequence[int]) -> Sequence[int]:
    """All that was ever added to these ideas."""
    mine = ProposalAddition.proposal_id.in_(proposal_ids)
    return db.scalars(select(ProposalAddition.id).where(mine)).all()


def own(db: Session, addition_id: int, person: Person) -> ProposalAddition | None:
    """An addition to one's own idea that was not taken back, else None."""
    return db.scalar(
        select(ProposalAddition)
        .join(Proposal, Proposal.id == ProposalAddition.proposal_id)
        .where(
            ProposalAddition.id == addition_id,
            ProposalAddition.visibility != Visibility.WITHDRAWN,
            Proposal.author_id == person.id,
        )
    )


def write(
    db: Session, proposal: Proposal, text: str, *, language: str, author: Person
) -> ProposalAddition:
    """Add something to one's public idea; nobody else reads it before moderation published it.

    Raises `Conflict` when there are too many already.
    """
    require(can_add, author, proposal)
    count = select(func.count()).where(ProposalAddition.proposal_id == proposal.id)
    if (db.scalar(count) or 0) >= MOST:
        raise Conflict(_("Votre idée a déjà beaucoup de précisions. Proposez une nouvelle idée."))
    addition = ProposalAddition(
        proposal_id=proposal.id, language=language, created_at=clock.now(), **_words(text)
    )
    db.add(addition)
    db.flush()
    audit.record(db, "proposal_addition.write", addition, actor_id=author.id)
    return addition


def _words(text: str) -> dict[str, str | int]:
    return {
        "body": text,
        "body_html": html.from_plain(text),
        "html_rules": html.RULES_VERSION,
    }


def rewrite(db: Session, addition: ProposalAddition, text: str, *, actor_id: int) -> None:
    """Put other words in their place: those its author was asked for, or masked ones."""
    for name, value in _words(text).items():
        setattr(addition, name, value)
    audit.record(db, "proposal_addition.rewrite", addition, actor_id=actor_id)
    db.flush()


def publish(db: Session, addition: ProposalAddition, proposal: Proposal, *, actor_id: int) -> None:
    """Let everybody read it and tell the followers; `Conflict` once the idea is gone."""
    if proposal.visibility is not Visibility.PUBLIC:
        raise Conflict
    addition.visibility = Visibility.PUBLIC
    audit.record(db, "proposal_addition.publish", addition, actor_id=actor_id)
    db.flush()
    finding.refresh(db, proposal.id)
    news.tell(
        db,
        proposal,
        Happening.ADDITION,
        actor_id=proposal.author_id,
        addition_id=addition.id,
    )


def refuse(db: Session, addition: ProposalAddition, *, actor_id: int) -> None:
    """Keep it from everybody but its author."""
    addition.visibility = Visibility.HIDDEN
    audit.record(db, "proposal_addition.refuse", addition, actor_id=actor_id)


def withdraw(
    db: Session, addition: ProposalAddition, proposal: Proposal, *, author: Person
) -> None:
    """Take it back: its words go."""
    require(is_author, author, proposal)
    addition.visibility = Visibility.WITHDRAWN
    addition.body = addition.body_html = ""
    audit.record(db, "proposal_addition.withdraw", addition, actor_id=author.id)
    db.flush()
    finding.refresh(db, proposal.id)
