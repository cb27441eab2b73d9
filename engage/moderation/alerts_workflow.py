"""The life of an alert: somebody is in danger, or a member is threatened."""

from enum import StrEnum


class Kind(StrEnum):
    """What a member says."""

    DANGER = "danger"
    THREAT = "threat"


class Status(StrEnum):
    """Where an alert is; what is not closed is on top of the coordinator's page."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Action(StrEnum):
    """What the coordinator or a deputy does."""

    TAKE = "take"
    CLOSE = "close"


TRANSITIONS = {
    (Status.OPEN, Action.TAKE): Status.TAKEN,
    (Status.TAKEN, Action.TAKE): Status.TAKEN,
    (Status.TAKEN, Action.CLOSE): Status.CLOSED,
}
"""Taking again is taking over: the first one may be ill, the danger does not wait."""
