"""What authors send to the council after their idea: other words for it, something added to it."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.models import Person
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.words import Visibility
from engage.moderation import commands as moderation
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.policy import is_open
from engage.moderation.taking_out import take_out
from engage.moderation.workflow import Action, Status
from engage.proposals import additions, writing
from engage.proposals.models import Proposal, ProposalAddition
from engage.proposals.writing import Rewording

IDEA, ADDITION = Proposal.__tablename__, ProposalAddition.__tablename__


def newest_item(db: Session, subject_type: str, subject_id: int) -> ModerationItem | None:
    """What was put into the queue last about it, with its decisions and their reasons."""
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(ModerationItem.subject_type == subject_type, ModerationItem.subject_id == subject_id)
        .order_by(ModerationItem.id.desc())
        .limit(1)
    )


def asked(item: ModerationItem | None) -> Decision | None:
    """Why the author was asked for other words, while this is so."""
    if item is None or item.status is not Status.CORRECTION:
        return None
    return _last(item, Action.ASK_CORRECTION)


def refused(item: ModerationItem | None) -> Decision | None:
    """Why what was sent last was not published, if so."""
    if item is None or item.status is not Status.REFUSED:
        return None
    return next((d for d in reversed(item.decisions) if d.reason is not None), None)


def _last(item: ModerationItem, action: Action) -> Decision | None:
    return next((d for d in reversed(item.decisions) if d.action is action), None)


def edit(db: Session, proposal: Proposal, wanted: Rewording, *, author: Person) -> ModerationItem:
    """Send other words for one's idea: in place of what waits, else behind all that waits.

    Raises `Conflict` while the coordinator has it or a decision is just being taken.
    """
    item = _replaceable(newest_item(db, IDEA, proposal.id))
    new = writing.reword(db, proposal, wanted, author=author)
    if item is not None:
        return moderation.corrected(db, item, revision_id=new.id, author=author)
    return moderation.receive(
        db, subject_type=IDEA, subject_id=proposal.id, revision_id=new.id, author_id=author.id
    )


def _replaceable(item: ModerationItem | None) -> ModerationItem | None:
    """The item if it still waits; None when nothing does."""
    if item is None or not is_open(item):
        return None
    if item.status is Status.TO_COORDINATOR:
        raise Conflict(
            _("Quelqu’un lit votre texte en ce moment. Il ne change plus avant sa réponse.")
        )
    return item


def add(
    db: Session, proposal: Proposal, text: str, *, language: str, author: Person
) -> ProposalAddition:
    """Send something to add to one's public idea."""
    addition = additions.write(db, proposal, text, language=language, author=author)
    moderation.receive(
        db,
        subject_type=ADDITION,
        subject_id=addition.id,
        revision_id=addition.version,
        author_id=author.id,
    )
    return addition


def correct(db: Session, addition: ProposalAddition, text: str, *, author: Person) -> None:
    """Send other words for an addition, while it waits; raises `Conflict` when it does not."""
    item = _replaceable(newest_item(db, ADDITION, addition.id))
    if item is None or addition.visibility is not Visibility.PENDING:
        raise Conflict(_("Votre précision est lue. Elle ne change plus."))
    additions.rewrite(db, addition, text, actor_id=author.id)
    moderation.corrected(db, item, revision_id=addition.version, author=author)


def take_back(
    db: Session, addition: ProposalAddition, proposal: Proposal, *, author: Person
) -> None:
    """The author takes an addition back, out of the queue too."""
    additions.withdraw(db, addition, proposal, author=author)
    take_out(db, ADDITION, [addition.id], actor_id=author.id)


def take_back_unread(db: Session, author: Person) -> None:
    """What this person added and nobody reads goes: it was refused or hidden."""
    rows = db.execute(
        select(ProposalAddition, Proposal)
        .join(Proposal, Proposal.id == ProposalAddition.proposal_id)
        .where(Proposal.author_id == author.id, ProposalAddition.visibility == Visibility.HIDDEN)
    ).all()
    for addition, proposal in rows:
        take_back(db, addition, proposal, author=author)
