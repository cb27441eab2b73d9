"""Attempts are counted in the database, before the answer is known."""

from datetime import timedelta

import pytest

from engage.core import throttle
from engage.core.db import Database
from engage.core.errors import TooMany
from tests.conftest import Moment
from tests.parallel import in_parallel

MINUTE = timedelta(minutes=1)


def test_past_the_limit_it_says_how_long_to_wait(database: Database, moment: Moment) -> None:
    for _ in range(3):
        throttle.hit(database, "x", limit=3, window=MINUTE)
    moment.forward(seconds=20)
    with pytest.raises(TooMany) as refusal:
        throttle.hit(database, "x", limit=3, window=MINUTE)
    assert refusal.value.retry_after == 40


def test_a_new_window_starts_from_nothing(database: Database, moment: Moment) -> None:
    for _ in range(3):
        throttle.hit(database, "x", limit=3, window=MINUTE)
    moment.forward(minutes=1)
    throttle.hit(database, "x", limit=3, window=MINUTE)


def test_buckets_do_not_share(database: Database) -> None:
    throttle.hit(database, "x", limit=1, window=MINUTE)
    throttle.hit(database, "y", limit=1, window=MINUTE)


def test_twenty_at_once_are_all_counted(database: Database) -> None:
    def attempt(_: int) -> bool:
        try:
            throttle.hit(database, "x", limit=5, window=MINUTE)
        except TooMany:
            return False
        return True

    assert sum(in_parallel(attempt, range(20))) == 5


def test_what_one_process_counts_begins_anew_after_an_hour(moment: Moment) -> None:
    pace = throttle.Pace()
    for _ in range(2):
        pace.hit("x", limit=2)
    pace.hit("y", limit=1)
    moment.forward(minutes=59)
    with pytest.raises(TooMany) as refusal:
        pace.hit("x", limit=2)
    assert refusal.value.retry_after == 60
    moment.forward(minutes=1)
    pace.hit("x", limit=2)
