"""When a member of the council may be written to, and who can read in the next two days; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engage.accounts.models import Mandate
from engage.core import clock
from engage.moderation.rota_models import Rhythm

WEEK = range(7)
EVERY_DAY = 0b1111111
SATURDAY = 5
SOON = timedelta(hours=48)
"""Within this time two members must be able to act, else the coordinator is the second reader."""

LOOK_AHEAD = 21
"""Days in which the next hour is looked for: a longer pause has none."""


@dataclass(frozen=True)
class Habits:
    """When somebody wishes to hear of the queue.

    Quiet from the hour `quiet_from` (0–23) to the hour `quiet_until`, over midnight when the first
    is the later one, never when they are the same; `duty` are weekdays, 0 is Monday; the day
    `paused_until` is the first one after the pause.
    """

    quiet_from: int = 20
    quiet_until: int = 9
    weekends: bool = False
    duty: frozenset[int] = frozenset(WEEK)
    paused_until: date | None = None

    def is_paused(self, day: date) -> bool:
        """Whether the person reads nothing on that day."""
        return self.paused_until is not None and day < self.paused_until

    def is_on_duty(self, day: date) -> bool:
        """Whether that weekday is one of theirs and no pause runs."""
        return day.weekday() in self.duty and not self.is_paused(day)

    def is_quiet(self, hour: int) -> bool:
        """Whether no message comes at that hour of the day."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def may_hear(self, moment: datetime) -> bool:
        """Whether a message may come at that moment."""
        here = clock.local(moment)
        weekend = here.weekday() >= SATURDAY
        return (
            self.is_on_duty(here.date())
            and (self.weekends or not weekend)
            and not self.is_quiet(here.hour)
        )

    def next_hour(self, moment: datetime) -> datetime | None:
        """The first moment from `moment` on at which a message may come; None in a long pause.

        Looked for hour by hour on the town's clocks: the night when they change is no exception.
        """
        if self.may_hear(moment):
            return moment
        hour = moment.replace(minute=0, second=0, microsecond=0)
        for _step in range(24 * LOOK_AHEAD):
            hour += timedelta(hours=1)
            if self.may_hear(hour):
                return hour
        return None


USUAL = Habits()
"""Those of who chose nothing: no messages from 20 to 9 h, none on weekends."""


def habits_of(rhythm: Rhythm | None) -> Habits:
    """What a row says, as something that can be asked."""
    if rhythm is None:
        return USUAL
    return Habits(
        quiet_from=rhythm.quiet_from,
        quiet_until=rhythm.quiet_until,
        weekends=rhythm.weekends,
        duty=frozenset(day for day in WEEK if rhythm.duty_days >> day & 1),
        paused_until=rhythm.paused_until,
    )


def duty_bits(days: Collection[int]) -> int:
    """Weekdays (0 is Monday) as they are kept."""
    return sum(1 << day for day in WEEK if day in days)


def acts_within(
    habits: Habits, mandates: Collection[Mandate], moment: datetime, span: timedelta = SOON
) -> bool:
    """Whether a mandate of the council runs and no pause does, on a day that begins before then."""
    first, last = clock.local(moment).date(), clock.local(moment + span).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return any(
        not habits.is_paused(day) and any(mandate.is_current(day) for mandate in mandates)
        for day in days
    )
