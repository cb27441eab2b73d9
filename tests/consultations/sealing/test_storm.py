"""Sealing while phones still send votes, and with clocks that were killed in between."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.consultations import queries
from engage.consultations.commands import NotOpen, cast_ballot
from engage.consultations.models import Ballot, Consultation, RollEntry, unit_of_person
from engage.consultations.sealing import commands, jobs, secrets
from engage.consultations.sealing.models import SealedBallot, SealingRest
from engage.consultations.verify import check
from engage.core import clock, i18n
from engage.core.db import Database
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids

PHONES, EACH = 6, 25


def test_sealing_in_a_storm_of_votes_keeps_all_that_were_acknowledged(database: Database) -> None:
    """The clocks of the phones' workers are ten minutes behind that of who seals."""
    with database.transaction() as db:
        made = make_consultation(db)
        question_id = made.questions[1].id
    late, begun = made.closes_at - timedelta(seconds=1), threading.Event()

    def phone(first: int) -> int:
        counted = 0
        with clock.at(late):
            i18n.speak("fr")
            for number in range(first, PHONES * EACH, PHONES):
                counted += _vote(database, question_id, number)
                if number > PHONES * EACH // 2:
                    begun.set()
        return counted

    with ThreadPoolExecutor(PHONES) as pool:
        phones = [pool.submit(phone, first) for first in range(PHONES)]
        begun.wait(30)
        with clock.at(made.closes_at + jobs.AFTER):
            commands.seal(database, made.id, None)
        acknowledged = sum(each.result() for each in phones)
    with database.reading() as db:
        sizes = [
            db.scalar(select(func.count()).select_from(table))
            for table in (RollEntry, SealedBallot, Ballot)
        ]
        assert sizes == [acknowledged, acknowledged, 0]
        assert check(db) == []


def _vote(database: Database, question_id: int, number: int) -> bool:
    with database.transaction() as db:
        question = queries.question(db, question_id)
        assert question is not None
        choices = option_ids(question, "Samedi")
        try:
            cast_ballot(db, question, unit=unit_of_person(number), choices=choices)
        except NotOpen:
            return False
    return True


@pytest.fixture
def voted(database: Database, moment: Moment) -> Consultation:
    with database.transaction() as db:
        made = make_consultation(db)
        for number in range(12):
            question = made.questions[1]
            choices = option_ids(question, "Samedi")
            cast_ballot(db, question, unit=unit_of_person(number), choices=choices)
    moment.move_to(made.closes_at + jobs.AFTER)
    return made


def test_a_clock_killed_after_the_transaction_is_finished_by_the_next(
    database: Database, voted: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(commands.secrets, "destroy", _killed)
        with pytest.raises(SystemExit):
            commands.seal(database, voted.id, None)
    with database.reading() as db:
        assert secrets.read(db, voted.id)
        assert any("secret was not destroyed" in fault for fault in check(db))
    assert jobs.finish(database)
    with database.reading() as db:
        assert secrets.read(db, voted.id) is None
        assert not db.scalars(select(SealingRest)).all()
        assert check(db) == []


def _killed(*_args: object) -> None:
    raise SystemExit


def test_files_are_rewritten_once_nobody_reads_as_of_before(
    database: Database, voted: Consultation
) -> None:
    with database.reading() as reader:
        reader.connection(execution_options={"isolation_level": "REPEATABLE READ"}) if (
            not database.is_sqlite
        ) else None
        assert reader.scalar(select(func.count()).select_from(Ballot)) == 12
        commands.seal(database, voted.id, None)
        assert not jobs.finish(database)
    assert jobs.finish(database)


def test_two_clocks_seal_once(database: Database, voted: Consultation) -> None:
    now = clock.now()

    def run(_number: int) -> int:
        with clock.at(now):
            i18n.speak("fr")
            return jobs.run(database)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 1


def test_ballots_of_a_cancelled_vote_are_dropped(database: Database, moment: Moment) -> None:
    with database.transaction() as db:
        made = make_consultation(db)
        question = made.questions[1]
        choices = option_ids(question, "Samedi")
        cast_ballot(db, question, unit=unit_of_person(1), choices=choices)
        made.cancelled_at = clock.now()
    assert jobs.run(database) == 0
    with database.reading() as db:
        assert secrets.read(db, made.id) is None
        assert db.scalar(select(func.count()).select_from(Ballot)) == 0
        assert check(db) == []
