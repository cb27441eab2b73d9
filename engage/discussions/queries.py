"""Reads of discussions; `visible_to` is the only filter of who sees what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from engage.accounts.models import Person
from engage.core.pagination import PAGE_SIZE
from engage.core.words import Visibility
from engage.discussions.models import Comment, Voice
from engage.territory.models import Organisation

ThreadId = ColumnElement[Any] | int

ANSWERS_SHOWN = 2
"""How many answers a list shows below each comment; the comment's own page has all."""


def visible_to(person: Person | None, comment: type[Comment] = Comment) -> ColumnElement[bool]:
    """What `person` may read: what is public, and one's own words whatever became of them."""
    public = comment.visibility == Visibility.PUBLIC
    if person is None:
        return public
    own = and_(comment.author_id == person.id, comment.visibility != Visibility.WITHDRAWN)
    return or_(public, own)


class Said(NamedTuple):
    """One comment as lists show it; one that the reader may not read has no words and no name."""

    id: int
    parent_id: int | None
    body_html: str
    language: str
    visibility: Visibility
    at: datetime
    voice: Voice
    author_id: int | None
    name: str | None
    home_id: int | None
    organisation: str | None
    answers: int

    @property
    def is_readable(self) -> bool:
        """Whether its words are shown: not where only its answers are left."""
        return bool(self.body_html)


@dataclass(frozen=True)
class Talk:
    """One comment with its first answers; `more` are further ones on its own page."""

    comment: Said
    answers: Sequence[Said]

    @property
    def more(self) -> int:
        return self.comment.answers - len(self.answers)


@dataclass(frozen=True)
class Talks:
    """One page of a discussion, the newest first; `next_key` continues it."""

    items: Sequence[Talk]
    next_key: int | None


def talks(
    db: Session,
    thread: ThreadId,
    person: Person | None,
    *,
    size: int = PAGE_SIZE,
    before_id: int | None = None,
) -> Talks:
    """The newest `size` comments with their first answers, in one statement."""
    roots = _roots(thread, person, before_id).limit(size + 1)
    rows = _said(db, _with_answers(roots.subquery(), person), person)
    below: dict[int | None, list[Said]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    newest = below.pop(None, [])[::-1]
    shown = [Talk(row, below.get(row.id, [])) for row in newest[:size]]
    return Talks(shown, shown[-1].comment.id if len(newest) > size else None)


def _roots(thread: ThreadId, person: Person | None, before_id: int | None) -> Select[Any]:
    """Comments that are read, or whose answers are."""
    answer = aliased(Comment)
    answered = exists().where(
        answer.parent_id == Comment.id, answer.visibility == Visibility.PUBLIC
    )
    gone = Comment.visibility.in_([Visibility.WITHDRAWN, Visibility.HIDDEN])
    wanted = (
        select(Comment.id)
        .where(
            Comment.thread_id == thread,
            Comment.parent_id.is_(None),
            or_(visible_to(person), and_(gone, answered)),
        )
        .order_by(Comment.id.desc())
    )
    return wanted if before_id is None else wanted.where(Comment.id < before_id)


def _with_answers(roots: Any, person: Person | None) -> Any:
    """Ids of `roots` and of the first answers to each, and how many answers there are."""
    place = func.row_number().over(partition_by=Comment.parent_id, order_by=Comment.id)
    ranked = (
        select(Comment.id, Comment.parent_id, place.label("place"))
        .where(Comment.parent_id.in_(select(roots.c.id)), visible_to(person))
        .subquery()
    )
    first = select(ranked.c.id).where(ranked.c.place <= ANSWERS_SHOWN)
    return union_all(select(roots.c.id), first).subquery()


def _said(db: Session, ids: Any, person: Person | None) -> list[Said]:
    answer = aliased(Comment)
    answers = (
        select(func.count())
        .where(answer.parent_id == Comment.id, visible_to(person, answer))
        .correlate(Comment)
        .scalar_subquery()
    )
    read = visible_to(person)
    rows = db.execute(
        select(
            Comment.id,
            Comment.parent_id,
            case((read, Comment.body_html), else_=""),
            Comment.language,
            Comment.visibility,
            func.coalesce(Comment.published_at, Comment.created_at, type_=Comment.created_at.type),
            Comment.voice,
            Person.id,
            Person.public_name,
            Person.neighbourhood_id,
            Organisation.name,
            answers,
        )
        .join(ids, ids.c.id == Comment.id)
        .outerjoin(Person, and_(Person.id == Comment.author_id, read))
        .outerjoin(Organisation, Organisation.id == Comment.organisation_id)
        .order_by(Comment.id)
    )
    return [Said._make(row) for row in rows]


def comment(
    db: Session, comment_id: int, thread: ThreadId, person: Person | None
) -> Comment | None:
    """One comment of a thread that `person` may read."""
    return db.scalar(
        select(Comment).where(
            Comment.id == comment_id, Comment.thread_id == thread, visible_to(person)
        )
    )


def with_all_answers(
    db: Session, root_id: int, person: Person | None, *, after_id: int = 0, size: int = PAGE_SIZE
) -> tuple[Talk, int | None]:
    """A comment with `size` of its answers, the oldest first; the key that continues them."""
    below = (
        select(Comment.id)
        .where(Comment.parent_id == root_id, Comment.id > after_id, visible_to(person))
        .order_by(Comment.id)
        .limit(size + 1)
        .subquery()
    )
    root = select(Comment.id).where(Comment.id == root_id)
    found = _said(db, union_all(root, select(below.c.id)).subquery(), person)
    first, answers = found[0], found[1:]
    more = answers[size - 1].id if len(answers) > size else None
    return Talk(first, answers[:size]), more


def to_read(db: Session, comment_id: int) -> Comment:
    """A comment for moderation, with its author and organisation."""
    return db.scalars(
        select(Comment)
        .options(joinedload(Comment.author), joinedload(Comment.organisation))
        .where(Comment.id == comment_id)
    ).one()


def own(db: Session, comment_id: int, author: Person) -> Comment | None:
    """One of the person's own comments that is not taken back."""
    return db.scalar(
        select(Comment).where(
            Comment.id == comment_id,
            Comment.author_id == author.id,
            Comment.visibility != Visibility.WITHDRAWN,
        )
    )
