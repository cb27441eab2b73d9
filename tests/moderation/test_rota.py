"""When a member may be written to: hours, weekends, pauses, days on duty."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engage.accounts.models import Mandate
from engage.core import clock
from engage.moderation import rota
from engage.moderation.rota import Habits
from engage.moderation.rota_models import Rhythm

TUESDAY = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)
"""10 h in Paris."""


def paris(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=clock.zone()).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (paris(2, 8, 59), False),
        (paris(2, 9), True),
        (paris(2, 19, 59), True),
        (paris(2, 20), False),
        (paris(6, 12), False),  # Saturday
        (paris(7, 12), False),
        (paris(8, 9), True),
    ],
)
def test_who_chose_nothing_hears_on_weekdays_from_9_to_20_h(moment: datetime, may: bool) -> None:
    assert rota.USUAL.may_hear(moment) is may


def test_the_next_hour_is_in_the_morning_and_after_the_weekend() -> None:
    assert rota.USUAL.next_hour(TUESDAY) == TUESDAY
    assert rota.USUAL.next_hour(paris(2, 21, 40)) == paris(3, 9)
    assert rota.USUAL.next_hour(paris(5, 20, 5)) == paris(8, 9)


def test_the_night_when_the_clocks_change_moves_no_hour_of_the_town() -> None:
    assert Habits(weekends=True).next_hour(paris(28, 21, month=3)) == paris(29, 9, month=3)
    assert Habits(weekends=True).next_hour(paris(24, 21, month=10)) == paris(25, 9, month=10)


def test_weekends_and_other_hours_are_a_choice() -> None:
    late = Habits(quiet_from=1, quiet_until=17, weekends=True)
    assert late.may_hear(paris(6, 23))
    assert late.may_hear(paris(7, 0, 30))
    assert not late.may_hear(paris(7, 1))
    assert Habits(quiet_from=9, quiet_until=9).may_hear(paris(2, 3))


def test_a_pause_ends_on_the_day_that_was_said() -> None:
    away = Habits(paused_until=date(2026, 6, 10))
    assert not away.may_hear(paris(9, 12))
    assert away.next_hour(TUESDAY) == paris(10, 9)
    assert Habits(paused_until=date(2027, 1, 1)).next_hour(TUESDAY) is None


def test_messages_come_on_days_on_duty_alone() -> None:
    thursdays = Habits(duty=frozenset({3}))
    assert not thursdays.may_hear(TUESDAY)
    assert thursdays.next_hour(TUESDAY) == paris(4, 9)
    assert Habits(duty=frozenset()).next_hour(TUESDAY) is None


def test_a_row_says_what_was_chosen() -> None:
    row = Rhythm(
        quiet_from=22,
        quiet_until=7,
        weekends=True,
        duty_days=rota.duty_bits({0, 6}),
        paused_until=None,
    )
    assert rota.habits_of(row) == Habits(22, 7, True, frozenset({0, 6}))
    assert rota.habits_of(None) is rota.USUAL
    assert rota.duty_bits(range(7)) == rota.EVERY_DAY


def council(starts: date = date(2026, 1, 1), ends: date | None = None) -> Mandate:
    return Mandate(role="council", starts_on=starts, ends_on=ends)


@pytest.mark.parametrize(
    ("habits", "mandate", "can"),
    [
        (rota.USUAL, council(), True),
        (Habits(duty=frozenset()), council(), True),  # may still open the queue
        (Habits(paused_until=date(2026, 6, 4)), council(), True),
        (Habits(paused_until=date(2026, 6, 5)), council(), False),
        (rota.USUAL, council(ends=date(2026, 6, 1)), False),
        (rota.USUAL, council(starts=date(2026, 6, 4)), True),
        (rota.USUAL, council(starts=date(2026, 6, 5)), False),
        (Habits(paused_until=date(2026, 6, 4)), council(ends=date(2026, 6, 3)), False),
    ],
)
def test_pauses_and_mandates_say_who_can_read_within_two_days(
    habits: Habits, mandate: Mandate, can: bool
) -> None:
    assert rota.acts_within(habits, [mandate], TUESDAY) is can
    assert rota.acts_within(habits, [mandate], TUESDAY, timedelta(days=60)) or not can
