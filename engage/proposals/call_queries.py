"""Reads about calls for participation."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from engage.core import clock
from engage.core.folding import slug
from engage.core.i18n import label
from engage.core.pagination import PAGE_SIZE, Page, page_of
from engage.core.words import Visibility
from engage.proposals.call_models import Call, CallDays
from engage.proposals.models import Proposal
from engage.territory.models import Neighbourhood, Organisation

MOST_OPEN = 20
"""Of open ones on one page or in one list of choices; a town has a few at a time."""


def call_path(call_id: int, title: str = "") -> str:
    """`/appels/3-un-jardin-partage`; the words help people, the number finds the call."""
    words = slug(title)
    return f"/appels/{call_id}-{words}" if words else f"/appels/{call_id}"


class _Columns(NamedTuple):
    id: int
    title: dict[str, str]
    theme: dict[str, str]
    question: dict[str, str]
    organisation: str
    neighbourhood: dict[str, str] | None
    opens_on: date
    closes_on: date
    first_closes_on: date | None
    answered_on: date | None
    cancelled_at: datetime | None
    ideas: int


class Listed(_Columns, CallDays):
    """One call of a list; `ideas` counts the public ones that answer it."""

    __slots__ = ()

    @property
    def href(self) -> str:
        return call_path(self.id, label(self.title))


def _listed() -> Select[Any]:
    ideas = (
        select(func.count())
        .where(Proposal.call_id == Call.id, Proposal.visibility == Visibility.PUBLIC)
        .correlate(Call)
        .scalar_subquery()
    )
    columns: list[Any] = [
        Call.id,
        Call.title,
        Call.theme,
        Call.question,
        Organisation.short_name,
        Neighbourhood.name,
        Call.opens_on,
        Call.closes_on,
        Call.first_closes_on,
        Call.answered_on,
        Call.cancelled_at,
        ideas,
    ]
    return (
        select(*columns)
        .join(Organisation, Organisation.id == Call.organisation_id)
        .outerjoin(Neighbourhood, Neighbourhood.id == Call.neighbourhood_id)
    )


_TODAY: BindParameter[date] = bindparam("today")
_STANDING = (Call.cancelled_at.is_(None), Call.closes_on >= _TODAY)
_OPEN = (
    _listed()
    .where(*_STANDING, Call.opens_on <= _TODAY)
    .order_by(Call.closes_on, Call.id)
    .limit(MOST_OPEN)
)
_COMING = (
    _listed()
    .where(*_STANDING, Call.opens_on > _TODAY)
    .order_by(Call.opens_on, Call.id)
    .limit(MOST_OPEN)
)
_OVER = (
    _listed()
    .where(Call.opens_on <= _TODAY, (Call.closes_on < _TODAY) | Call.cancelled_at.is_not(None))
    .order_by(Call.closes_on.desc(), Call.id.desc())
    .limit(PAGE_SIZE + 1)
)
_OVER_BEFORE = _OVER.where(
    tuple_(Call.closes_on, Call.id)
    < tuple_(
        select(Call.closes_on)
        .where(Call.id == bindparam("before_id"))
        .correlate(None)
        .scalar_subquery(),
        bindparam("before_id"),
    )
)
_AWAITING = (
    _listed()
    .where(Call.cancelled_at.is_(None), Call.closes_on < _TODAY, Call.answered_on.is_(None))
    .order_by(Call.closes_on, Call.id)
    .limit(MOST_OPEN)
)


def _read(db: Session, wanted: Select[Any], **given: Any) -> list[Listed]:
    rows = db.connection().execute(wanted, {"today": clock.today(), **given})
    return [Listed._make(row) for row in rows]


def open_now(db: Session) -> Sequence[Listed]:
    """The calls that take ideas today, the one that ends first on top."""
    return _read(db, _OPEN)


def coming(db: Session) -> Sequence[Listed]:
    """Prepared ones that nobody sees yet but those who ask."""
    return _read(db, _COMING)


def awaiting_answer(db: Session) -> Sequence[Listed]:
    """Ended ones without an answer, the longest wait first."""
    return _read(db, _AWAITING)


def over(db: Session, *, before_id: int | None = None) -> Page[Listed]:
    """Ended and stopped ones, the newest first; `before_id` continues where a page ended."""
    if before_id is None:
        return page_of(_read(db, _OVER))
    return page_of(_read(db, _OVER_BEFORE, before_id=before_id))


def call(db: Session, call_id: int) -> Call | None:
    """One call with who asks and where, whatever its days."""
    return db.scalar(
        select(Call)
        .options(joinedload(Call.organisation), joinedload(Call.neighbourhood))
        .where(Call.id == call_id)
    )


def public_ideas(db: Session, call_id: int) -> Sequence[Proposal]:
    """The public ideas that answer it, the oldest first."""
    public = (Proposal.call_id == call_id, Proposal.visibility == Visibility.PUBLIC)
    return db.scalars(select(Proposal).where(*public).order_by(Proposal.id)).all()


def idea_count(db: Session, call_id: int) -> int:
    """How many public ideas answer it."""
    count = select(func.count()).where(
        Proposal.call_id == call_id, Proposal.visibility == Visibility.PUBLIC
    )
    return db.scalar(count) or 0
