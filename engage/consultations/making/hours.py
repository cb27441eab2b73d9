"""A day and an hour as they are typed, and the moment they mean on the town's clocks."""

from datetime import UTC, date, datetime, time

from engage.core import clock
from engage.core.errors import InvalidInput


def moment_of(day: date, hour: time, field: str) -> datetime:
    """That hour of that day, aware; raises `InvalidInput` on `field` for the hour that is skipped.

    In the night that summer time begins an hour is missing. In the night that it ends one comes
    twice: the first one is meant, when a vote opens or closes earlier rather than later.
    """
    meant = datetime.combine(day, hour, clock.zone())
    there = clock.local(meant.astimezone(UTC))
    if there.replace(tzinfo=None) != meant.replace(tzinfo=None):
        raise InvalidInput(
            field, "Cette heure n’existe pas ce jour-là\xa0: on passe à l’heure d’été."
        )
    return meant.astimezone(UTC)
