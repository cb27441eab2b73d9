"""Trusted mode: what a town trusts is public at once and read afterwards, in the same queue.

Off unless the town's settings name the kind. What has a risk, and edits of what is public, wait as
ever. Nobody needs to hide an item in a hurry: readers can report it meanwhile.
"""

from sqlalchemy.orm import Session

from engage.core import audit, town_settings
from engage.moderation import ballots, notices_decisions
from engage.moderation.models import ModerationItem
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.subjects import KINDS

FLAG = "already_public"


def publish_at_once(db: Session, item: ModerationItem) -> bool:
    """Publish what just came where the town trusts its kind; returns whether it did."""
    kind, author_id = item.subject_type, item.author_id
    if author_id is None or item.flags or kind not in REPORTABLE:
        return False
    if kind not in town_settings.read(db).trusted:
        return False
    if KINDS[kind].read(db, item).before is not None:
        return False
    KINDS[kind].publish(db, item, actor_id=author_id)
    item.flags = [FLAG]
    audit.record(db, "moderation_item.trust", item)
    db.flush()
    return True


def publish(db: Session, item: ModerationItem, *, actor_id: int) -> None:
    """Let everybody read it; what is public stays so, what was hidden afterwards comes back.

    Where the author sent other words since, those take the place of what is public. What reports
    hide stays so: only who decides on them shows it again.
    """
    kind, text = KINDS[item.subject_type], REPORTABLE.get(item.subject_type)
    if FLAG not in item.flags or text is None:
        kind.publish(db, item, actor_id=actor_id)
        return
    held_back = notices_decisions.is_held_back(db, item.subject_type, item.subject_id)
    if not held_back and not text.is_public(db, item.subject_id):
        text.show(db, item.subject_id, actor_id=actor_id)
    if kind.read(db, item).before is not None:
        kind.publish(db, item, actor_id=actor_id)


def refuse(db: Session, item: ModerationItem, *, actor_id: int) -> None:
    """Keep it from everybody but its author, or hide what was public at once.

    Other words since do not change that: nobody had read the first ones before they were public.
    """
    text = REPORTABLE.get(item.subject_type)
    if FLAG not in item.flags or text is None:
        KINDS[item.subject_type].refuse(db, item, actor_id=actor_id)
    else:
        if text.is_public(db, item.subject_id):
            text.hide(db, item.subject_id, actor_id=actor_id)
        ballots.leave(db, item.subject_type, item.subject_id)
        notices_decisions.refused(db, item.subject_type, item.subject_id, actor_id=actor_id)
