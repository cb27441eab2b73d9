"""Who keeps the agenda, and what of a date may still change."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from engage.accounts.models import Person, Role
from engage.agenda.models import Event
from engage.core import clock
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require

REMINDS_FROM, REMINDS_UNTIL = time(17), time(19)
"""On the town's clocks, the day before: after work, before supper."""


def can_keep_agenda(person: Person | None) -> bool:
    """Mediators, the council and the coordinator, all dates alike: the journal says who did."""
    return person is not None and person.holds(Role.MEDIATOR, Role.COUNCIL, Role.COORDINATOR)


def can_change_event(person: Person | None, event: Event, now: datetime) -> bool:
    """Who keeps the agenda, until it is over or cancelled."""
    stands = event.cancelled_at is None and now < event.ends_at
    return stands and can_keep_agenda(person)


def takes_reminders(event: Event, now: datetime) -> bool:
    """Until the messages of the day before have left."""
    return event.cancelled_at is None and now < reminds_until(event)


def reminds_until(event: Event) -> datetime:
    """When the last reminder of the day before leaves."""
    day = clock.local(event.starts_at).date() - timedelta(days=1)
    return datetime.combine(day, REMINDS_UNTIL, clock.zone())


def can_be_reminded(person: Person | None, event: Event, now: datetime) -> bool:
    """Anybody whose account is open, as long as it takes reminders."""
    return person is not None and person.closed_at is None and takes_reminders(event, now)


def require_standing(
    rule: Callable[[Person | None, Event, datetime], bool], person: Person, event: Event
) -> None:
    """Raise `Denied` for who does not keep the agenda, `Conflict` where it is too late."""
    require(can_keep_agenda, person)
    if not rule(person, event, clock.now()):
        raise Conflict(_("Cette date est passée ou annulée. Elle ne change plus."))
