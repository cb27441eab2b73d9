"""Sealing: once, alone, after the closing; exact, and in an order that says nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.consultations.commands import cast_ballot
from engage.consultations.models import (
    Ballot,
    Consultation,
    FinalCounts,
    RollEntry,
    unit_of_person,
)
from engage.consultations.sealing import jobs, secrets
from engage.consultations.sealing.commands import seal
from engage.consultations.sealing.models import SealedBallot, SealedReceipt, SealingRest
from engage.core.db import Database
from engage.core.errors import Conflict
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids

VOTERS = 12


@pytest.fixture
def voted(database: Database) -> Consultation:
    """Two questions; twelve people answered the first, one of them twice, four the second."""
    with database.transaction() as db:
        made = make_consultation(db)
        first, second = made.questions
        for number in range(VOTERS):
            unit = unit_of_person(number)
            cast_ballot(db, first, unit=unit, choices=option_ids(first, "Repas", "Jeux"))
            if number < 4:
                cast_ballot(db, second, unit=unit, choices=option_ids(second, "Samedi"))
        cast_ballot(db, first, unit=unit_of_person(3), choices=option_ids(first, "Musique"))
    return made


def _sizes(database: Database) -> tuple[int, ...]:
    with database.reading() as db:
        tables = (RollEntry, Ballot, SealedBallot, SealedReceipt, SealingRest)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_the_clock_seals_ten_minutes_after_the_closing_and_once(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    moment.move_to(voted.closes_at + jobs.AFTER - timedelta(seconds=1))
    assert jobs.run(database) == 0
    moment.forward(seconds=1)
    assert (jobs.run(database), jobs.run(database)) == (1, 0)
    assert _sizes(database) == (16, 0, 16, 16, 0)
    with database.reading() as db:
        assert secrets.read(db, voted.id) is None
        counts = db.scalars(select(FinalCounts.counts)).one()
    assert counts["channels"] == [["web", 12]]
    assert [(row[0], row[1][0]) for row in counts["outcomes"]] == [
        (voted.questions[0].id, 12),
        (voted.questions[1].id, 4),
    ]
    with pytest.raises(Conflict):
        seal(database, voted.id, None)
