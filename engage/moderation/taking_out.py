"""Takes things out of the queue whose words are gone."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engage.core.workflow import advance
from engage.moderation import appeals, forgetting, queries
from engage.moderation import notices_decisions as notices
from engage.moderation.models import PendingDecision
from engage.moderation.policy import is_open
from engage.moderation.workflow import TRANSITIONS, Action


def take_out(db: Session, subject_type: str, ids: Sequence[int], *, actor_id: int | None) -> None:
    """Nobody has to read these things any more; of the judgements no word is kept."""
    cases = notices.end(db, subject_type, ids, actor_id=actor_id)
    about = queries.items_about(db, ids, subject_type=subject_type)
    reported = queries.items_about(db, cases, subject_type=notices.KIND)
    appeals.end(db, [*about, *reported], actor_id=actor_id)
    for item in about:
        if is_open(item):
            item.settles_at = None
            db.execute(delete(PendingDecision).where(PendingDecision.item_id == item.id))
            advance(db, item, Action.WITHDRAW, TRANSITIONS, actor_id=actor_id)
    db.flush()
    forgetting.forget_words(db, cases, subject_type=notices.KIND)
    forgetting.forget_words(db, ids, subject_type=subject_type)
