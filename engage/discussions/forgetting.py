"""What becomes of comments that were refused or taken back, and of those below a gone idea."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from engage.core.words import Visibility
from engage.discussions.models import Comment


def erase(db: Session, ids: Sequence[int]) -> None:
    """Take words and author away: what is left says that something was said, and when."""
    blank = {"body": "", "body_html": "", "author_id": None}
    db.execute(update(Comment).where(Comment.id.in_(ids)).values(blank))


def erase_all(db: Session, ids: Sequence[int]) -> None:
    """The same for a whole discussion whose subject is gone: its comments are withdrawn with it."""
    chosen = update(Comment).where(Comment.id.in_(ids))
    db.execute(chosen.values(visibility=Visibility.WITHDRAWN))
    erase(db, ids)
