"""Who answers an urgent report at this hour: an on-call phone, an open office, or nobody yet."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from engage.core import clock
from engage.deadlines.workdays import DAY_STARTS, is_office_hour, is_working_day, next_working_day
from engage.territory.models import Organisation


@dataclass(frozen=True)
class Duty:
    """What a person reads before an urgent report: `read_from` is None while the office is open."""

    organisation: Organisation | None
    phone: str
    read_from: datetime | None


def now_for(organisation: Organisation | None) -> Duty:
    """Who answers now when `organisation` (None: not known yet) gets the report."""
    moment = clock.now()
    return Duty(
        organisation=organisation,
        phone=organisation.on_call_phone if organisation else "",
        read_from=None if is_office_hour(moment) else next_opening(moment),
    )


def next_opening(moment: datetime) -> datetime:
    """The next 8:00 of a working day on the town's clocks."""
    there = clock.local(moment)
    day = there.date()
    if not is_working_day(day) or there.time() >= time(DAY_STARTS.hour):
        day = next_working_day(day)
    return datetime.combine(day, DAY_STARTS, clock.zone()).astimezone(UTC)
