"""Writes of votes on paper: the stand, batches, readings by two people, the closed count.

A right that is used at the stand is an entry of the roll like any other; what is on the sheet
becomes a ballot under a random key when the count is closed, and nothing joins the two.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations import queries as consultations
from engage.consultations.commands import USE_RIGHT, NotOpen
from engage.consultations.models import Ballot, Consultation, Question, code_of
from engage.consultations.paper import queries, reading
from engage.consultations.paper.models import PaperBatch, PaperReading, PaperReport, PaperSheet
from engage.consultations.paper.policy import (
    can_hand_out,
    can_open_urn,
    can_read_ballots,
    can_run_count,
    is_counting,
)
from engage.consultations.paper.reading import Mark, Marks
from engage.consultations.policy import can_vote
from engage.consultations.sealing import lock
from engage.consultations.standing import DECLARING, Standing
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import ContributionChannel

MOST_BALLOTS = 5_000
MOST_REASON = 500


@dataclass(frozen=True)
class HandedOut:
    """A ballot may be given: for these questions; the others were answered before, by any way."""

    questions: tuple[Question, ...]
    before: tuple[Question, ...]


def hand_out(
    db: Session,
    consultation: Consultation,
    unit: str,
    *,
    actor: Person,
    standing: Standing = DECLARING,
) -> HandedOut:
    """Mark the right of `unit` as used on paper, at once, before the ballot is handed over.

    The primary key of the roll decides between the stand and the phone. Raises `Denied` (not of
    this electorate), `NotOpen`, and `Conflict` when every question is answered already. Nothing
    else is written: an audit entry would be a time beside the vote.
    """
    require(can_hand_out, actor)
    now = clock.now()
    if not consultation.takes_paper:
        raise NotOpen(_("Cette concertation se vote sans papier."))
    if not consultation.is_open(now):
        raise NotOpen(_("Le vote n’est pas ouvert. Ne donnez pas de bulletin."))
    require(can_vote, consultation, unit, now, standing)
    questions = reading.on_paper(consultation.questions)
    lock.share(db.connection(), consultation.id)
    used = [q for q in questions if _use_right(db, q, unit, actor)]
    if not used:
        _say_why(db, questions, unit)
    return HandedOut(tuple(used), tuple(q for q in questions if q not in used))


def _use_right(db: Session, question: Question, unit: str, actor: Person) -> bool:
    done = USE_RIGHT.run(
        db.connection(),
        question_id=question.id,
        unit=unit,
        consultation_id=question.consultation_id,
        channel=ContributionChannel.PAPER.value,
        captured_by=actor.id,
        code_id=code_of(unit),
        now=clock.now(),
    )
    return bool(done)


def _say_why(db: Session, questions: list[Question], unit: str) -> None:
    if consultations.answered(db, questions, unit):
        raise Conflict(_("Déjà voté, en ligne ou sur papier. Ne donnez pas de bulletin."))
    raise NotOpen(_("Ce droit ne vote plus ici. Ne donnez pas de bulletin."))


def print_batch(db: Session, consultation: Consultation, ballots: int, *, actor: Person) -> int:
    """Open a new batch of printed ballots; returns its number."""
    require(can_run_count, actor)
    if not consultation.takes_paper or consultation.sealed_at is not None:
        raise Conflict(_("Cette concertation ne prend pas de bulletins en papier."))
    _require_open_count(db, consultation)
    number = queries.next_batch(db, consultation.id)
    db.add(PaperBatch(consultation_id=consultation.id, number=number, printed=ballots))
    try:
        db.flush()
    except IntegrityError:
        raise Conflict(_("Un autre lot vient d’être fait. Recommencez.")) from None
    audit.record(db, "paper.print", consultation, actor_id=actor.id, batch=number, ballots=ballots)
    return number


def open_urn(
    db: Session, consultation: Consultation, batch: PaperBatch, found: int, *, actor: Person
) -> None:
    """Say how many sheets of this batch the urn held; said again, it mends a wrong number.

    Raises `InvalidInput` on "found" when a sheet that would go was read already.
    """
    require(can_open_urn, actor, consultation, clock.now())
    _require_open_count(db, consultation)
    sheets = select(PaperSheet.id).where(PaperSheet.batch_id == batch.id)
    too_many = list(db.scalars(sheets.where(PaperSheet.number > found)))
    read = select(PaperReading.id).where(PaperReading.sheet_id.in_(too_many))
    if too_many and db.scalar(read.limit(1)) is not None:
        raise InvalidInput("found", _("Une feuille avec un plus grand numéro est déjà lue."))
    db.execute(delete(PaperSheet).where(PaperSheet.id.in_(too_many)))
    there = set(db.scalars(select(PaperSheet.number).where(PaperSheet.batch_id == batch.id)))
    new = [n for n in range(1, found + 1) if n not in there]
    db.add_all(PaperSheet(batch_id=batch.id, number=number) for number in new)
    batch.found = found
    audit.record(
        db, "paper.open_urn", consultation, actor_id=actor.id, batch=batch.number, found=found
    )
    db.flush()


def read_sheet(
    db: Session,
    consultation: Consultation,
    sheet: PaperSheet,
    marks: Marks,
    *,
    actor: Person,
    reason: str = "",
    photo_id: int | None = None,
) -> queries.SheetState:
    """Keep how `actor` read this sheet (with its readings loaded): the first, second or third look.

    Raises `Denied`, `Conflict` (read by the same person before, settled, or the count is closed)
    and `InvalidInput` on "reason" when a third look does not say why. Two at once: the unique keys
    of the table let one of them through. No time is kept.
    """
    require(can_read_ballots, actor)
    if not is_counting(consultation, clock.now()):
        raise Conflict(_("On lit les bulletins après la fin du vote."))
    _require_open_count(db, consultation)
    before = queries.state(sheet)
    if any(look.reader_id == actor.id for look in sheet.readings):
        raise Conflict(_("Vous avez déjà lu cette feuille. Une autre personne doit la lire."))
    if before is queries.SheetState.SETTLED:
        raise Conflict(_("Cette feuille est déjà lue deux fois, pareil."))
    if before is queries.SheetState.THIRD and not reason:
        raise InvalidInput("reason", _("Dites en une phrase pourquoi vous tranchez ainsi."))
    look = len(sheet.readings) + 1
    sheet.readings.append(
        PaperReading(look=look, reader_id=actor.id, marks=marks, reason=reason[:MOST_REASON])
    )
    if photo_id is not None:
        sheet.photo_id = photo_id
    _flush_look(db)
    if before is queries.SheetState.THIRD:
        audit.record(db, "paper.settle", sheet, actor_id=actor.id)
    else:
        audit.record(db, "paper.read", sheet, actor_id=actor.id)
    return queries.state(sheet)


def _flush_look(db: Session) -> None:
    try:
        db.flush()
    except IntegrityError:
        raise Conflict(
            _("Quelqu’un vient de lire cette feuille. Ouvrez-la encore une fois.")
        ) from None


def close_count(
    db: Session, consultation: Consultation, *, reasons: Mapping[int, str], actor: Person
) -> PaperReport:
    """Put the valid ballots into the count and write the tally report, once and for good.

    `reasons` say by question id why what was handed out is not what was found: nothing is made to
    fit. Raises `InvalidInput` on the id of a question without one, `Conflict` when sheets wait.
    """
    require(can_open_urn, actor, consultation, clock.now())
    lock.alone(db, consultation.id)
    _require_open_count(db, consultation)
    if not queries.all_settled(db, consultation.id):
        raise Conflict(_("Il reste des feuilles à lire."))
    counted = queries.count(db, consultation)
    told = {}
    for each in counted:
        reason = reasons.get(each.question_id, "").strip()[:MOST_REASON]
        if each.missing and not reason:
            raise InvalidInput(f"q{each.question_id}", _("Dites d’où vient cette différence."))
        if each.missing:
            told[str(each.question_id)] = reason
    _drop_in(db, consultation)
    report = PaperReport(
        consultation_id=consultation.id,
        rows=[each.to_row() for each in counted],
        reasons=told,
        closed_by_id=actor.id,
    )
    db.add(report)
    audit.record(db, "paper.close", consultation, actor_id=actor.id)
    db.flush()
    return report


def _drop_in(db: Session, consultation: Consultation) -> None:
    """Ballots like any other: random keys, in a random order, one a question."""
    rows: list[dict[str, Any]] = [
        {"key": secrets.token_hex(16), "question_id": question_id, "answers": answers}
        for question_id, mark, answers in queries.settled_marks(db, consultation.id)
        if mark == Mark.VALID
    ]
    SystemRandom().shuffle(rows)
    if rows:
        db.execute(insert(Ballot), rows)


def _require_open_count(db: Session, consultation: Consultation) -> None:
    """Raise `Conflict` once the count is closed, or sealed; hold both off until the end."""
    lock.share(db.connection(), consultation.id)
    sealed = select(Consultation.sealed_at).where(Consultation.id == consultation.id)
    if queries.report(db, consultation.id) is not None or db.scalar(sealed) is not None:
        raise Conflict(_("Le dépouillement est clos."))
