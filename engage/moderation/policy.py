"""Who may read the queue, and who may judge what."""

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import TRANSITIONS, Action, Status

OPEN = frozenset(status for status, _action in TRANSITIONS)


def can_look(person: Person | None) -> bool:
    """The council reads the queue; the coordinator may look."""
    return person is not None and person.holds(Role.COUNCIL, Role.COORDINATOR)


def can_moderate(person: Person | None) -> bool:
    """Only the council decides."""
    return person is not None and person.holds(Role.COUNCIL)


def can_judge(person: Person | None, item: ModerationItem) -> bool:
    """A member of the council, on somebody else's text, who did not judge it already.

    `item.decisions` must be loaded.
    """
    return (
        person is not None
        and can_moderate(person)
        and item.author_id != person.id
        and all(decision.moderator_id != person.id for decision in item.decisions)
    )


def can_confirm_refusal(person: Person | None, item: ModerationItem) -> bool:
    """A second member, when a first one proposed it."""
    return can_judge(person, item) and item.status is Status.SECOND_LOOK


def can_propose_refusal(person: Person | None, item: ModerationItem) -> bool:
    """The first who reads it."""
    return can_judge(person, item) and (item.status, Action.PROPOSE_REFUSAL) in TRANSITIONS


def is_open(item: ModerationItem) -> bool:
    """Whether somebody has still to decide."""
    return item.status in OPEN


def is_held_by(item: ModerationItem, person: Person | None) -> bool:
    """Whether this person took it last: nobody else took it since, even after ten minutes."""
    return person is not None and item.taken_by_id == person.id


def is_held_by_another(item: ModerationItem, person: Person | None) -> bool:
    """Whether another member is reading it now."""
    return (
        item.taken_by_id is not None
        and not is_held_by(item, person)
        and item.taken_until is not None
        and item.taken_until > clock.now()
    )
