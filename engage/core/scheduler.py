"""The clock process: APScheduler only says when to look; the database is the schedule."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from engage.core import clock, ticks
from engage.core.db import Database

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)

FIRST_RUN = timedelta(seconds=0.2)


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
        with database.transaction() as db:
            ticks.tick(db, job.name)
    except Exception:
        log.exception("job %s failed", job.name)
        return False
    return True


def scheduler(
    database: Database, jobs: Sequence[Job], *, zone: str, pace: float = 1
) -> "BackgroundScheduler":
    """A clock over `jobs`, in memory only; each looks at once, then every `seconds` times `pace`.

    Tests of the whole program use a smaller one: nobody in them waits for a letter.
    """
    from apscheduler.schedulers.background import BackgroundScheduler

    def run(job: Job) -> None:
        clock.use_zone(zone)  # a thread of the pool starts without context
        run_once(database, job)

    clockwork = BackgroundScheduler(timezone="UTC", daemon=True)
    for job in jobs:
        clockwork.add_job(
            run,
            "interval",
            args=(job,),
            seconds=job.seconds * pace,
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC) + FIRST_RUN,
        )
    return clockwork
