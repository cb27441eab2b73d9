"""When each level of reminder begins, per kind of deadline: one table that staff could read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engage.core import clock
from engage.deadlines.models import Deadline, DeadlineKind
from engage.deadlines.workdays import before_working_days, start_of_day
from engage.reminders.models import Level
from engage.reminders.owed import Owed


@dataclass(frozen=True)
class Rule:
    """`level` begins so many days before or after the awaited date.

    `working_days_before` counts working days back; `days` are calendar days, negative before.
    With neither, the level begins at the very moment that was awaited.
    """

    level: Level
    working_days_before: int = 0
    days: int = 0

    def begins(self, awaited_at: datetime) -> datetime:
        if self.working_days_before:
            return before_working_days(awaited_at, self.working_days_before)
        if self.days:
            return start_of_day(clock.local(awaited_at).date() + timedelta(days=self.days))
        return awaited_at


RULES: Mapping[DeadlineKind, Sequence[Rule]] = {
    DeadlineKind.ACKNOWLEDGE: (
        Rule(Level.BEFORE, working_days_before=3),
        Rule(Level.LATE),
    ),
    DeadlineKind.RESOLVE: (
        Rule(Level.BEFORE, working_days_before=3),
        Rule(Level.LATE),
    ),
    **dict.fromkeys(
        (
            DeadlineKind.PROPOSAL_ANSWER,
            DeadlineKind.PROPOSAL_DONE,
            DeadlineKind.CALL_ANSWER,
            DeadlineKind.CONSULTATION_DECISION,
        ),
        (
            Rule(Level.ANNOUNCE, days=-30),
            Rule(Level.BEFORE, days=-7),
            Rule(Level.LATE),
        ),
    ),
    DeadlineKind.PARTY_TASK: (
        Rule(Level.ANNOUNCE, days=-21),
        Rule(Level.BEFORE, days=-7),
        Rule(Level.LATE),
    ),
    DeadlineKind.ACTION_REPORT: (
        Rule(Level.ANNOUNCE, days=-30),
        Rule(Level.BEFORE, days=-7),
        Rule(Level.SOON, days=-3),
        Rule(Level.LATE, days=3),
    ),
}
"""Levels in the order of time."""

HORIZON = timedelta(days=45)
"""Nothing due later than this is worth a look; longer than the earliest announcement."""


def level_at(deadline: Deadline | Owed, moment: datetime) -> Level | None:
    """The loudest level that has begun, or None: too early to say anything.

    What is urgent is said as soon as it is owed.
    """
    for rule in reversed(RULES[DeadlineKind(deadline.kind)]):
        if rule.begins(deadline.awaited_at) <= moment:
            return rule.level
    return Level.BEFORE if deadline.urgent else None
