"""Reads of the queue: its pages, what is next, who holds what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    exists,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from engage.accounts.models import Person
from engage.core import clock
from engage.moderation import marks, risks
from engage.moderation.desk import LATE, READ_BY_DEFAULT, desk_of
from engage.moderation.languages import name_of
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action, Status

QUEUE_PAGE = 20

Condition = ColumnElement[bool] | InstrumentedAttribute[bool]


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; empty for all."""

    kind: str = ""
    language: str = ""
    flagged: bool = False
    late: bool = False

    @property
    def is_narrow(self) -> bool:
        return self != Wanted()

    def conditions(self) -> list[Condition]:
        found: list[Condition] = []
        if self.kind:
            found.append(ModerationItem.subject_type == self.kind)
        if self.language:
            found.append(ModerationItem.language == self.language)
        if self.flagged:
            found.append(ModerationItem.flagged)
        if self.late:
            found.append(ModerationItem.created_at < clock.now() - LATE)
        return found


@dataclass(frozen=True)
class Line:
    """One item of the list, as one member sees it."""

    id: int
    kind: str
    title: str
    created_at: datetime
    due_at: datetime
    status: Status
    language: str
    flags: tuple[str, ...]
    held: bool
    own: bool
    judged: bool
    foreign: bool

    @property
    def label(self) -> str:
        """What it is, in small letters."""
        return str(KINDS[self.kind].label).lower()

    @property
    def language_name(self) -> str:
        return name_of(self.language)

    @property
    def shown_title(self) -> str:
        """The title with blocks in place of what no list shows."""
        return marks.plain(self.title, official=False)

    @property
    def marks(self) -> list[risks.Mark]:
        return risks.shown(self.flags)

    @property
    def is_free(self) -> bool:
        """Whether this member may read it now."""
        return not (self.held or self.own or self.judged or self.foreign)

    @property
    def is_late(self) -> bool:
        return self.due_at < clock.now()


_LINES = (
    ModerationItem.id,
    ModerationItem.turn,
    ModerationItem.created_at,
    ModerationItem.due_at,
    ModerationItem.status,
    ModerationItem.author_id,
    ModerationItem.taken_by_id,
    ModerationItem.taken_until,
    ModerationItem.subject_type,
    ModerationItem.subject_id,
    ModerationItem.revision_id,
    ModerationItem.language,
    ModerationItem.translated,
    ModerationItem.flags,
)


def queue(
    db: Session,
    person: Person,
    languages: Collection[str],
    wanted: Wanted | None = None,
    *,
    after: tuple[int, int] | None = None,
) -> tuple[list[Line], tuple[int, int] | None]:
    """A page of the queue after the key `after` (turn, id), and where the list continues."""
    shown = _lines(person).where(ModerationItem.in_queue, *(wanted or Wanted()).conditions())
    if after is not None:
        shown = shown.where(tuple_(ModerationItem.turn, ModerationItem.id) > tuple_(*after))
    rows = db.execute(shown.order_by(ModerationItem.turn, ModerationItem.id)).all()
    page = rows[:QUEUE_PAGE]
    last = (page[-1].turn, page[-1].id) if len(rows) > QUEUE_PAGE else None
    return _as_lines(db, page, person, languages), last


def to_arbitrate(db: Session, person: Person) -> list[Line]:
    """What the coordinator has to decide, the oldest first."""
    shown = _lines(person).where(
        ModerationItem.status == Status.TO_COORDINATOR, ModerationItem.settles_at.is_(None)
    )
    rows = db.execute(shown.order_by(ModerationItem.id)).all()
    return _as_lines(db, rows[:QUEUE_PAGE], person, READ_BY_DEFAULT)


def to_translate(db: Session, person: Person) -> list[Line]:
    """What no member may be able to read, the oldest first: a mediator helps."""
    shown = _lines(person).where(
        ModerationItem.in_queue,
        ~ModerationItem.translated,
        ModerationItem.language.not_in(READ_BY_DEFAULT),
    )
    rows = db.execute(shown.order_by(ModerationItem.turn, ModerationItem.id)).all()
    return _as_lines(db, rows[:QUEUE_PAGE], person, READ_BY_DEFAULT)


def _lines(person: Person) -> Select[*tuple[Any, ...]]:
    return select(*_LINES, judged_by(person).label("judged")).limit(QUEUE_PAGE + 1)


def judged_by(person: Person) -> ColumnElement[bool]:
    """The same as `policy.has_judged`, for the database."""
    return exists().where(
        Decision.item_id == ModerationItem.id,
        Decision.moderator_id == person.id,
        or_(
            Decision.revision_id == ModerationItem.revision_id,
            Decision.action == Action.RECUSE,
        ),
    )


def _as_lines(
    db: Session, rows: Sequence[Any], person: Person, languages: Collection[str]
) -> list[Line]:
    titles, now = _titles(db, rows), clock.now()
    return [_line(row, titles, person.id, languages, now) for row in rows]


def _titles(db: Session, rows: Sequence[Any]) -> Mapping[tuple[str, int, int], str]:
    """The titles of one page, whatever the kinds, in one statement."""
    parts = []
    for name in sorted({row.subject_type for row in rows} & KINDS.keys()):
        keys = [(row.subject_id, row.revision_id) for row in rows if row.subject_type == name]
        part = KINDS[name].lines(keys).subquery()
        parts.append(select(literal(name, String).label("kind"), *part.c))
    if not parts:
        return {}
    found = db.execute(union_all(*parts)).all()
    return {(kind, subject, revision): title for kind, subject, revision, title in found}


def _line(
    row: Any,
    titles: Mapping[tuple[str, int, int], str],
    person_id: int,
    languages: Collection[str],
    now: datetime,
) -> Line:
    held = row.taken_until is not None and row.taken_until > now
    return Line(
        id=row.id,
        kind=row.subject_type,
        title=titles.get((row.subject_type, row.subject_id, row.revision_id), ""),
        created_at=row.created_at,
        due_at=row.due_at,
        status=row.status,
        language=row.language,
        flags=tuple(row.flags),
        held=held and row.taken_by_id not in (None, person_id),
        own=row.author_id == person_id,
        judged=row.judged,
        foreign=not row.translated and row.language not in languages,
    )


def next_free(db: Session, moderator: Person) -> ModerationItem | None:
    """The oldest item that `moderator` may judge and understands, and that nobody else reads now.

    Several members may ask at once: each gets another one.
    """
    languages = desk_of(db, moderator).languages
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(
            ModerationItem.in_queue,
            or_(ModerationItem.author_id.is_(None), ModerationItem.author_id != moderator.id),
            or_(
                ModerationItem.taken_until.is_(None),
                ModerationItem.taken_until <= clock.now(),
                ModerationItem.taken_by_id == moderator.id,
            ),
            or_(ModerationItem.translated, ModerationItem.language.in_(languages)),
            ~judged_by(moderator),
        )
        .order_by(ModerationItem.turn, ModerationItem.id)
        .limit(1)
        .with_for_update(of=ModerationItem, skip_locked=True)
    )


def held_by(db: Session, moderator: Person) -> Sequence[ModerationItem]:
    """What the member holds and nobody decided yet."""
    return db.scalars(
        select(ModerationItem).where(
            ModerationItem.in_queue, ModerationItem.taken_by_id == moderator.id
        )
    ).all()
