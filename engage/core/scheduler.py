"""The clock process: APScheduler only says when to look; the database is the schedule."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apscheduler.schedulers.blocking import BlockingScheduler

from engage.core import ticks
from engage.core.db import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to look for every `seconds`; rerun-safe, so that two clocks do no harm."""

    name: str
    seconds: int
    run: Callable[[], object]


def run_once(database: Database, job: Job) -> bool:
    """Run one job; a fault is logged and the next run tries again. Returns whether it went well."""
    try:
        job.run()
    except Exception:
        log.exception("job %s failed", job.name)
        return False
    with database.transaction() as db:
        ticks.tick(db, job.name)
    return True


def scheduler(database: Database, jobs: Sequence[Job]) -> BlockingScheduler:
    """A clock over `jobs`, in memory only; `start()` blocks."""
    clockwork = BlockingScheduler(timezone="UTC")
    for job in jobs:
        clockwork.add_job(
            run_once,
            "interval",
            args=(database, job),
            seconds=job.seconds,
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return clockwork
