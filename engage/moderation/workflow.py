"""The way of an item through the council's queue: one reads, a refusal needs a second member."""

from enum import StrEnum


class Status(StrEnum):
    """Where an item is."""

    WAITING = "waiting"
    SECOND_LOOK = "second_look"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What members do, and what an author does: take the words back."""

    PUBLISH = "publish"
    PROPOSE_REFUSAL = "propose_refusal"
    CONFIRM_REFUSAL = "confirm_refusal"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (Status.WAITING, Action.PUBLISH): Status.PUBLISHED,
    (Status.WAITING, Action.PROPOSE_REFUSAL): Status.SECOND_LOOK,
    (Status.SECOND_LOOK, Action.CONFIRM_REFUSAL): Status.REFUSED,
    (Status.SECOND_LOOK, Action.PUBLISH): Status.PUBLISHED,
    (Status.WAITING, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SECOND_LOOK, Action.WITHDRAW): Status.WITHDRAWN,
}
