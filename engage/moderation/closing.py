"""Closes what waits in the queue when it was decided elsewhere, or its words are gone."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engage.core.workflow import advance
from engage.moderation.models import ModerationItem, PendingDecision
from engage.moderation.policy import is_open
from engage.moderation.workflow import TRANSITIONS, Action


def close(db: Session, items: Iterable[ModerationItem], *, actor_id: int | None) -> None:
    """Nobody has to read these any more; what a member decided seconds ago takes no effect."""
    for item in items:
        if is_open(item):
            item.settles_at = None
            db.execute(delete(PendingDecision).where(PendingDecision.item_id == item.id))
            advance(db, item, Action.WITHDRAW, TRANSITIONS, actor_id=actor_id)
    db.flush()
