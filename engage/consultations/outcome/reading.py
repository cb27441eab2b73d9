"""What pages of results read: the counts of one sealed concertation and what was decided."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engage.consultations import final, sheets
from engage.consultations.counting.outcome import Outcome
from engage.consultations.models import Consultation, Purpose
from engage.consultations.outcome.models import DecisionAddition
from engage.consultations.policy import can_see_results
from engage.consultations.queries import Turnout
from engage.consultations.sheets import AskedQuestion, Sheet
from engage.core import clock
from engage.core.pagination import PAGE_SIZE, Page, page_of
from engage.core.policy import require
from engage.territory.models import Neighbourhood, Organisation

Names = dict[int, dict[str, str]]
"""Neighbourhoods by id, their names per language."""


class Rest(NamedTuple):
    """What the page of results says beside the sheet."""

    decision_by: dict[str, str]
    decision_changes: dict[str, str]
    quorum: int | None
    expected: int | None
    archived_at: datetime | None
    organisation: str | None


_REST = (
    select(
        Consultation.decision_by,
        Consultation.decision_changes,
        Consultation.quorum,
        Consultation.expected,
        Consultation.archived_at,
        Organisation.name,
    )
    .outerjoin(Organisation, Organisation.id == Consultation.organisation_id)
    .where(Consultation.id == bindparam("id"))
)


def rest(db: Session, consultation_id: int) -> Rest:
    """Of a concertation that exists."""
    return Rest._make(db.execute(_REST, {"id": consultation_id}).one())


@dataclass(frozen=True)
class Addition:
    """What was added to the decision, and on which day."""

    words: dict[str, str]
    added_on: date


_ADDITIONS = (
    select(DecisionAddition.words, DecisionAddition.added_on)
    .where(DecisionAddition.consultation_id == bindparam("id"))
    .order_by(DecisionAddition.id)
)


def additions(db: Session, consultation_id: int) -> list[Addition]:
    """The oldest first."""
    return [Addition(*row) for row in db.execute(_ADDITIONS, {"id": consultation_id})]


@dataclass(frozen=True)
class Cell:
    """Neighbourhoods told together, None for what belongs to none, and what is told of them."""

    hoods: tuple[int | None, ...]
    number: int


@dataclass(frozen=True)
class Counts:
    """The whole count of one concertation, as it was stored at sealing."""

    turnout: Turnout
    neighbourhoods: tuple[Cell, ...]
    outcomes: dict[int, Outcome]
    choices: dict[int, tuple[tuple[Cell, Outcome], ...]]
    """By question, for each cell; only where it was announced before the vote."""


def counts(sheet: Sheet) -> Counts:
    """What is stored of a sealed concertation; raises `Denied` before that, for everybody."""
    require(can_see_results, sheet)
    stored = json.loads(sheet.counts or '{"channels": [], "outcomes": []}')
    return Counts(
        turnout=_turnout(stored["channels"]),
        neighbourhoods=() if sheet.neighbourhood else _cells(stored.get("neighbourhoods", ())),
        outcomes=final.outcomes(stored),
        choices={id_: _choices(rows) for id_, rows in stored.get("by_neighbourhood", ()) if rows},
    )


def _turnout(channels: Sequence[Any]) -> Turnout:
    return Turnout(sum(n for _, n in channels), tuple((name, n) for name, n in channels))


def _cells(rows: Sequence[Any]) -> tuple[Cell, ...]:
    """Where people of one neighbourhood alone vote, there is nothing to break down."""
    return tuple(_cell(*row) for row in rows)


def _cell(hoods: Sequence[int | None], number: int) -> Cell:
    return Cell(tuple(hoods), number)


def _choices(rows: Sequence[Any]) -> tuple[tuple[Cell, Outcome], ...]:
    found = [(hoods, Outcome.from_row(row)) for hoods, row in rows]
    return tuple((_cell(hoods, outcome.voters), outcome) for hoods, outcome in found)


_NAMES = select(Neighbourhood.id, Neighbourhood.name)


def names(db: Session, of: Counts) -> Names:
    """The names of the neighbourhoods that are told apart; no statement where none are."""
    if not of.neighbourhoods and not of.choices:
        return {}
    return {row[0]: row[1] for row in db.execute(_NAMES)}


class Put(NamedTuple):
    """One archived concertation, as the list of them says it."""

    id: int
    title: dict[str, str]
    closes_at: datetime
    decision_due_at: datetime
    decided_on: date | None
    cancelled_at: datetime | None


_ARCHIVED = (
    select(
        Consultation.id,
        Consultation.title,
        Consultation.closes_at,
        Consultation.decision_due_at,
        Consultation.decided_on,
        Consultation.cancelled_at,
    )
    .where(Consultation.archived_at.is_not(None), Consultation.is_draft.is_(False))
    .order_by(Consultation.id.desc())
    .limit(PAGE_SIZE + 1)
)


def archived(db: Session, *, before_id: int | None = None) -> Page[Put]:
    """What was put away, the newest first."""
    wanted = _ARCHIVED if before_id is None else _ARCHIVED.where(Consultation.id < before_id)
    return page_of([Put._make(row) for row in db.execute(wanted)])


class Year(NamedTuple):
    """How decisions were kept in one year, by the day for which they were promised."""

    year: int
    promised: int
    in_time: int
    late: int
    awaited: int
    """Late, and not published yet."""


def years(db: Session) -> list[Year]:
    """The newest year first; what is due later is not judged."""
    today = clock.today()
    rows = db.execute(
        select(Consultation.decision_due_at, Consultation.decided_on).where(
            Consultation.decision_due_at < clock.now(),
            Consultation.is_draft.is_(False),
            Consultation.cancelled_at.is_(None),
            Consultation.purpose != Purpose.SURVEY,
        )
    )
    kept: dict[int, list[int]] = {}
    for due_at, decided_on in rows:
        due = clock.local(due_at).date()
        if due >= today and decided_on is None:
            continue
        counted = kept.setdefault(due.year, [0, 0, 0])
        counted[2 if decided_on is None else int(decided_on > due)] += 1
    return [Year(year, sum(n), *n) for year, n in sorted(kept.items(), reverse=True)]


def asked(db: Session, sheet: Sheet) -> tuple[AskedQuestion, ...]:
    """Its questions, in their order."""
    return sheets.questions(db, [sheet.id]).get(sheet.id, ())
