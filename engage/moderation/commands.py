"""Writes of moderation: receive, take, publish, propose and confirm a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Draft, Person
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.photos import StoredPhoto
from engage.core.policy import require
from engage.core.workflow import advance
from engage.moderation import forgetting, messages, queries, risks
from engage.moderation.models import USUAL_TURN, Decision, ModerationItem, RefusalReason
from engage.moderation.policy import (
    can_confirm_refusal,
    can_judge,
    can_moderate,
    can_propose_refusal,
    is_held_by,
    is_held_by_another,
    is_open,
)
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import TRANSITIONS, Action
from engage.proposals import commands as proposals
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal
from engage.proposals.workflow import READ_WITHIN

HELD = timedelta(minutes=10)


@dataclass(frozen=True)
class Grounds:
    """Why a member proposes a refusal: a reason of the list, the passage, a word to the author."""

    reason: RefusalReason
    excerpt: str
    note: str


def receive_proposal(db: Session, draft: Draft, person: Person) -> str:
    """Submit the idea that waited for its author and put it into the queue; returns its page."""
    idea = proposals.Idea(**draft.payload)
    photo_ids = accounts.draft_photo_ids(db, draft)
    proposal = proposals.submit(
        db, idea, author=person, photo_ids=photo_ids, sent_at=draft.created_at
    )
    receive_idea(db, proposal)
    return path_of(proposal.id, idea.title)


def receive_idea(db: Session, proposal: Proposal) -> ModerationItem:
    """Put the newest words of an idea into the queue; `proposal.revisions` must be loaded."""
    return receive(
        db,
        subject_type=proposal.__tablename__,
        subject_id=proposal.id,
        revision_id=proposal.revisions[-1].id,
        author_id=proposal.author_id,
    )


def receive(
    db: Session,
    *,
    subject_type: str,
    subject_id: int,
    revision_id: int,
    author_id: int | None,
    flags: Sequence[str] = (),
    turn: int = USUAL_TURN,
) -> ModerationItem:
    """Put words into the queue, to be read within 72 hours, and tell their author so.

    `flags` adds to what the words themselves show; `FIRST_TURN` puts it on top of the queue.
    """
    moment = clock.now()
    item = ModerationItem(
        subject_type=subject_type,
        subject_id=subject_id,
        revision_id=revision_id,
        author_id=author_id,
        created_at=moment,
        due_at=moment + READ_WITHIN,
        turn=turn,
        decisions=[],
    )
    _look_at(db, item, flags)
    db.add(item)
    db.flush()
    audit.record(db, "moderation_item.receive", item, revision_id=revision_id)
    messages.received(db, item)
    return item


def _look_at(db: Session, item: ModerationItem, flags: Sequence[str] = ()) -> None:
    """Note in which language the words are and what in them is to be looked at."""
    reading = KINDS[item.subject_type].read(db, item)
    item.language = reading.language
    item.flags = sorted({*flags, *risks.found(reading)})


def take(db: Session, item: ModerationItem, *, moderator: Person) -> None:
    """Hold an item for ten minutes; raises `Conflict` when another member reads it now."""
    require(can_judge, moderator, item)
    if not is_open(item) or is_held_by_another(item, moderator):
        raise Conflict
    item.taken_by_id = moderator.id
    item.taken_until = clock.now() + HELD
    audit.record(db, "moderation_item.take", item, actor_id=moderator.id)
    db.flush()


def take_next(db: Session, *, moderator: Person) -> ModerationItem | None:
    """Hold the oldest item that this member may judge and nobody reads; None when all is read."""
    require(can_moderate, moderator)
    item = queries.next_free(db, moderator)
    if item is not None:
        take(db, item, moderator=moderator)
    return item


def publish(db: Session, item: ModerationItem, *, moderator: Person, version: int) -> None:
    """Publish the words of an item, at the first look or at the second."""
    require(can_judge, moderator, item)
    _decide(db, item, Action.PUBLISH, moderator, version)
    KINDS[item.subject_type].publish(db, item, actor_id=moderator.id)
    messages.published(db, item)


def propose_refusal(
    db: Session, item: ModerationItem, *, moderator: Person, version: int, grounds: Grounds
) -> None:
    """Propose not to publish: another member has to agree.

    Raises `InvalidInput` when the passage is not in the text.
    """
    require(can_propose_refusal, moderator, item)
    if not _contains(KINDS[item.subject_type].read(db, item).words, grounds.excerpt):
        raise InvalidInput("excerpt", _("Ces mots ne sont pas dans le texte. Copiez-les."))
    _decide(db, item, Action.PROPOSE_REFUSAL, moderator, version, grounds)


def confirm_refusal(db: Session, item: ModerationItem, *, moderator: Person, version: int) -> None:
    """The second member agrees, on the same grounds: it is not published, its author is told."""
    require(can_confirm_refusal, moderator, item)
    first = item.decisions[-1]
    assert first.reason is not None
    grounds = Grounds(first.reason, first.excerpt, first.note)
    _decide(db, item, Action.CONFIRM_REFUSAL, moderator, version, grounds)
    KINDS[item.subject_type].refuse(db, item, actor_id=moderator.id)
    messages.refused(db, item)


def withdraw(db: Session, proposal: Proposal, *, author: Person) -> list[StoredPhoto]:
    """The author takes an idea back, out of the queue too; returns what to take from the disk."""
    gone = proposals.withdraw(db, proposal, author=author)
    for item in queries.items_about(db, [proposal.id]):
        if is_open(item):
            advance(db, item, Action.WITHDRAW, TRANSITIONS, actor_id=author.id)
    db.flush()
    forgetting.forget_words(db, [proposal.id])
    return gone


def _decide(
    db: Session,
    item: ModerationItem,
    action: Action,
    moderator: Person,
    version: int,
    grounds: Grounds | None = None,
) -> None:
    """Write one decision of the member who holds the item, on the state that was shown."""
    if item.version != version or not is_held_by(item, moderator):
        raise Conflict
    advance(db, item, action, TRANSITIONS, actor_id=moderator.id)
    item.taken_by_id = item.taken_until = None
    item.decided_at = None if is_open(item) else clock.now()
    decision = Decision(
        item_id=item.id,
        moderator_id=moderator.id,
        revision_id=item.revision_id,
        action=action,
        reason_id=grounds.reason.id if grounds else None,
        excerpt=grounds.excerpt if grounds else "",
        note=grounds.note if grounds else "",
        at=clock.now(),
    )
    try:
        db.add(decision)
        db.flush()
    except IntegrityError:
        raise Conflict from None


def _contains(text: str, excerpt: str) -> bool:
    """Whether the passage is in the text, blanks and capitals apart."""
    return " ".join(excerpt.split()).casefold() in " ".join(text.split()).casefold()
