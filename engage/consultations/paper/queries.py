"""Reads of votes on paper: batches, sheets to read, and what sealing has to know."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from engage.accounts.models import Person
from engage.consultations.models import Consultation, Question, RollEntry
from engage.consultations.paper import reading
from engage.consultations.paper.models import PaperBatch, PaperReading, PaperReport, PaperSheet
from engage.consultations.paper.policy import can_read_ballots
from engage.consultations.paper.reading import Mark
from engage.core.words import ContributionChannel


class SheetState(StrEnum):
    """What a sheet waits for."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    SETTLED = "settled"


@dataclass(frozen=True)
class SheetRow:
    """One sheet in the list; `mine` says that who asks has read it."""

    number: int
    state: SheetState
    mine: bool


@dataclass(frozen=True)
class Batch:
    """One batch with its sheets."""

    number: int
    printed: int
    found: int | None
    sheets: Sequence[SheetRow] = ()

    def waiting(self) -> int:
        return sum(row.state is not SheetState.SETTLED for row in self.sheets)


@dataclass(frozen=True)
class Counted:
    """The ballots of one question: handed out by the roll, and what the urn held.

    `struck` ones were crossed out at the stand, since their person had answered online.
    """

    question_id: int
    handed: int
    marks: Counter[Mark] = field(default_factory=Counter)

    @property
    def valid(self) -> int:
        return self.marks[Mark.VALID]

    @property
    def blank(self) -> int:
        return self.marks[Mark.BLANK]

    @property
    def void(self) -> int:
        return self.marks[Mark.VOID]

    @property
    def struck(self) -> int:
        return self.marks[Mark.STRUCK]

    @property
    def missing(self) -> int:
        """Handed out and not found; below zero where the urn held more."""
        return self.handed - self.valid - self.blank - self.void

    def to_row(self) -> list[int]:
        """As a report keeps it."""
        return [self.question_id, self.handed, *(self.marks[mark] for mark in Mark)]

    @classmethod
    def from_row(cls, row: Sequence[int]) -> "Counted":
        question_id, handed, *numbers = row
        return cls(question_id, handed, Counter(dict(zip(Mark, numbers, strict=True))))


def batches(db: Session, consultation_id: int, person: Person) -> list[Batch]:
    """All batches with the state of their sheets, which says nothing of what is on them."""
    rows = db.scalars(
        select(PaperBatch)
        .where(PaperBatch.consultation_id == consultation_id)
        .order_by(PaperBatch.number)
    ).all()
    found: dict[int, list[SheetRow]] = {row.id: [] for row in rows}
    for sheet in _sheets(db, consultation_id):
        mine = any(look.reader_id == person.id for look in sheet.readings)
        found[sheet.batch_id].append(SheetRow(sheet.number, state(sheet), mine))
    return [Batch(row.number, row.printed, row.found, found[row.id]) for row in rows]


def packs(db: Session, consultation_id: int) -> list[Batch]:
    """All batches without their sheets."""
    rows = db.execute(
        select(PaperBatch.number, PaperBatch.printed, PaperBatch.found)
        .where(PaperBatch.consultation_id == consultation_id)
        .order_by(PaperBatch.number)
    )
    return [Batch(number, printed, found) for number, printed, found in rows]


def batch(db: Session, consultation_id: int, number: int) -> PaperBatch | None:
    """One batch by its printed number."""
    return db.scalar(
        select(PaperBatch).where(
            PaperBatch.consultation_id == consultation_id, PaperBatch.number == number
        )
    )


def sheet(db: Session, consultation_id: int, batch_number: int, number: int) -> PaperSheet | None:
    """One sheet with its batch, photo and readings."""
    return db.scalar(
        select(PaperSheet)
        .join(PaperSheet.batch)
        .options(
            contains_eager(PaperSheet.batch),
            joinedload(PaperSheet.photo),
            selectinload(PaperSheet.readings),
        )
        .where(
            PaperBatch.consultation_id == consultation_id,
            PaperBatch.number == batch_number,
            PaperSheet.number == number,
        )
        .execution_options(populate_existing=True)
    )


def _sheets(db: Session, consultation_id: int) -> Sequence[PaperSheet]:
    return db.scalars(
        select(PaperSheet)
        .join(PaperSheet.batch)
        .options(selectinload(PaperSheet.readings))
        .where(PaperBatch.consultation_id == consultation_id)
        .order_by(PaperSheet.batch_id, PaperSheet.number)
        .execution_options(populate_existing=True)
    ).all()


