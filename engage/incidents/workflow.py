"""The life of a reported problem, as a table that the city's staff could read."""

from enum import StrEnum


class Status(StrEnum):
    """Where a report is."""

    TO_QUALIFY = "to_qualify"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    OUT_OF_AREA = "out_of_area"
    REDIRECTED = "redirected"
    NO_ACTION = "no_action"


class Action(StrEnum):
    """What can happen to a report."""

    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    SCHEDULE = "schedule"
    START = "start"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"
    MARK_DUPLICATE = "mark_duplicate"
    MARK_OUT_OF_AREA = "mark_out_of_area"
    REDIRECT = "redirect"
    DECLINE = "decline"
    SEND_BACK = "send_back"
    THANK = "thank"


OPEN = (
    Status.TO_QUALIFY,
    Status.ASSIGNED,
    Status.ACKNOWLEDGED,
    Status.SCHEDULED,
    Status.IN_PROGRESS,
    Status.REOPENED,
)
"""Somebody still has to do something."""

IN_HAND = (
    Status.ASSIGNED,
    Status.ACKNOWLEDGED,
    Status.SCHEDULED,
    Status.IN_PROGRESS,
    Status.REOPENED,
)
"""An organisation has it."""

ENDED = (
    Status.CONFIRMED,
    Status.CLOSED,
    Status.DUPLICATE,
    Status.OUT_OF_AREA,
    Status.REDIRECTED,
    Status.NO_ACTION,
)

FINISHED = (Status.CONFIRMED, Status.CLOSED)
"""Repaired, and nobody said no."""

TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.TO_QUALIFY, Action.ASSIGN): Status.ASSIGNED,
    (Status.TO_QUALIFY, Action.THANK): Status.CLOSED,
    **{(status, Action.ASSIGN): Status.ASSIGNED for status in IN_HAND},
    (Status.ASSIGNED, Action.ACKNOWLEDGE): Status.ACKNOWLEDGED,
    (Status.REOPENED, Action.ACKNOWLEDGE): Status.ACKNOWLEDGED,
    **{(status, Action.SCHEDULE): Status.SCHEDULED for status in IN_HAND},
    **{
        (status, Action.START): Status.IN_PROGRESS
        for status in IN_HAND
        if status is not Status.IN_PROGRESS
    },
    **{(status, Action.RESOLVE): Status.RESOLVED for status in IN_HAND},
    (Status.RESOLVED, Action.CONFIRM): Status.CONFIRMED,
    (Status.RESOLVED, Action.REOPEN): Status.REOPENED,
    (Status.RESOLVED, Action.CLOSE): Status.CLOSED,
    **{(status, Action.SEND_BACK): Status.TO_QUALIFY for status in IN_HAND},
    **{(status, Action.MARK_DUPLICATE): Status.DUPLICATE for status in OPEN},
    **{(status, Action.MARK_OUT_OF_AREA): Status.OUT_OF_AREA for status in OPEN},
    **{(status, Action.REDIRECT): Status.REDIRECTED for status in OPEN},
    **{(status, Action.DECLINE): Status.NO_ACTION for status in OPEN},
}
