"""Takes things out of the queue whose words are gone."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engage.core.workflow import advance
from engage.moderation import forgetting, queries
from engage.moderation.models import PendingDecision
from engage.moderation.policy import is_open
from engage.moderation.workflow import TRANSITIONS, Action


def take_out(db: Session, subject_type: str, ids: Sequence[int], *, actor_id: int | None) -> None:
    """Nobody has to read these things any more; of the judgements no word is kept."""
    for item in queries.items_about(db, ids, subject_type=subject_type):
        if is_open(item):
            item.settles_at = None
            db.execute(delete(PendingDecision).where(PendingDecision.item_id == item.id))
            advance(db, item, Action.WITHDRAW, TRANSITIONS, actor_id=actor_id)
    db.flush()
    forgetting.forget_words(db, ids, subject_type=subject_type)
