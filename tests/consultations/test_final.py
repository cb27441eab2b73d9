"""Counts of sealed concertations: stored once, and all that pages read."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.consultations import final, sheets
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Consultation, FinalCounts, Question, unit_of_person
from engage.consultations.sealing import jobs
from engage.consultations.verify import check
from engage.core import clock
from engage.core.db import Database
from engage.core.words import ContributionChannel
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids
from tests.counting import count_statements

CHANNELS = (ContributionChannel.WEB, ContributionChannel.WEB, ContributionChannel.IN_PERSON)


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
def voted(database: Database, moment: Moment) -> Consultation:
    """Two questions answered by twelve people, sealed; another one was cancelled."""
    with database.transaction() as db:
        made = make_consultation(db)
        _vote(db, made.questions[0], range(9), "Repas", "Jeux")
        _vote(db, made.questions[0], range(9, 12), "Jeux")
        _vote(db, made.questions[1], range(4), "Dimanche")
        make_consultation(db, cancelled_at=clock.now())
    moment.move_to(made.closes_at + jobs.AFTER)
    jobs.run(database)
    return made


def test_pages_read_what_was_stored_and_no_ballot(database: Database, voted: Consultation) -> None:
    with count_statements(database) as seen, database.reading() as db:
        closed = [c for c in sheets.over(db).items if not c.cancelled_at]
        turnout, found = final.turnouts(db, closed)[voted.id], final.results(closed)
    assert (turnout.total, turnout.by_channel) == (12, (("web", 8), ("in_person", 4)))
    assert [found[question.id].voters for question in voted.questions] == [12, 4]
    assert not any("ballots" in sql or "roll_entries" in sql for sql in seen)
    with database.reading() as db:
        assert check(db) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"channels": [["web", 13]]}, "roll"),
        ({"outcomes": []}, "ballots"),
        ({"receipts": []}, "ballots"),
    ],
)
def test_the_self_check_counts_again(
    database: Database, voted: Consultation, wrong: dict[str, Any], fault: str
) -> None:
    with database.transaction() as db:
        db.execute(
            update(FinalCounts).values(counts=db.scalars(select(FinalCounts.counts)).one() | wrong)
        )
    with database.reading() as db:
        assert check(db) == [
            f"concertation {voted.id}: the stored counts are not those of its {fault}"
        ]
