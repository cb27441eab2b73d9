"""What a member does with an item before deciding: lift a veil, step back from it."""

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import Conflict, NotFound
from engage.core.policy import require
from engage.moderation.choices import WORDS
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.policy import can_judge, can_recuse, is_free, is_held_by
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action


def reveal(db: Session, item: ModerationItem, what: str, *, moderator: Person) -> None:
    """Lift one veil for the member who reads; who looked is written down.

    Raises `NotFound` when the item has no such thing.
    """
    require(can_judge, moderator, item)
    if not is_free(item) or not is_held_by(item, moderator):
        raise Conflict
    photos = KINDS[item.subject_type].read(db, item).photos
    if what not in {WORDS, *(f"photo-{photo.id}" for photo in photos)}:
        raise NotFound
    if what in item.revealed:
        return
    item.revealed = [*item.revealed, what]
    audit.record(db, "moderation_item.reveal", item, actor_id=moderator.id, what=what)
    db.flush()


def recuse(db: Session, item: ModerationItem, *, moderator: Person) -> None:
    """Step back from an item for good: it goes to the others, at once."""
    require(can_recuse, moderator, item)
    if is_held_by(item, moderator):
        item.taken_by_id = item.taken_until = None
    item.decisions.append(
        Decision(
            item_id=item.id,
            moderator_id=moderator.id,
            revision_id=item.revision_id,
            action=Action.RECUSE,
            at=clock.now(),
        )
    )
    audit.record(db, "moderation_item.recuse", item, actor_id=moderator.id)
    db.flush()
