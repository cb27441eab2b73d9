"""Writes of moderation: receive, take, decide, undo; a decision takes effect in `settling`."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Draft, Person
from engage.core import audit, clock
from engage.core.errors import Conflict, Denied
from engage.core.i18n import _
from engage.core.photos import StoredPhoto
from engage.core.policy import require
from engage.core.workflow import advance
from engage.discussions.models import Comment
from engage.moderation import choices, desk, messages, queries, queue, risks, trusted
from engage.moderation.choices import Choice, Grounds
from engage.moderation.models import USUAL_TURN, ModerationItem, PendingDecision
from engage.moderation.policy import (
    can_choose,
    can_judge,
    can_moderate,
    can_read_language,
    is_held_by,
    is_held_by_another,
    require_turn,
)
from engage.moderation.subjects import KINDS
from engage.moderation.taking_out import take_out
from engage.moderation.workflow import TRANSITIONS, Action, Status
from engage.proposals import additions, talk
from engage.proposals import commands as proposals
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal, ProposalAddition
from engage.proposals.workflow import READ_WITHIN

HELD = timedelta(minutes=10)
UNDO_WITHIN = timedelta(seconds=10)
"""How long a decision can be taken back; nothing of it is public or sent before."""
MOST_ESCAPES = 3
"""How often an author may answer a proposed refusal with other words, unasked."""


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
    if trusted.publish_at_once(db, item):
        messages.public_at_once(db, item)
    else:
        messages.received(db, item)
    return item


def _look_at(db: Session, item: ModerationItem, flags: Collection[str] = ()) -> None:
    """Note in which language the words are and what in them is to be looked at."""
    reading = KINDS[item.subject_type].read(db, item)
    item.language = reading.language
    item.flags = sorted({*flags, *risks.found(reading)})


def corrected(
    db: Session, item: ModerationItem, *, revision_id: int, author: Person
) -> ModerationItem:
    """The author sent other words: the item has its old place, and what was asked for on top.

    `item.decisions` must be loaded. Raises `Conflict` in the ten seconds of a decision, and
    when other words made a second member start anew often enough.
    """
    if item.author_id != author.id:
        raise Denied
    if item.settles_at is not None:
        raise Conflict(_("Quelqu’un décide en ce moment. Attendez une minute et recommencez."))
    if item.status is Status.SECOND_LOOK and _refusals_proposed(item) > MOST_ESCAPES:
        raise Conflict(
            _("Vous avez changé ce texte plusieurs fois. Attendez la réponse du conseil citoyen.")
        )
    if item.status is Status.CORRECTION:
        asked = [d.at for d in item.decisions if d.action is Action.ASK_CORRECTION]
        item.due_at += clock.now() - max(asked)
    advance(db, item, Action.CORRECT, TRANSITIONS, actor_id=author.id, revision_id=revision_id)
    item.taken_by_id = item.taken_until = None
    item.revision_id = revision_id
    item.translated, item.revealed = False, []
    _look_at(db, item, {trusted.FLAG} & {*item.flags})
    db.flush()
    return item


def _refusals_proposed(item: ModerationItem) -> int:
    """How many first members would not publish it, whatever the words were then."""
    return sum(decision.action is Action.PROPOSE_REFUSAL for decision in item.decisions)


def take(db: Session, item: ModerationItem, *, moderator: Person) -> None:
    """Hold an item for ten minutes; raises `Conflict` when another member reads it now."""
    require_turn(moderator, item)
    require(can_judge, moderator, item)
    if is_held_by_another(item, moderator):
        raise Conflict
    _hold(db, item, moderator)
    audit.record(db, "moderation_item.take", item, actor_id=moderator.id)
    db.flush()


def take_over(db: Session, item: ModerationItem, *, moderator: Person, version: int) -> None:
    """Read what another member holds, said aloud: the other one's page decides nothing any more."""
    require_turn(moderator, item)
    require(can_judge, moderator, item)
    if item.version != version:
        raise Conflict
    _hold(db, item, moderator)
    audit.record(db, "moderation_item.take_over", item, actor_id=moderator.id)
    db.flush()


def _hold(db: Session, item: ModerationItem, moderator: Person) -> None:
    if not can_read_language(desk.desk_of(db, moderator).languages, item):
        raise Conflict(_("Ce texte attend une traduction."))
    if item.taken_by_id != moderator.id:
        item.revealed = []
    item.taken_by_id, item.taken_until = moderator.id, clock.now() + HELD


