"""What is kept of judgements once the words they are about are gone."""

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engage.moderation import queries
from engage.moderation.models import Decision, ModerationItem, Translation
from engage.proposals.models import Proposal


def forget_words(
    db: Session, ids: Sequence[int], *, subject_type: str = Proposal.__tablename__
) -> None:
    """Keep of the judgements on these things who decided what and when, and no word of them."""
    items = [item.id for item in queries.items_about(db, ids, subject_type=subject_type)]
    db.execute(update(Decision).where(Decision.item_id.in_(items)).values(excerpt="", note=""))
    db.execute(delete(Translation).where(Translation.item_id.in_(items)))
    db.execute(update(ModerationItem).where(ModerationItem.id.in_(items)).values(author_id=None))
