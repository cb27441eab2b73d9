"""What time does to the agenda: the evening before a date, who asked is reminded."""

from datetime import timedelta

from sqlalchemy.orm import Session

from engage.agenda import messages, queries
from engage.agenda.policy import REMINDS_FROM, REMINDS_UNTIL
from engage.core import clock


def remind(db: Session) -> int:
    """Queue the reminders of tomorrow's dates between 17 and 19 h; how many. Rerun-safe."""
    here = clock.local(clock.now())
    if not REMINDS_FROM <= here.time() < REMINDS_UNTIL:
        return 0
    queued = 0
    for event in queries.of_day(db, here.date() + timedelta(days=1)):
        for person in queries.who_asked(db, event.id):
            queued += messages.reminder(db, event, person)
    return queued
