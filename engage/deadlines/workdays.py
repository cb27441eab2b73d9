"""Working-day arithmetic: Monday to Friday, not a French public holiday, on the town's clocks."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from dateutil.easter import easter

from engage.core import clock

END_OF_DAY = time(18)
DAY_STARTS, DAY_ENDS = time(8), time(18)

FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension Day, Whit Monday, in days after Easter (Code du travail, L. 3133-1)."""


@lru_cache
def _holidays(year: int) -> frozenset[date]:
    fixed = (date(year, month, day) for month, day in FIXED_HOLIDAYS)
    moving = (easter(year) + timedelta(days=days) for days in AFTER_EASTER)
    return frozenset((*fixed, *moving))


def is_working_day(day: date) -> bool:
    """Monday to Friday and not one of the 11 French public holidays."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def previous_working_day(day: date) -> date:
    """The last working day before `day`."""
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def after_working_days(start: datetime, days: int) -> datetime:
    """18:00 of the `days`-th working day; counting starts the working day after `start`."""
    day = clock.local(start).date()
    for _ in range(days):
        day = next_working_day(day)
    return end_of_day(day)


def before_working_days(due: datetime, days: int) -> datetime:
    """The morning, at 0:00, of the `days`-th working day before the day of `due`."""
    return start_of_day(_back(clock.local(due).date(), days))


@lru_cache
def _back(day: date, days: int) -> date:
    for _ in range(days):
        day = previous_working_day(day)
    return day


def start_of_day(day: date) -> datetime:
    """0:00 of `day` on the town's clocks."""
    return datetime.combine(day, time(), clock.zone()).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """18:00 of `day` on the town's clocks, when a working day ends."""
    return datetime.combine(day, END_OF_DAY, clock.zone()).astimezone(UTC)


def after_hours(start: datetime, hours: int) -> datetime:
    """Clock hours: nights and holidays count."""
    return start + timedelta(hours=hours)


def is_office_hour(moment: datetime) -> bool:
    """Whether reminders may leave: a working day between 8 and 18 h."""
    there = clock.local(moment)
    return is_working_day(there.date()) and DAY_STARTS <= there.time() < DAY_ENDS


def next_office_hour(moment: datetime) -> datetime:
    """`moment` itself in office hours, else the next 8:00 of a working day."""
    if is_office_hour(moment):
        return moment
    there = clock.local(moment)
    day = there.date()
    if not is_working_day(day) or there.time() >= DAY_STARTS:
        day = next_working_day(day)
    return datetime.combine(day, DAY_STARTS, clock.zone()).astimezone(UTC)
