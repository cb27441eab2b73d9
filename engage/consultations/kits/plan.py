"""When each thing for a party is to be done: the template's list, and days counted from the party.

The list stands in `plan.json`; each party gets a copy of it that its organisers change.
"""

import json
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from engage.consultations.kits.models import NeedKind, PartyNeed, PartyTask
from engage.deadlines.workdays import next_working_day, previous_working_day

FILE = Path(__file__).with_suffix(".json")

CLEANING = "cleaning"
"""The task that ends with reports of what is left: see the page of the party."""

FARTHEST = 400
"""No task is so many days away from the party."""


class Counted(Protocol):
    """What is done so many days before or after the party."""

    @property
    def days(self) -> int: ...
    @property
    def working(self) -> bool: ...
    @property
    def fixed_on(self) -> date | None: ...


def day_of(task: Counted, party_day: date | None) -> date | None:
    """The day that is set by hand, else the one counted from the party; None without either."""
    if task.fixed_on is not None or party_day is None:
        return task.fixed_on
    return counted(party_day, task.days, working=task.working)


def counted(day: date, days: int, *, working: bool) -> date:
    """`days` calendar or working days after `day`, before it where negative; 0 is `day` itself."""
    if not working:
        return day + timedelta(days=days)
    step = next_working_day if days > 0 else previous_working_day
    for _one in range(abs(days)):
        day = step(day)
    return day


@lru_cache
def _template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def tasks(consultation_id: int) -> list[PartyTask]:
    """The whole list, of the template, for one party."""
    return [
        PartyTask(
            consultation_id=consultation_id,
            code=row["code"],
            title=row["title"],
            words=row["words"],
            days=row["days"],
            working=row.get("working", False),
        )
        for row in _template()["tasks"]
    ]


def needs(consultation_id: int) -> list[PartyNeed]:
    """Hands and things that most parties need."""
    return [
        PartyNeed(
            consultation_id=consultation_id,
            kind=NeedKind(row["kind"]),
            title=row["title"],
            starts=_hour(row.get("starts")),
            ends=_hour(row.get("ends")),
            wanted=row["wanted"],
        )
        for row in _template()["needs"]
    ]


def _hour(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
