"""Fills a scratch database with a load to measure: many rows that look like years of a real town.

The rows keep what the commands keep: a status has its audit trail, a vote its entry in the roll.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from engage import schema
from engage.consultations.sealing import jobs as sealing_jobs
from engage.core import clock
from engage.core.db import Database
from engage.ops import searched, seedreports, seedrows, seedvotes
from engage.ops.numbering import continue_numbering
from engage.ops.seedrows import Made
from engage.proposals import supporters

BATCH = 10_000
SPAN = timedelta(days=3 * 365)

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Load:
    """How many of each to add."""

    proposals: int = 0
    endorsements: int = 0
    incidents: int = 0
    ballots: int = 0

    @property
    def total(self) -> int:
        return self.proposals + self.endorsements + self.incidents + self.ballots

    @property
    def people(self) -> int:
        """Enough for every ballot to a question to be somebody else's."""
        contributors = max(self.proposals, self.incidents) // 5
        return max(200, contributors, min(self.ballots, seedvotes.VOTERS))


def seed(database: Database, load: Load, progress: Progress = lambda _: None) -> None:
    """Add the load; the same numbers make the same rows, but for random keys and the day."""
    chance = random.Random(2030)  # noqa: S311 - words and days of invented things
    end = clock.now()
    with database.reading() as db:
        town = seedrows.look_around(db, chance, start=end - SPAN, end=end)
    steps: tuple[tuple[str, Iterator[Made]], ...] = (
        ("people", seedrows.people(town, load.people)),
        ("proposals", seedrows.ideas(town, load.proposals)),
        ("endorsements", seedrows.endorsements(town, load.endorsements)),
        ("incidents", seedreports.reports(town, load.incidents)),
        ("ballots", seedvotes.votes(town, load.ballots)),
    )
    for counted, rows in steps:
        for written in _write(database, rows, counted):
            progress(written if counted != "people" else 0)
    with database.transaction() as db:
        continue_numbering(db.connection(), schema.metadata.sorted_tables)
    sealing_jobs.run(database)
    with database.transaction() as db:
        supporters.recount_all(db)
    searched.mend(database)


def _write(database: Database, rows: Iterator[Made], counted: str) -> Iterator[int]:
    """Insert in large batches, a transaction each; yields how many rows of `counted` were in it."""
    tables = schema.metadata.sorted_tables  # in the order in which they refer to each other
    while batch := list(islice(rows, BATCH)):
        by_table: dict[str, list[dict[str, Any]]] = {}
        for made in batch:
            by_table.setdefault(made.model.__tablename__, []).append(made.values)
        with database.transaction() as db:
            for table in tables:
                if table.name in by_table:
                    db.connection().execute(table.insert(), by_table[table.name])
        yield len(by_table.get(counted, ()))
