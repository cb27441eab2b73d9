"""The life of an idea, as a table that the city's staff could read."""

from datetime import timedelta
from enum import StrEnum

READ_WITHIN = timedelta(hours=72)
"""How long the council may take to read an idea (charter, rule 9)."""


class Status(StrEnum):
    """Where an idea is; whether it is public is `visibility`, apart."""

    RECEIVED = "received"
    PUBLISHED = "published"
    REFUSED = "refused"
    STUDIED = "studied"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can happen to an idea."""

    PUBLISH = "publish"
    REFUSE = "refuse"
    STUDY = "study"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (Status.RECEIVED, Action.PUBLISH): Status.PUBLISHED,
    (Status.RECEIVED, Action.REFUSE): Status.REFUSED,
    (Status.RECEIVED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.PUBLISHED, Action.STUDY): Status.STUDIED,
    (Status.PUBLISHED, Action.ANSWER): Status.ANSWERED,
    (Status.PUBLISHED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.STUDIED, Action.ANSWER): Status.ANSWERED,
    (Status.STUDIED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ANSWERED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.REFUSED, Action.WITHDRAW): Status.WITHDRAWN,
}
