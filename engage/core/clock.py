"""What time it is: one place, so that tests and `engage remind --now` can choose the moment."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_chosen: ContextVar[datetime | None] = ContextVar("engage_chosen_moment", default=None)
_zone: ContextVar[ZoneInfo | None] = ContextVar("engage_zone", default=None)
_PARIS = ZoneInfo("Europe/Paris")

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts what has no date after everything that has one."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _chosen.get() or datetime.now(UTC)


def zone() -> ZoneInfo:
    """The town's time zone (Europe/Paris unless `ENGAGE_TIMEZONE` says otherwise)."""
    return _zone.get() or _PARIS


def use_zone(name: str) -> None:
    """Set the town's time zone for what runs in this context."""
    _zone.set(ZoneInfo(name))


def local(moment: datetime) -> datetime:
    """The same moment on the town's clocks."""
    return moment.astimezone(zone())


def today() -> date:
    """The town's date."""
    return local(now()).date()


def months_ago(count: int) -> datetime:
    """The same day and time `count` months ago on the town's clocks, a shorter month's last day."""
    here = local(now())
    years, month = divmod(here.year * 12 + here.month - 1 - count, 12)
    day = min(here.day, monthrange(years, month + 1)[1])
    return here.replace(year=years, month=month + 1, day=day).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `now()` answer `moment` (aware) inside the block."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _chosen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _chosen.reset(token)
