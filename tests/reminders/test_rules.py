"""When each level begins."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.deadlines.models import Deadline, DeadlineKind
from engage.reminders import rules
from engage.reminders.models import Level

PARIS = ZoneInfo("Europe/Paris")
DUE = datetime(2026, 6, 30, 18, tzinfo=PARIS)


def level(kind: DeadlineKind, moment: datetime, **values: object) -> Level | None:
    return rules.level_at(Deadline(kind=kind.value, due_at=DUE, **values), moment)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2026, 5, 30, 23, 59, tzinfo=PARIS), None),
        (datetime(2026, 5, 31, 0, 0, tzinfo=PARIS), Level.ANNOUNCE),
        (datetime(2026, 6, 22, 12, 0, tzinfo=PARIS), Level.ANNOUNCE),
        (datetime(2026, 6, 23, 0, 0, tzinfo=PARIS), Level.BEFORE),
        (datetime(2026, 6, 27, 0, 0, tzinfo=PARIS), Level.SOON),
        (datetime(2026, 7, 2, 23, 59, tzinfo=PARIS), Level.SOON),
        (datetime(2026, 7, 3, 0, 0, tzinfo=PARIS), Level.LATE),
    ],
)
def test_an_action_report_is_announced_30_7_and_3_days_before_and_late_after_3(
    day: datetime, expected: Level | None
) -> None:
    assert level(DeadlineKind.ACTION_REPORT, day) is expected


@pytest.mark.parametrize("kind", [DeadlineKind.ACKNOWLEDGE, DeadlineKind.RESOLVE])
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 6, 24, 23, 59, tzinfo=PARIS), None),
        # Tuesday 30: Monday 29, Friday 26, Thursday 25 are the three working days before.
        (datetime(2026, 6, 25, 0, 0, tzinfo=PARIS), Level.BEFORE),
        (datetime(2026, 6, 30, 17, 59, tzinfo=PARIS), Level.BEFORE),
        (datetime(2026, 6, 30, 18, 0, tzinfo=PARIS), Level.LATE),
    ],
)
def test_a_report_is_said_three_working_days_before_and_when_it_is_late(
    kind: DeadlineKind, moment: datetime, expected: Level | None
) -> None:
    assert level(kind, moment) is expected


def test_what_is_urgent_is_said_at_once() -> None:
    long_before = DUE - timedelta(days=90)
    assert level(DeadlineKind.RESOLVE, long_before, urgent=True) is Level.BEFORE
    assert level(DeadlineKind.RESOLVE, DUE, urgent=True) is Level.LATE


def test_levels_count_from_the_promised_day() -> None:
    promised = DUE + timedelta(days=5)
    assert level(DeadlineKind.RESOLVE, promised, silenced_until=promised) is Level.LATE
    before = promised - timedelta(minutes=1)
    assert level(DeadlineKind.RESOLVE, before, silenced_until=promised) is Level.BEFORE


def test_every_kind_has_its_levels_in_the_order_of_time() -> None:
    for kind in DeadlineKind:
        begins = [rule.begins(DUE) for rule in rules.RULES[kind]]
        assert begins == sorted(begins)
        assert DUE - begins[0] < rules.HORIZON
