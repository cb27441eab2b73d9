"""What time does to reports: repaired and nobody answered for 15 days, closed."""

from datetime import timedelta

from sqlalchemy.orm import Session

from engage.core import clock
from engage.incidents import commands, queries

SILENCE = timedelta(days=15)


def close_unanswered(db: Session) -> int:
    """Close what was repaired 15 days ago and got no answer; returns how many. Rerun-safe."""
    found = queries.unanswered(db, before=clock.now() - SILENCE)
    for incident in found:
        commands.close(db, incident)
    return len(found)
