"""The clock looks at once, then again; a job that fails does not stop the others."""

import threading
import time

from engage.core import clock, scheduler, ticks
from engage.core.scheduler import Job
from engage.core.services import Services


def test_a_job_that_ended_well_ticks(town: Services) -> None:
    assert scheduler.run_once(town.database, Job("sweep", 5, lambda: None))
    with town.database.reading() as db:
        assert ticks.last(db, "sweep") == clock.now()


def test_a_job_that_fails_does_not_tick(town: Services) -> None:
    def fail() -> None:
        raise OSError("no network")

    assert not scheduler.run_once(town.database, Job("sweep", 5, fail))
    with town.database.reading() as db:
        assert ticks.last(db, "sweep") is None


def test_each_job_runs_at_once_and_in_the_zone_of_the_town(town: Services) -> None:
    zones: list[str] = []
    done = threading.Event()

    def note() -> None:
        zones.append(clock.zone().key)
        done.set()

    clockwork = scheduler.scheduler(
        town.database, [Job("note", 3600, note)], zone="America/Cayenne"
    )
    clockwork.start()
    assert done.wait(5)
    clockwork.shutdown()
    assert zones == ["America/Cayenne"]
    assert clock.zone().key == "Europe/Paris"


def test_a_job_does_not_run_beside_itself(town: Services) -> None:
    running: list[int] = []
    most: list[int] = []

    def slow() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.3)
        running.pop()

    clockwork = scheduler.scheduler(town.database, [Job("slow", 1, slow)], zone="Europe/Paris")
    clockwork.start()
    time.sleep(1.8)
    clockwork.shutdown()
    assert set(most) == {1}
    assert len(most) >= 2


def test_a_clock_of_tests_looks_more_often(town: Services) -> None:
    runs: list[int] = []
    job = Job("note", 10, lambda: runs.append(1))
    clockwork = scheduler.scheduler(town.database, [job], zone="Europe/Paris", pace=0.02)
    clockwork.start()
    time.sleep(1)
    clockwork.shutdown()
    assert len(runs) >= 2
