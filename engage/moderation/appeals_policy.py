"""Who may ask for a new reading, until when, and who may judge it; pure."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_workflow import Status
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status as ItemStatus

MONTHS = 2
"""How long an author may ask (domaine.md, paragraph 5.3: our choice; DSA, article 20, asks six of
big platforms)."""

ANSWERED_WITHIN = timedelta(days=15)
"""How long the answer may take, told to the author."""

LATE_SHARE = timedelta(days=5)
"""So long before the end the coordinator may judge, too: nobody waits past the day told."""


def last_day(decided_at: datetime) -> date:
    """The last day on which the author may ask: two months later, a shorter month's last day."""
    day = clock.local(decided_at).date()
    years, month = divmod(day.month - 1 + MONTHS, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_appealable(item: ModerationItem) -> bool:
    """Whether it was refused or hidden, and the two months are not over."""
    return (
        item.status in (ItemStatus.REFUSED, ItemStatus.REDIRECTED)
        and item.decided_at is not None
        and clock.today() <= last_day(item.decided_at)
    )


def can_appeal(person: Person | None, item: ModerationItem) -> bool:
    """The author of what was refused or hidden, for two months."""
    return person is not None and item.author_id == person.id and is_appealable(item)


def can_read_appeals(person: Person | None) -> bool:
    """The council and the coordinator."""
    return person is not None and person.holds(Role.COUNCIL, Role.COORDINATOR)


def was_involved(person: Person, item: ModerationItem) -> bool:
    """Whether the person wrote it, decided on it or stepped back from it.

    `item.decisions` must be loaded.
    """
    return item.author_id == person.id or any(
        decision.moderator_id == person.id for decision in item.decisions
    )


def can_judge_appeal(
    person: Person | None, appeal: Appeal, item: ModerationItem, nobody_else: bool
) -> bool:
    """A member who was not in the first decision; the coordinator where there is none, or late."""
    if person is None or appeal.status is not Status.OPEN or was_involved(person, item):
        return False
    if person.holds(Role.COUNCIL):
        return True
    late = clock.now() >= appeal.due_at - LATE_SHARE
    return person.holds(Role.COORDINATOR) and (nobody_else or late)