def take_next(db: Session, *, moderator: Person) -> ModerationItem | None:
    """Hold the oldest item that this member may judge and nobody reads; None when all is read."""
    require(can_moderate, moderator)
    item = queue.next_free(db, moderator)
    if item is not None:
        take(db, item, moderator=moderator)
    return item


def decide(
    db: Session, item: ModerationItem, choice: Choice, *, moderator: Person, version: int
) -> None:
    """Keep the decision of the member who holds the item, on the state that was shown.

    It takes effect in ten seconds. Raises `InvalidInput` when something is missing, `Conflict`
    when somebody was faster.
    """
    require_turn(moderator, item)
    if item.version != version or not is_held_by(item, moderator):
        raise Conflict
    require(can_choose, moderator, item, choice.action)
    kind = KINDS[item.subject_type]
    if choice.action not in kind.actions | ALWAYS:
        raise Denied
    reading = kind.read(db, item)
    if choice.action is Action.MERGE and reading.before is not None:
        raise Denied
    choices.check(choice, reading, seen=item.revealed)
    choice = choices.as_seen(
        choice, reading, seen=item.revealed, masks=Action.PUBLISH_MASKED in kind.actions
    )
    item.settles_at = clock.now() + UNDO_WITHIN
    grounds = choice.grounds
    try:
        db.add(
            PendingDecision(
                item_id=item.id,
                moderator_id=moderator.id,
                action=choice.action,
                reason_id=grounds.reason.id if grounds else None,
                excerpt=grounds.excerpt if grounds else "",
                note=grounds.note if grounds else "",
                target_id=choice.target_id,
                contact=choice.contact,
                changes=choice.changes.stored(),
                takes_effect_at=item.settles_at,
            )
        )
        audit.record(
            db,
            "moderation_item.decide",
            item,
            actor_id=moderator.id,
            choice=choice.action.value,
        )
        db.flush()
    except IntegrityError:
        raise Conflict from None


ALWAYS = frozenset({Action.CONFIRM_REFUSAL, Action.DISAGREE, Action.REFUSE, Action.RETURN})
"""What follows a refusal that was proposed, whatever kind of text it is about."""


def publish(db: Session, item: ModerationItem, *, moderator: Person, version: int) -> None:
    """Publish the words of an item, at the first look or at the second."""
    decide(db, item, Choice(Action.PUBLISH), moderator=moderator, version=version)


def propose_refusal(
    db: Session, item: ModerationItem, *, moderator: Person, version: int, grounds: Grounds
) -> None:
    """Propose not to publish: another member has to agree."""
    choice = Choice(Action.PROPOSE_REFUSAL, grounds)
    decide(db, item, choice, moderator=moderator, version=version)


def second_refusal(
    db: Session, item: ModerationItem, *, moderator: Person, version: int, grounds: Grounds | None
) -> None:
    """The second member would not publish either: for the same reason (None), or for another.

    With another reason the coordinator decides.
    """
    proposed = queries.proposed_refusal(item)
    if proposed is None or proposed.reason is None:
        raise Conflict
    same = grounds is None or grounds.reason.id == proposed.reason_id
    first = Grounds(proposed.reason, proposed.excerpt, proposed.note)
    action = Action.CONFIRM_REFUSAL if same else Action.DISAGREE
    choice = Choice(action, first if same else grounds)
    decide(db, item, choice, moderator=moderator, version=version)


def undo(db: Session, item: ModerationItem, *, moderator: Person) -> None:
    """Take one's decision back within ten seconds; raises `Conflict` afterwards."""
    pending = db.get(PendingDecision, item.id)
    if pending is None or pending.moderator_id != moderator.id:
        raise Conflict
    if pending.takes_effect_at <= clock.now():
        raise Conflict(_("Les 10 secondes sont passées. La décision est prise."))
    db.delete(pending)
    item.settles_at = None
    item.taken_by_id, item.taken_until = moderator.id, clock.now() + HELD
    audit.record(db, "moderation_item.undo", item, actor_id=moderator.id)
    for other in queue.held_by(db, moderator):
        if other.id != item.id:
            other.taken_by_id = other.taken_until = None
    db.flush()


def withdraw(db: Session, proposal: Proposal, *, author: Person) -> list[StoredPhoto]:
    """The author takes an idea back, out of the queue too; returns what to take from the disk."""
    said = talk.comment_ids(db, [proposal.id])
    added = additions.ids_of(db, [proposal.id])
    gone = proposals.withdraw(db, proposal, author=author)
    take_out(db, Comment.__tablename__, said, actor_id=author.id)
    take_out(db, ProposalAddition.__tablename__, added, actor_id=author.id)
    take_out(db, Proposal.__tablename__, [proposal.id], actor_id=author.id)
    return gone
