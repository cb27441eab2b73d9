"""Working days on the real calendar, and what holds for every calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core import clock
from engage.deadlines import workdays

PARIS = ZoneInfo("Europe/Paris")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
COUNTS = st.integers(0, 60)


def paris(*when: int) -> datetime:
    return datetime(*when, tzinfo=PARIS)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # Friday evening, one minute before the end: Monday is the first day.
        (paris(2026, 6, 5, 17, 59), 1, paris(2026, 6, 8, 18)),
        # 8 May 2026 is a Friday, Ascension the Thursday after.
        (paris(2026, 5, 7, 9), 1, paris(2026, 5, 11, 18)),
        (paris(2026, 5, 7, 9), 4, paris(2026, 5, 15, 18)),
        (paris(2026, 5, 13, 23, 59), 1, paris(2026, 5, 15, 18)),
        # Whit Monday and 14 July.
        (paris(2026, 5, 22, 12), 1, paris(2026, 5, 26, 18)),
        (paris(2026, 7, 13, 12), 1, paris(2026, 7, 15, 18)),
        # Reported on a Sunday or on a holiday: the next working day counts as the first.
        (paris(2026, 6, 7, 3), 1, paris(2026, 6, 8, 18)),
        (paris(2026, 7, 14, 10), 1, paris(2026, 7, 15, 18)),
        # Over the end of the year: Christmas on a Friday, New Year's Day on a Friday.
        (paris(2026, 12, 24, 10), 5, paris(2027, 1, 4, 18)),
        # 18:00 is 18:00 on the clocks before and after both changes.
        (paris(2026, 3, 27, 10), 1, paris(2026, 3, 30, 18)),
        (paris(2026, 10, 23, 10), 1, paris(2026, 10, 26, 18)),
        # Just after midnight in Paris it is still the day before in UTC.
        (paris(2026, 6, 9, 0, 30), 1, paris(2026, 6, 10, 18)),
    ],
)
def test_delays_in_working_days_end_where_the_calendar_says(
    start: datetime, days: int, end: datetime
) -> None:
    assert workdays.after_working_days(start, days) == end


def test_hours_are_clock_hours_in_the_night_the_clocks_change() -> None:
    spring, autumn = paris(2026, 3, 28, 22), paris(2026, 10, 24, 22)
    assert clock.local(workdays.after_hours(spring.astimezone(UTC), 12)).hour == 11
    assert clock.local(workdays.after_hours(autumn.astimezone(UTC), 12)).hour == 9


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (paris(2026, 6, 5, 7, 59, 59), False),
        (paris(2026, 6, 5, 8), True),
        (paris(2026, 6, 5, 17, 59, 59), True),
        (paris(2026, 6, 5, 18), False),
        (paris(2026, 6, 6, 10), False),
        (paris(2026, 5, 14, 10), False),
        (paris(2026, 7, 14, 10), False),
        (paris(2026, 3, 30, 8), True),
        (paris(2026, 10, 26, 7, 59), False),
    ],
)
def test_office_hours_are_8_to_18_on_working_days(moment: datetime, open_: bool) -> None:
    assert workdays.is_office_hour(moment.astimezone(UTC)) is open_


@pytest.mark.parametrize("year", range(2020, 2041))
def test_public_holidays_are_those_of_an_independent_calendar(year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(366) if (first + timedelta(n)).year == year]
    off = {day for day in days if day.weekday() < 5 and not workdays.is_working_day(day)}
    known = holidays.country_holidays("FR", years=year)
    assert off == {day for day in known if day.weekday() < 5}


def test_a_year_has_eleven_public_holidays() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    weekdays = [day for day in days if day.weekday() < 5]
    # Two of the eleven fall on a Saturday or Sunday in 2026 (15 August, 1 November).
    assert len(weekdays) - sum(map(workdays.is_working_day, days)) == 9


@given(MOMENTS, COUNTS)
def test_a_delay_ends_at_18_h_on_a_working_day(start: datetime, days: int) -> None:
    end = clock.local(workdays.after_working_days(start, days + 1))
    assert end.time() == time(18)
    assert workdays.is_working_day(end.date())


@given(MOMENTS, COUNTS)
def test_one_more_day_is_one_more_working_day(start: datetime, days: int) -> None:
    end = clock.local(workdays.after_working_days(start, days)).date()
    later = clock.local(workdays.after_working_days(start, days + 1)).date()
    assert later == workdays.next_working_day(end)


@given(MOMENTS, COUNTS, COUNTS)
def test_delays_add_up(start: datetime, first: int, second: int) -> None:
    at_once = workdays.after_working_days(start, first + second)
    assert workdays.after_working_days(workdays.after_working_days(start, first), second) == at_once


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), COUNTS)
def test_who_starts_later_never_ends_earlier(start: datetime, wait: timedelta, days: int) -> None:
    sooner = workdays.after_working_days(start, days)
    assert workdays.after_working_days(start + wait, days) >= sooner


@given(MOMENTS, COUNTS)
def test_counting_back_undoes_counting_on(start: datetime, days: int) -> None:
    monday = workdays.after_working_days(start, 1)
    back = workdays.before_working_days(workdays.after_working_days(monday, days), days)
    assert clock.local(back).date() == clock.local(monday).date()
    assert clock.local(back).time() == time(0)


@given(MOMENTS)
def test_the_days_before_and_after_are_neighbours(start: datetime) -> None:
    day = start.date()
    following = workdays.next_working_day(day)
    assert workdays.previous_working_day(following) <= day < following
    assert workdays.is_working_day(workdays.previous_working_day(day))
