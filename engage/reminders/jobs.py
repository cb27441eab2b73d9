"""What time triggers: look for what is due to be said and queue it; rerun-safe."""

import logging

from sqlalchemy.exc import IntegrityError

from engage.core import clock
from engage.core.db import Database
from engage.reminders import commands, queries

log = logging.getLogger(__name__)


def queue_digests(database: Database) -> int:
    """Make the digests that should leave now, each in a transaction of its own.

    Returns how many. Killed half-way, the next run makes the others; of two clocks at once the
    unique constraints let one through.
    """
    with database.reading() as db:
        planned = queries.plan(db, clock.now())
    made = 0
    for one in planned:
        try:
            with database.transaction() as db:
                commands.make_digest(db, one)
        except IntegrityError:
            log.info("another clock told organisation %s already", one.organisation.id)
        else:
            made += 1
    return made
