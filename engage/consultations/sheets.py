"""What pages show of concertations: columns read into frozen values, never rows of a session."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, select, tuple_
from sqlalchemy.orm import Session

from engage.consultations.models import (
    BudgetCount,
    Consultation,
    Electorate,
    FinalCounts,
    Option,
    Purpose,
    Question,
    QuestionKind,
)
from engage.core import clock
from engage.core.pagination import PAGE_SIZE, Page, page_of
from engage.core.photos import Photo
from engage.territory.models import Neighbourhood

MOST_CURRENT = 40
"""Of open and announced ones on the list; a town has a few at a time."""


@dataclass(frozen=True)
class Listed:
    """One concertation of the list of ended ones; all that those below say, too."""

    id: int
    title: dict[str, str]
    electorate: Electorate
    opens_at: datetime
    closes_at: datetime
    decision_due_at: datetime
    decided_on: date | None
    cancelled_at: datetime | None
    cancel_reason: str
    sealed_at: datetime | None
    purpose: Purpose
    version: int
    counts: str | None
    """The JSON stored at sealing; `final` reads it once in a while."""

    def is_open(self, now: datetime) -> bool:
        return self.cancelled_at is None and self.opens_at <= now < self.closes_at

    def is_over(self, now: datetime) -> bool:
        return self.cancelled_at is None and self.closes_at <= now


@dataclass(frozen=True)
class Summary(Listed):
    """One that is open or announced; `neighbourhood` is its name, None when all may vote."""

    neighbourhood: dict[str, str] | None
    summary: dict[str, str]
    takes_paper: bool


@dataclass(frozen=True)
class Sheet(Summary):
    """All that the page of one concertation says, but for its questions."""

    notice: dict[str, str]
    already_decided: dict[str, str]
    asked_by: dict[str, str]
    decided_by: dict[str, str]
    organisation_id: int | None
    min_age: int | None
    min_residence: str
    places: list[Any]
    tells_neighbourhoods: bool
    quorum: int | None
    expected: int | None
    announced_at: datetime
    decision_statement: dict[str, str]


@dataclass(frozen=True)
class AskedOption:
    """One possible answer."""

    id: int
    label: dict[str, str]
    details: dict[str, str]
    proposal_id: int | None = None
    """The idea of a resident that it was made of."""
    is_none: bool = False
    cost: int | None = None
    """Whole euros, of a project of a budget question."""
    photo_alt: dict[str, str] | None = None
    """What its picture shows, in words."""
    photo_key: str | None = None
    """Its picture, with its size in pixels."""
    photo_width: int | None = None
    photo_height: int | None = None


@dataclass(frozen=True)
class AskedQuestion:
    """One question with its options in their order; both stand an hour before the vote opens."""

    id: int
    kind: QuestionKind
    max_choices: int
    title: dict[str, str]
    help: dict[str, str]
    budget: int | None
    counting: BudgetCount | None
    low: dict[str, str]
    high: dict[str, str]
    options: tuple[AskedOption, ...]


_COUNTS = cast(FinalCounts.counts, Text)


def _read(model: type[Listed]) -> Select[Any]:
    """The columns of the fields of `model`, in their order, of what is announced."""
    elsewhere: dict[str, Any] = {"neighbourhood": Neighbourhood.name, "counts": _COUNTS}
    names = [field.name for field in fields(model)]
    columns = [elsewhere[n] if n in elsewhere else getattr(Consultation, n) for n in names]
    announced = (
        select(*columns)
        .outerjoin(FinalCounts, FinalCounts.consultation_id == Consultation.id)
        .where(Consultation.announced_at <= bindparam("now"), Consultation.is_draft.is_(False))
    )
    return (
        announced.outerjoin(Consultation.neighbourhood) if issubclass(model, Summary) else announced
    )


_SHEET = _read(Sheet).where(Consultation.id == bindparam("id"))

_CURRENT = (
    _read(Summary)
    .where(Consultation.closes_at > bindparam("now"), Consultation.cancelled_at.is_(None))
    .order_by(Consultation.closes_at, Consultation.id)
    .limit(MOST_CURRENT)
)

_OVER = (
    _read(Listed)
    .where(
        (Consultation.closes_at <= bindparam("now")) | Consultation.cancelled_at.is_not(None),
        Consultation.archived_at.is_(None),
    )
    .order_by(Consultation.closes_at.desc(), Consultation.id.desc())
    .limit(PAGE_SIZE + 1)
)

_OVER_BEFORE = _OVER.where(
    tuple_(Consultation.closes_at, Consultation.id)
    < tuple_(
        select(Consultation.closes_at)
        .where(Consultation.id == bindparam("before_id"))
        .correlate(None)
        .scalar_subquery(),
        bindparam("before_id"),
    )
)

_OF_QUESTION = [getattr(Question, f.name) for f in fields(AskedQuestion) if f.name != "options"]

_QUESTIONS = (
    select(
        Question.consultation_id,
        *_OF_QUESTION,
        Option.id.label("option_id"),
        Option.label,
        Option.details,
        Option.proposal_id,
        Option.is_none,
        Option.cost,
        Option.photo_alt,
        Photo.key,
        Photo.width,
        Photo.height,
    )
    .join(Option, Option.question_id == Question.id)
    .outerjoin(Option.photo)
    .where(Question.consultation_id.in_(bindparam("ids", expanding=True)))
    .order_by(Question.consultation_id, Question.position, Option.position)
)


def sheet(db: Session, consultation_id: int) -> Sheet | None:
    """An announced concertation as its page shows it."""
    row = db.execute(_SHEET, {"id": consultation_id, "now": clock.now()}).one_or_none()
    return Sheet(*row) if row else None


def running_and_coming(db: Session) -> list[Summary]:
    """What is open or announced, the one that closes first on top."""
    return [Summary(*row) for row in db.execute(_CURRENT, {"now": clock.now()})]


def over(db: Session, *, before_id: int | None = None) -> Page[Listed]:
    """What is closed or cancelled, the last closed first."""
    wanted = _OVER if before_id is None else _OVER_BEFORE
    rows = db.execute(wanted, {"now": clock.now(), "before_id": before_id})
    return page_of([Listed(*row) for row in rows])


def questions(db: Session, consultation_ids: Sequence[int]) -> dict[int, tuple[AskedQuestion, ...]]:
    """The questions of each of these concertations, in their order."""
    options: dict[int, list[AskedOption]] = {}
    first: dict[int, Any] = {}
    width = len(_OF_QUESTION)
    for row in db.execute(_QUESTIONS, {"ids": consultation_ids}):
        first.setdefault(row.id, row)
        options.setdefault(row.id, []).append(AskedOption(*row[1 + width :]))
    found: dict[int, tuple[AskedQuestion, ...]] = {}
    for id_, row in first.items():
        asked = AskedQuestion(*(*row[1 : 1 + width], tuple(options[id_])))
        found[row.consultation_id] = (*found.get(row.consultation_id, ()), asked)
    return found
