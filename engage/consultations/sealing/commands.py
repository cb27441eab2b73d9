"""Sealing: an act after which nobody can tell who gave which answer, and everybody may count."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.models import Person
from engage.consultations.models import Consultation, FinalCounts, Question
from engage.consultations.paper.queries import is_settled
from engage.consultations.policy import can_seal
from engage.consultations.sealing import counts, lock, moving, secrets
from engage.consultations.sealing.models import SealingRest
from engage.core import audit, clock
from engage.core.db import Database
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import ContributionChannel

AFTER = timedelta(minutes=10)
"""How long after the closing: the clocks of two machines may differ, and a last vote be slow."""


def seal(database: Database, consultation_id: int, actor: Person | None) -> None:
    """Part ballots and roll for good, in one transaction that has the vote to itself.

    `actor` is None for the clock. Raises `Denied`, and `Conflict` when the vote is not over, was
    cancelled, is sealed already, or waits for its paper. What is left on the disk is `finish`'s.
    """
    with database.transaction() as db:
        seal_within(db, consultation_id, actor)
    with database.reading() as db:
        secrets.destroy(db, consultation_id)


def seal_within(db: Session, consultation_id: int, actor: Person | None) -> None:
    """`seal` in a transaction that has read nothing of the vote yet; the secret goes later."""
    lock.alone(db, consultation_id)
    asked, now = _held(db, consultation_id), clock.now()
    if actor is not None:
        require(can_seal, actor, asked, now)
    _require_ready(asked, now)
    if not is_settled(db, consultation_id):
        raise Conflict(_("Le papier n’est pas encore compté. On scelle après."))
    stored = db.get(FinalCounts, consultation_id)
    found = _seal(db, asked, stored)
    if stored is None:
        db.add(FinalCounts(consultation_id=asked.id, counts=found))
    else:
        stored.counts = found
    asked.sealed_at = now
    _leave_rest(db, asked)
    audit.record(db, "consultation.seal", asked, actor_id=actor.id if actor else None)
    db.flush()


def _held(db: Session, consultation_id: int) -> Consultation:
    """The row as it is now, held until the end: nobody cancels or extends it meanwhile."""
    return db.scalars(
        select(Consultation)
        .options(selectinload(Consultation.questions).selectinload(Question.options))
        .where(Consultation.id == consultation_id)
        .with_for_update()
    ).one()


def _require_ready(asked: Consultation, now: datetime) -> None:
    if asked.sealed_at is not None:
        raise Conflict(_("Les bulletins sont déjà scellés."))
    if not asked.is_over(now - AFTER):
        raise Conflict(_("On scelle dix minutes après la fin du vote, pas avant."))


def _seal(db: Session, asked: Consultation, stored: FinalCounts | None) -> dict[str, Any]:
    """Move everything of every question; returns the counts to store."""
    secret = secrets.read(db, asked.id)
    receipts, told = [], []
    for question in asked.questions:
        row, choices = _seal_question(db, asked, question, secret)
        receipts.append(row)
        told.append([question.id, choices])
    channels = counts.channels(db, asked.id)
    if not channels and stored is not None:  # its roll had its time before ballots were sealed
        channels = stored.counts["channels"]
    found = {
        "channels": channels,
        "neighbourhoods": counts.neighbourhoods(db, asked.id),
        "outcomes": counts.rows(counts.outcomes(db, asked.questions)),
        "receipts": receipts,
        "by_neighbourhood": told,
    }
    moving.rewrite_roll(db, asked.id)
    return found


def _seal_question(
    db: Session, asked: Consultation, question: Question, secret: bytes | None
) -> tuple[list[int], list[Any]]:
    """Returns [question, receipts, valid on paper, without a receipt] and what `counts` keeps."""
    receipts, seen = moving.Receipts(), Counter[bool]()
    by_hood: dict[int | None, Counter[str]] = defaultdict(Counter)
    for vote in moving.voted(db, secret, question.id):
        seen[vote.receipt is None and vote.channel != ContributionChannel.PAPER] += 1
        if vote.receipt is not None and vote.answers is not None:
            receipts.add(vote.receipt)
            by_hood[vote.neighbourhood_id][vote.answers] += asked.tells_neighbourhoods
    kept = moving.keep_receipts(db, question.id, receipts)
    copied = moving.copy_ballots(db, question.id)
    if moving.drop_ballots(db, [question.id]) != copied:
        raise RuntimeError(f"question {question.id}: not every ballot was copied")
    lost = min(seen[True], copied - kept) if seen else copied
    row = [question.id, kept, copied - kept - lost, lost]
    return row, counts.choices(db, question, by_hood) if asked.tells_neighbourhoods else []


def _leave_rest(db: Session, asked: Consultation) -> None:
    if db.get(SealingRest, asked.id) is None:
        db.add(SealingRest(consultation_id=asked.id))


def drop_cancelled(database: Database, consultation_id: int) -> None:
    """Remove the ballots of a cancelled vote: nobody ever counts them."""
    with database.transaction() as db:
        lock.alone(db, consultation_id)
        asked = _held(db, consultation_id)
        if asked.cancelled_at is None:
            raise Conflict(_("Cette concertation n’est pas annulée."))
        moving.drop_ballots(db, [question.id for question in asked.questions])
        moving.rewrite_roll(db, asked.id)
        _leave_rest(db, asked)
        audit.record(db, "consultation.drop_ballots", asked)
    with database.reading() as db:
        secrets.destroy(db, consultation_id)
