"""Counts of closed concertations, stored once, so that no page counts a million ballots again."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from engage.consultations import queries
from engage.consultations.models import Consultation, FinalCounts
from engage.consultations.policy import can_see_results
from engage.consultations.queries import Turnout
from engage.consultations.sheets import AskedQuestion, Listed
from engage.consultations.tally import Count, Tally
from engage.core import clock
from engage.core.db import Database
from engage.core.policy import require

SETTLED = timedelta(minutes=10)
"""A ballot accepted in the last second before the closing is in the database long before that."""

_UNSTORED = (
    select(Consultation)
    .where(
        Consultation.closes_at <= bindparam("before"),
        Consultation.cancelled_at.is_(None),
        ~exists().where(FinalCounts.consultation_id == Consultation.id),
    )
    .order_by(Consultation.id)
)


def store(database: Database) -> int:
    """Count what closed ten minutes ago and store it; returns how many. Rerun-safe."""
    with database.reading() as db:
        counted = [counts(db, closed) for closed in unstored(db)]
    for each in counted:
        with database.transaction() as db:
            if db.get(FinalCounts, each.consultation_id) is None:
                db.add(each)
    return len(counted)


def unstored(db: Session) -> Sequence[Consultation]:
    """What is closed and waits for its counts to be stored."""
    return db.scalars(_UNSTORED, {"before": clock.now() - SETTLED}).all()


def counts(db: Session, closed: Consultation) -> FinalCounts:
    """The row to store, counted from the roll and the ballots; raises `Denied` before the closing.

    Raises ValueError when a ballot cannot be counted.
    """
    tallies = queries.results(db, [closed])
    turnout = queries.turnouts(db, [closed.id]).get(closed.id, queries.NOBODY)
    return FinalCounts(
        consultation_id=closed.id,
        counts={
            "channels": [list(pair) for pair in turnout.by_channel],
            "tallies": [_row(question_id, tally) for question_id, tally in tallies.items()],
        },
    )


def _row(question_id: int, tally: Tally) -> list[Any]:
    return [question_id, tally.voters, [[c.option_id, c.voices, c.rank] for c in tally.counts]]


def turnouts(db: Session, consultations: Sequence[Listed]) -> dict[int, Turnout]:
    """How many took part in each, as stored, or counted where it is not stored (yet)."""
    stored = {c.id: _turnout(json.loads(c.counts)["channels"]) for c in consultations if c.counts}
    others = [c.id for c in consultations if not c.counts]
    return stored | queries.turnouts(db, others) if others else stored


def _turnout(channels: Sequence[Any]) -> Turnout:
    return Turnout(sum(n for _, n in channels), tuple((name, n) for name, n in channels))


def results(
    db: Session, closed: Sequence[Listed], asked: Mapping[int, Sequence[AskedQuestion]]
) -> dict[int, Tally]:
    """The count of each question, as stored, or counted where it is not stored (yet).

    Raises `Denied` before the closing.
    """
    for each in closed:
        require(can_see_results, each, clock.now())
    stored = {
        question_id: Tally(voters, tuple(Count(*count) for count in counted))
        for each in closed
        if each.counts
        for question_id, voters, counted in json.loads(each.counts)["tallies"]
    }
    others = [each for each in closed if not each.counts]
    return stored | queries.results(db, others, asked) if others else stored
