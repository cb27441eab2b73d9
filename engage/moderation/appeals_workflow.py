"""The life of an appeal: somebody who did not decide reads again."""

from enum import StrEnum


class Status(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """Who judges confirms the first decision or publishes; the author may take the text back."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (Status.OPEN, Action.UPHOLD): Status.UPHELD,
    (Status.OPEN, Action.OVERTURN): Status.OVERTURNED,
    (Status.OPEN, Action.WITHDRAW): Status.WITHDRAWN,
}