def state(sheet: PaperSheet) -> SheetState:
    """What this sheet waits for."""
    if reading.settled([look.marks for look in sheet.readings]) is not None:
        return SheetState.SETTLED
    return list(SheetState)[len(sheet.readings)]


def next_for(found: Iterable[Batch]) -> tuple[int, int] | None:
    """(batch, sheet) that who asked for `found` may read next; those with a first look first."""
    open_ = [
        (row.state is SheetState.FIRST, batch.number, row.number)
        for batch in found
        for row in batch.sheets
        if row.state is not SheetState.SETTLED and not row.mine
    ]
    return min(open_)[1:] if open_ else None


def next_batch(db: Session, consultation_id: int) -> int:
    """The number of the ballots to be printed next."""
    last = select(func.max(PaperBatch.number)).where(PaperBatch.consultation_id == consultation_id)
    return (db.scalar(last) or 0) + 1


def settled_marks(db: Session, consultation_id: int) -> Iterator[list[Any]]:
    """[question, mark, answers] of every question of every sheet that is settled."""
    for each in _sheets(db, consultation_id):
        yield from reading.settled([look.marks for look in each.readings]) or ()


def all_settled(db: Session, consultation_id: int) -> bool:
    """Whether every urn was counted and every sheet read alike by two, or settled by a third."""
    unopened = select(PaperBatch.id).where(
        PaperBatch.consultation_id == consultation_id, PaperBatch.found.is_(None)
    )
    if db.scalar(unopened.limit(1)) is not None:
        return False
    return all(state(each) is SheetState.SETTLED for each in _sheets(db, consultation_id))


def count(db: Session, consultation: Consultation) -> list[Counted]:
    """What was handed out and what was found, question by question, as far as it is settled."""
    questions = reading.on_paper(consultation.questions)
    marks: dict[int, Counter[Mark]] = {question.id: Counter() for question in questions}
    for question_id, mark, _answers in settled_marks(db, consultation.id):
        marks[question_id][Mark(mark)] += 1
    handed = _handed(db, consultation.id)
    return [Counted(q.id, handed.get(q.id, 0), marks[q.id]) for q in questions]


def _handed(db: Session, consultation_id: int) -> dict[int, int]:
    """How many rights were used on paper, by question."""
    rows = db.execute(
        select(RollEntry.question_id, func.count())
        .where(
            RollEntry.consultation_id == consultation_id,
            RollEntry.channel == ContributionChannel.PAPER.value,
        )
        .group_by(RollEntry.question_id)
    )
    return dict(rows.all())


def report(db: Session, consultation_id: int) -> PaperReport | None:
    """The tally report, once the count on paper is closed."""
    return db.get(PaperReport, consultation_id)


def is_settled(db: Session, consultation_id: int) -> bool:
    """Whether nothing on paper is waited for: no paper, or its count is closed."""
    takes = select(Consultation.takes_paper).where(Consultation.id == consultation_id)
    return not db.scalar(takes) or report(db, consultation_id) is not None


def counted(db: Session, consultation_id: int) -> dict[int, Counted]:
    """What the report says of each question; empty before the count is closed."""
    found = report(db, consultation_id)
    return {c.question_id: c for c in map(Counted.from_row, found.rows)} if found else {}


def readers(db: Session, consultation_id: int) -> int:
    """How many people have read sheets."""
    who = (
        select(func.count(PaperReading.reader_id.distinct()))
        .join(PaperSheet, PaperSheet.id == PaperReading.sheet_id)
        .join(PaperBatch, PaperBatch.id == PaperSheet.batch_id)
        .where(PaperBatch.consultation_id == consultation_id)
    )
    return db.scalar(who) or 0


def questions_of(consultation: Consultation) -> dict[int, Question]:
    """The questions of a ballot by their ids."""
    return {question.id: question for question in reading.on_paper(consultation.questions)}


def may_see_photo(db: Session, photo_id: int, person: Person | None) -> bool | None:
    """Whether `person` may see this photo of a sheet; None when it is none."""
    found = db.scalar(select(PaperSheet.id).where(PaperSheet.photo_id == photo_id))
    return None if found is None else can_read_ballots(person)
