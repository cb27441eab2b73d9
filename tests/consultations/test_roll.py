"""Who voted is forgotten two months after the decision; what was counted stays provable."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from engage.consultations import roll
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Consultation, FinalCounts, RollEntry, unit_of_person
from engage.consultations.sealing import jobs
from engage.consultations.sealing.models import SealedBallot
from engage.consultations.verify import check
from engage.core import clock
from engage.core.db import Database
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids


@pytest.fixture
def voted(database: Database, moment: Moment) -> Consultation:
    """Closed, counted and decided today; twelve people answered one of its two questions."""
    with database.transaction() as db:
        made = make_consultation(db)
        for number in range(12):
            choices = option_ids(made.questions[1], "Dimanche")
            cast_ballot(db, made.questions[1], unit=unit_of_person(number), choices=choices)
    moment.forward(days=8)
    jobs.run(database)
    with database.transaction() as db:
        db.execute(update(Consultation).values(decided_on=clock.today()))
    return made


def _left(database: Database) -> tuple[int, int]:
    with database.reading() as db:
        return tuple(  # type: ignore[return-value]
            db.scalar(select(func.count()).select_from(table))
            for table in (RollEntry, SealedBallot)
        )


def _forget(database: Database, most: int = 500) -> int:
    with database.transaction() as db:
        return roll.forget(db, most)


def test_the_roll_goes_two_months_after_the_decision_and_the_ballots_stay(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    decided = moment.now
    moment.move_to(decided + timedelta(days=60))  # 10 June to 9 August
    assert _forget(database) == 0
    moment.move_to(decided + timedelta(days=62))
    assert (_forget(database, 5), _forget(database, 5), _forget(database)) == (5, 5, 2)
    assert _left(database) == (0, 12)


def test_the_recount_holds_without_the_roll_and_still_finds_a_missing_ballot(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    moment.forward(days=63)
    _forget(database)
    with database.transaction() as db:
        assert check(db) == []
        one = select(SealedBallot.key).limit(1).scalar_subquery()
        db.execute(delete(SealedBallot).where(SealedBallot.key == one))
        assert len(check(db)) == 1


def test_the_roll_stays_where_nothing_was_counted_and_goes_without_decision_in_the_end(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    with database.transaction() as db:
        db.execute(update(Consultation).values(decided_on=None))
        counts = db.scalars(select(FinalCounts)).one().counts
        db.execute(delete(FinalCounts))
    moment.forward(days=120)
    assert _forget(database) == 0
    with database.transaction() as db:
        db.add(FinalCounts(consultation_id=voted.id, counts=counts))
    assert _forget(database) == 12
