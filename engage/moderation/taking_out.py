"""Takes things out of the queue whose words are gone."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.moderation import appeals, forgetting, queries
from engage.moderation import notices_decisions as notices
from engage.moderation.closing import close


def take_out(db: Session, subject_type: str, ids: Sequence[int], *, actor_id: int | None) -> None:
    """Nobody has to read these things any more; of the judgements no word is kept."""
    cases = notices.end(db, subject_type, ids, actor_id=actor_id)
    about = queries.items_about(db, ids, subject_type=subject_type)
    reported = queries.items_about(db, cases, subject_type=notices.KIND)
    appeals.end(db, [*about, *reported], actor_id=actor_id)
    close(db, about, actor_id=actor_id)
    forgetting.forget_words(db, cases, subject_type=notices.KIND)
    forgetting.forget_words(db, ids, subject_type=subject_type)
