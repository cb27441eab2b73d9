"""Counts of closed concertations: stored once, after the closing, and the same as a recount."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.consultations import final, sheets
from engage.consultations.commands import cast_ballot
from engage.consultations.models import (
    Consultation,
    FinalCounts,
    Question,
    unit_of_person,
)
from engage.consultations.queries import Turnout
from engage.consultations.tally import Tally
from engage.consultations.verify import check
from engage.core import clock
from engage.core.db import Database
from engage.core.errors import Denied
from engage.core.words import ContributionChannel
from tests.conftest import Moment
from tests.consultations.factories import DAY, make_consultation, option_ids
from tests.counting import count_statements

CHANNELS = (ContributionChannel.WEB, ContributionChannel.WEB, ContributionChannel.PAPER)


def _vote(db: Session, question: Question, voters: range, *labels: str) -> None:
    for number in voters:
        cast_ballot(
            db,
            question,
            unit=unit_of_person(number),
            choices=option_ids(question, *labels),
            channel=CHANNELS[number % 3],
        )


@pytest.fixture
def voted(database: Database) -> Consultation:
    """Two questions answered by twelve people, open for a week more."""
    with database.transaction() as db:
        made = make_consultation(db)
        _vote(db, made.questions[0], range(9), "Repas", "Jeux")
        _vote(db, made.questions[0], range(9, 12), "Jeux")
        _vote(db, made.questions[1], range(4), "Dimanche")
        make_consultation(db, cancelled_at=clock.now())
    return made


def _stored(database: Database) -> list[int]:
    with database.reading() as db:
        return list(db.scalars(select(FinalCounts.consultation_id)))


def _shown(database: Database) -> tuple[dict[int, Turnout], dict[int, Tally]]:
    """What the list of ended ones says of those that were not cancelled."""
    with database.reading() as db:
        closed = [c for c in sheets.over(db).items if not c.cancelled_at]
        asked = sheets.questions(db, [c.id for c in closed])
        return final.turnouts(db, closed), final.results(db, closed, asked)


def test_nothing_is_counted_or_stored_until_the_last_ballot_is_in(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    for early in (clock.now(), voted.closes_at, voted.closes_at + final.SETTLED - timedelta(0, 1)):
        moment.move_to(early)
        assert final.store(database) == 0
    moment.move_to(voted.closes_at - timedelta(seconds=1))
    with database.reading() as db, pytest.raises(Denied):
        final.counts(db, voted)
    moment.move_to(voted.closes_at + final.SETTLED)
    assert (final.store(database), final.store(database)) == (1, 0)
    assert _stored(database) == [voted.id]


def test_pages_say_the_same_from_stored_counts_and_from_a_recount(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    moment.move_to(voted.closes_at + DAY)
    counted = _shown(database)
    final.store(database)
    with count_statements(database) as seen:
        assert _shown(database) == counted
    with database.reading() as db:
        assert check(db) == []
    assert counted[0][voted.id].total == 12
    assert not any("ballots" in sql or "roll_entries" in sql for sql in seen)


def test_stored_results_are_for_nobody_before_the_closing(
    database: Database, voted: Consultation, moment: Moment
) -> None:
    before = clock.now()
    moment.move_to(voted.closes_at + DAY)
    final.store(database)
    moment.move_to(before)
    with database.reading() as db:
        listed = [c for c in sheets.running_and_coming(db) if c.id == voted.id]
        with pytest.raises(Denied):
            final.results(db, listed, {})
        assert any("but it is not over" in fault for fault in check(db))


@pytest.mark.parametrize(
    "wrong",
    [{"channels": [["web", 13]]}, {"tallies": []}],
)
def test_the_self_check_counts_again(
    database: Database, voted: Consultation, moment: Moment, wrong: dict[str, Any]
) -> None:
    moment.move_to(voted.closes_at + DAY)
    final.store(database)
    with database.transaction() as db:
        db.execute(
            update(FinalCounts).values(counts=db.scalars(select(FinalCounts.counts)).one() | wrong)
        )
    with database.reading() as db:
        assert check(db) == [
            f"concertation {voted.id}: the stored counts are not those of its ballots"
        ]
