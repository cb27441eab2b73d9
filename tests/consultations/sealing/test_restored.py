"""A restore in the middle of an open vote: what was cast stands, what comes goes on."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engage.consultations import queries
from engage.consultations.commands import AlreadyVoted, Cast, cast_ballot
from engage.consultations.models import Ballot, Consultation, unit_of_person
from engage.consultations.sealing import jobs, own, published, secrets
from engage.consultations.verify import check
from engage.core.config import Config
from engage.core.db import Database
from engage.core.services import Services
from engage.ops import backup
from engage.ops.restore import restore
from tests.conftest import BACKENDS, Moment
from tests.consultations.factories import make_consultation, option_ids
from tests.ops.instances import empty_config

BEFORE, AFTER = range(12), range(8, 20)


@pytest.fixture(params=BACKENDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """Another machine, empty, on each database."""
    with empty_config(request, request.param, tmp_path / "elsewhere") as config:
        yield config


@pytest.fixture
def asked(town: Services) -> Consultation:
    with town.database.transaction() as db:
        made = make_consultation(db)
    for number in BEFORE:
        _vote(town.database, made, number, "Samedi")
    return made


def _vote(database: Database, asked: Consultation, number: int, label: str) -> Cast:
    with database.transaction() as db:
        question = queries.question(db, asked.questions[1].id)
        assert question is not None
        choices = option_ids(question, label)
        return cast_ballot(db, question, unit=unit_of_person(number), choices=choices)


def test_votes_before_a_restore_stand_and_those_after_it_are_counted(
    town: Services, asked: Consultation, target: Config, tmp_path: Path, moment: Moment
) -> None:
    path = tmp_path / "town.tar.gz"
    backup.write(town, path)
    with tarfile.open(path) as archive:
        assert not [name for name in archive.getnames() if "votes" in name]
    restore(target, path, force=False)
    back = Services.of(target)
    try:
        _go_on(back.database, asked)
        moment.move_to(asked.closes_at + jobs.AFTER)
        assert jobs.run(back.database) == 1
        with back.database.reading() as db:
            found = published.vote(db, asked.id)
            question_id = asked.questions[1].id
            assert found.outcomes[question_id].voters == 20
            assert found.numbers[question_id] == (8, 0, 12)
            assert check(db) == []
    finally:
        back.database.close()


def _go_on(database: Database, asked: Consultation) -> None:
    """Twelve more come, four of them for the second time."""
    for number in AFTER:
        if number in BEFORE:
            with pytest.raises(AlreadyVoted):
                _vote(database, asked, number, "Dimanche")
        else:
            assert not _vote(database, asked, number, "Dimanche").changed
    assert _vote(database, asked, AFTER[-1], "Samedi").changed
    with database.reading() as db:
        assert len(db.scalars(select(Ballot.key)).all()) == 20
        question = queries.question(db, asked.questions[1].id)
        assert question is not None
        for number, found in ((0, False), (AFTER[-1], True)):
            unit = unit_of_person(number)
            answer = own.answer_of(db, question.consultation, question, unit)
            assert (answer == option_ids(question, "Samedi")) is found


def test_on_the_same_machine_the_secret_is_still_there(town: Services, asked: Consultation) -> None:
    with town.database.reading() as db:
        secret = secrets.read(db, asked.id)
        path = secrets.path_of(db, asked.id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret == path.read_bytes()
    assert len(secret) == 32
    assert _vote(town.database, asked, 3, "Dimanche").changed
