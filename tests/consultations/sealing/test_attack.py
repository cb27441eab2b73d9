"""Somebody who holds everything that is left after sealing looks for who answered what."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engage import schema
from engage.consultations.commands import cast_ballot, cast_waiting
from engage.consultations.models import Consultation, Question, unit_of_person
from engage.consultations.sealing import jobs, secrets
from engage.consultations.standing import DECLARING
from engage.core.db import Database
from engage.core.services import Services
from engage.ops import backup
from tests.conftest import Moment
from tests.consultations.factories import make_consultation

VOTERS = 60


class Held:
    """What the attacker wrote down while the vote was open: keys, receipts, who answered what."""

    def __init__(self, made: Consultation) -> None:
        self.made = made
        self.keys: list[str] = []
        self.order: dict[int, list[list[int]]] = {q.id: [] for q in made.questions}


@pytest.fixture
def held(town: Services, moment: Moment, caplog: pytest.LogCaptureFixture) -> Held:
    """Sixty people vote one after the other, some change their mind; then it is sealed."""
    caplog.set_level(logging.DEBUG)
    with town.database.transaction() as db:
        known = Held(make_consultation(db))
    for number in range(VOTERS):
        _vote(town.database, known, number)
    with town.database.reading() as db:
        secret = secrets.read(db, known.made.id)
        assert secret
        for question in known.made.questions:
            for number in range(VOTERS):
                unit = unit_of_person(number)
                known.keys.append(secrets.ballot_key(secret, question.id, unit))
        known.keys.append(secret.hex())
    moment.move_to(known.made.closes_at + jobs.AFTER)
    assert jobs.run(town.database) == 1
    return known


def _vote(database: Database, known: Held, number: int) -> None:
    answers = {q.id: [_choice(q, number)] for q in known.made.questions}
    unit, standing = unit_of_person(number), lambda _: DECLARING
    cast_waiting(database, known.made, unit=unit, answers=answers, standing=standing)
    for question in known.made.questions:
        known.order[question.id].append(answers[question.id])
        if number % 7 == 0:
            with database.transaction() as db:
                cast_ballot(db, question, unit=unit, choices=answers[question.id])


def _choice(question: Question, number: int) -> int:
    """Without any pattern that the order of keys could have by itself."""
    return question.options[(number * number // 3) % len(question.options)].id


def _rows(database: Database, sql: str) -> list[Any]:
    with database.reading() as db:
        return list(db.execute(text(sql)).all())


def _everything(town: Services, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte that the town kept: database files and log, secrets, rows, a backup."""
    file = folder / "after.backup"
    backup.write(town, file)
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    with town.database.reading() as db:
        for table in schema.metadata.sorted_tables:
            rows = [list(map(str, row)) for row in db.execute(table.select())]
            yield table.name, json.dumps(rows).encode()


def test_no_key_and_no_secret_is_left_in_any_byte(
    town: Services, held: Held, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On PostgreSQL its own log of writes is a limit that is named: it is not ours to cut."""
    places = [*_everything(town, tmp_path), ("logs", caplog.text.encode())]
    places += [(name, content) for name, content in _files_of_postgres(town.database)]
    for name, content in places:
        found = [key for key in held.keys if key.encode() in content]
        assert not found, name
        assert bytes.fromhex(held.keys[-1]) not in content, name
    assert not list((town.config.secrets / "votes").iterdir())


def _files_of_postgres(database: Database) -> Iterator[tuple[str, bytes]]:
    """The heaps and indexes as they lie on the disk now."""
    if database.is_sqlite:
        return
    asked = (
        "SELECT c.relname, pg_relation_filepath(c.oid) FROM pg_class c"
        " WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_filepath(c.oid) IS NOT NULL"
        " AND (c.relname LIKE '%ballots%' OR c.relname LIKE '%roll_entries%'"
        " OR c.relname LIKE '%sealed%')"
    )
    (folder,) = _rows(database, "SHOW data_directory")[0]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        link.execute(text("CHECKPOINT"))
    for name, path in _rows(database, asked):
        yield name, (Path(folder) / path).read_bytes()


def test_the_answers_are_all_there_and_in_no_order_of_before(town: Services, held: Held) -> None:
    for question_id, order in held.order.items():
        place = "" if town.database.is_sqlite else "ctid, xmin::text, cmin::text,"
        sql = f"SELECT {place} question_id, answers, key FROM sealed_ballots"  # noqa: S608
        found = _rows(town.database, sql + (" ORDER BY ctid" if place else ""))
        rows = [row for row in found if row.question_id == question_id]
        answers = [r.answers if place else json.loads(r.answers) for r in rows]
        assert Counter(map(str, answers)) == Counter(map(str, order))
        assert answers != order
        assert [row.key for row in rows] == sorted(row.key for row in rows)
        if place:
            assert len({row.xmin for row in rows}) == 1


def test_the_roll_tells_neither_order_nor_transaction(town: Services, held: Held) -> None:
    if town.database.is_sqlite:
        rowid = _rows(town.database, "SELECT sql FROM sqlite_master WHERE name = 'roll_entries'")
        assert "WITHOUT ROWID" in rowid[0][0]
        return
    rows = _rows(
        town.database,
        "SELECT ctid, xmin::text, cmin::text, question_id, unit FROM roll_entries ORDER BY ctid",
    )
    assert len({(row.xmin, row.cmin) for row in rows}) == 1
    assert [(r.question_id, r.unit) for r in rows] == sorted((r.question_id, r.unit) for r in rows)
    dead = "SELECT count(*) FROM pg_class WHERE relname = 'ballots' AND relpages > 0"
    assert _rows(town.database, dead)[0][0] == 0


def test_receipts_and_keys_can_not_be_made_again(town: Services, held: Held) -> None:
    """Keys are drawn, receipts were made with what is destroyed: no row says both."""
    with town.database.reading() as db:
        assert secrets.read(db, held.made.id) is None
    keys = {row[0] for row in _rows(town.database, "SELECT key FROM sealed_ballots")}
    assert len(keys) == 2 * VOTERS
    assert not keys & set(held.keys)
    columns = {t.name: set(t.c.keys()) for t in schema.metadata.sorted_tables}
    assert columns["sealed_ballots"] == {"question_id", "key", "answers"}
    assert columns["sealed_receipts"] == {"question_id", "receipt"}


def test_the_journal_and_the_messages_name_no_voter(town: Services, held: Held) -> None:
    journal = _rows(town.database, "SELECT action, actor_id, details FROM audit_entries")
    mine = [row for row in journal if row.action.startswith("consultation.")]
    assert [(row.action, row.actor_id) for row in mine] == [("consultation.seal", None)]
    assert _rows(town.database, "SELECT count(*) FROM outbox_messages")[0][0] == 0
