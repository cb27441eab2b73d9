"""The way of an item through the council's queue: one reads, a refusal needs a second member."""

from enum import StrEnum


class Status(StrEnum):
    """Where an item is."""

    WAITING = "waiting"
    SECOND_LOOK = "second_look"
    CORRECTION = "correction"
    TO_COORDINATOR = "to_coordinator"
    PUBLISHED = "published"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What members do, and what authors do: correct the words, take them back.

    `RECUSE` moves nothing: it keeps an item from a member who knows too much of it. `STAND_IN`: too
    few members can read it in time, the coordinator does.
    """

    PUBLISH = "publish"
    PUBLISH_MASKED = "publish_masked"
    ASK_CORRECTION = "ask_correction"
    CORRECT = "correct"
    MERGE = "merge"
    REDIRECT = "redirect"
    PROPOSE_REFUSAL = "propose_refusal"
    CONFIRM_REFUSAL = "confirm_refusal"
    DISAGREE = "disagree"
    REFUSE = "refuse"
    RECUSE = "recuse"
    ALERT = "alert"
    STAND_IN = "stand_in"
    RETURN = "return"
    WITHDRAW = "withdraw"


COUNCIL_READS = frozenset({Status.WAITING, Status.SECOND_LOOK})
"""What stands in the volunteers' queue; the rest is with the author, the coordinator, or done."""

_ONE_MEMBER = {
    Action.PUBLISH: Status.PUBLISHED,
    Action.PUBLISH_MASKED: Status.PUBLISHED,
    Action.ASK_CORRECTION: Status.CORRECTION,
    Action.MERGE: Status.MERGED,
    Action.REDIRECT: Status.REDIRECTED,
}
"""What one reader decides alone: all but a refusal."""

TRANSITIONS = {
    **{(Status.WAITING, action): status for action, status in _ONE_MEMBER.items()},
    (Status.WAITING, Action.PROPOSE_REFUSAL): Status.SECOND_LOOK,
    (Status.WAITING, Action.ALERT): Status.TO_COORDINATOR,
    (Status.WAITING, Action.STAND_IN): Status.TO_COORDINATOR,
    (Status.WAITING, Action.WITHDRAW): Status.WITHDRAWN,
    **{(Status.SECOND_LOOK, action): status for action, status in _ONE_MEMBER.items()},
    (Status.SECOND_LOOK, Action.CONFIRM_REFUSAL): Status.REFUSED,
    (Status.SECOND_LOOK, Action.DISAGREE): Status.TO_COORDINATOR,
    (Status.SECOND_LOOK, Action.ALERT): Status.TO_COORDINATOR,
    (Status.SECOND_LOOK, Action.STAND_IN): Status.TO_COORDINATOR,
    (Status.SECOND_LOOK, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.CORRECTION, Action.CORRECT): Status.WAITING,
    # Nobody asked: the author sent better words while the first ones were waiting.
    (Status.WAITING, Action.CORRECT): Status.WAITING,
    (Status.SECOND_LOOK, Action.CORRECT): Status.WAITING,
    (Status.CORRECTION, Action.WITHDRAW): Status.WITHDRAWN,
    **{(Status.TO_COORDINATOR, action): status for action, status in _ONE_MEMBER.items()},
    (Status.TO_COORDINATOR, Action.REFUSE): Status.REFUSED,
    (Status.TO_COORDINATOR, Action.RETURN): Status.WAITING,
    (Status.TO_COORDINATOR, Action.WITHDRAW): Status.WITHDRAWN,
}
