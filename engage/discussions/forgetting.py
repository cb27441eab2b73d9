"""What becomes of comments that were refused or taken back, and of those below a gone idea."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from engage.core.words import Visibility
from engage.discussions.models import Comment


def erase(db: Session, ids: Sequence[int]) -> None:
    """Take words and author away: what is left says that something was said, and when."""
    _blank(db, Comment.id.in_(ids))


def erase_threads(db: Session, thread_ids: Sequence[int]) -> list[int]:
    """The same for whole discussions whose subject is gone; returns the ids of the comments."""
    there = Comment.thread_id.in_(thread_ids)
    ids = db.scalars(select(Comment.id).where(there).order_by(Comment.id)).all()
    db.execute(update(Comment).where(there).values(visibility=Visibility.WITHDRAWN))
    _blank(db, there)
    return list(ids)


def _blank(db: Session, wanted: ColumnElement[bool]) -> None:
    db.execute(update(Comment).where(wanted).values(body="", body_html="", author_id=None))
