"""How fast ballots are cast, durably, beside a bare insert of two rows in the same run."""

import secrets
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import func, select

from engage.consultations import queries
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Ballot, RollEntry, unit_of_person
from engage.core import migrate
from engage.core.db import Database, _configure_sqlite
from tests.consultations.factories import make_consultation, make_question

WRITERS = 8
BALLOTS = 200
"""By each writer in one round."""
ROUNDS = 5
BAR = 0.6


def measure() -> dict[str, Any]:
    """Ballots a second through the command and bare, their ratio, and what was lost or refused."""
    with tempfile.TemporaryDirectory() as folder:
        database, bare = _town(f"{folder}/engage.db"), _town(f"{folder}/bare.db")
        question_id, choices = _ask(database)
        _ask(bare)
        ours, theirs = [], []
        for turn in range(ROUNDS):
            theirs.append(_rate(lambda w, t=turn: _write_bare(bare, question_id, w, t)))
            ours.append(_rate(lambda w, t=turn: _vote(database, question_id, choices, w, t)))
        lost = ROUNDS * WRITERS * BALLOTS - _counted(database)
        database.close()
        bare.close()
    return {
        "ballots_per_second": round(median(ours)),
        "bare_per_second": round(median(theirs)),
        "ratio": round(median(a / b for a, b in zip(ours, theirs, strict=True)), 2),
        "bar": BAR,
        "lost": lost,
    }


def _town(path: str) -> Database:
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    return database


def _ask(database: Database) -> tuple[int, list[int]]:
    labels = ("Halls", "Vélos", "Entrées", "Bancs", "Allées", "Tri")
    with database.transaction() as db:
        asked = make_consultation(db, make_question(*labels, most=3))
        return asked.questions[0].id, [o.id for o in asked.questions[0].options[:3]]


def _vote(database: Database, question_id: int, choices: list[int], writer: int, turn: int) -> None:
    """One writer; a refused ballot raises and ends the measure."""
    first = ((turn * WRITERS) + writer) * BALLOTS
    with database.reading() as db:
        question = queries.question(db, question_id)
    assert question is not None
    for number in range(first, first + BALLOTS):
        with database.transaction() as db:
            cast_ballot(db, question, unit=unit_of_person(number), choices=choices)


def _write_bare(database: Database, question_id: int, writer: int, turn: int) -> None:
    """The same two rows into the same tables, by the driver alone on a connection kept open."""
    link = sqlite.connect(database.url.database, isolation_level=None)
    _configure_sqlite(link, None)
    first = ((turn * WRITERS) + writer) * BALLOTS
    for number in range(first, first + BALLOTS):
        link.execute("BEGIN IMMEDIATE")
        link.execute(
            "INSERT INTO roll_entries (question_id, unit, consultation_id, channel)"
            " VALUES (?, ?, 1, 'web')",
            (question_id, unit_of_person(number)),
        )
        link.execute(
            "INSERT INTO ballots (key, question_id, answers) VALUES (?, ?, '[1, 2, 3]')",
            (secrets.token_hex(16), question_id),
        )
        link.execute("COMMIT")
    link.close()


def _rate(write: Callable[[int], None]) -> float:
    """What all writers together finish in a second."""
    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(write, writer) for writer in range(WRITERS)]:
            done.result()
    return WRITERS * BALLOTS / (time.perf_counter() - started)


def _counted(database: Database) -> int:
    with database.reading() as db:
        ballots = db.scalar(select(func.count()).select_from(Ballot)) or 0
        entries = db.scalar(select(func.count()).select_from(RollEntry)) or 0
    return min(ballots, entries)
