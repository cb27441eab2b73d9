"""Who may read the queue, and who may judge what."""

from collections.abc import Collection

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Conflict
from engage.core.policy import require
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import COUNCIL_READS, TRANSITIONS, Action, Status

OPEN = frozenset(status for status, _action in TRANSITIONS)

NOT_CHOSEN = frozenset({Action.WITHDRAW, Action.CORRECT, Action.ALERT, Action.STAND_IN})
"""What happens to an item without being a reader's decision on its words."""


def can_look(person: Person | None) -> bool:
    """The council reads the queue; the coordinator may look."""
    return person is not None and person.holds(Role.COUNCIL, Role.COORDINATOR)


def can_moderate(person: Person | None) -> bool:
    """Only the council decides."""
    return person is not None and person.holds(Role.COUNCIL)


def can_arbitrate(person: Person | None) -> bool:
    """The coordinator decides where two members disagree, and what left the volunteers' queue."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_translate(person: Person | None) -> bool:
    """Mediators help to read what is written in another language."""
    return person is not None and person.holds(Role.MEDIATOR)


def can_judge(person: Person | None, item: ModerationItem) -> bool:
    """Whose turn it is, on somebody else's text, who did not judge these words already.

    `item.decisions` must be loaded.
    """
    if person is None or item.author_id == person.id or has_judged(person, item):
        return False
    if item.status is Status.TO_COORDINATOR:
        return can_arbitrate(person)
    return can_moderate(person)


def has_judged(person: Person, item: ModerationItem) -> bool:
    """Whether somebody decided on these words already, or stepped back from the item for good."""
    return any(
        decision.moderator_id == person.id
        and (decision.action is Action.RECUSE or decision.revision_id == item.revision_id)
        for decision in item.decisions
    )


def can_recuse(person: Person | None, item: ModerationItem) -> bool:
    """A member whose turn it could be: knows the author, or the matter too well."""
    return can_judge(person, item) and is_free(item)


def can_choose(person: Person | None, item: ModerationItem, action: Action) -> bool:
    """Whether this decision is possible for this person on this item now."""
    return (
        can_judge(person, item)
        and action not in NOT_CHOSEN
        and is_free(item)
        and (item.status, action) in TRANSITIONS
    )


def can_confirm_refusal(person: Person | None, item: ModerationItem) -> bool:
    """A second member, when a first one proposed it."""
    return can_choose(person, item, Action.CONFIRM_REFUSAL)


def can_propose_refusal(person: Person | None, item: ModerationItem) -> bool:
    """The first who reads it."""
    return can_choose(person, item, Action.PROPOSE_REFUSAL)


def can_read_language(languages: Collection[str], item: ModerationItem) -> bool:
    """Whether somebody who reads these languages understands it, with a mediator's help or not."""
    return item.translated or item.language in languages


def require_turn(person: Person, item: ModerationItem) -> None:
    """Raise `Conflict` to a member who is only too late, `Denied` to whoever may never judge it."""
    barred = item.author_id == person.id or has_judged(person, item)
    if can_moderate(person) and not barred and not (is_free(item) and can_judge(person, item)):
        raise Conflict
    if is_free(item):
        require(can_judge, person, item)


def is_open(item: ModerationItem) -> bool:
    """Whether somebody has still to decide."""
    return item.status in OPEN


def is_free(item: ModerationItem) -> bool:
    """Whether a reader's decision is what it waits for: none is about to take effect."""
    readable = item.status in COUNCIL_READS or item.status is Status.TO_COORDINATOR
    return readable and item.settles_at is None


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
