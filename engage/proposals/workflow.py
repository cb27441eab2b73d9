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
    IN_PROGRESS = "in_progress"
    DONE = "done"
    MERGED = "merged"
    CONVERTED = "converted"
    WITHDRAWN = "withdrawn"


OVER = frozenset({Status.MERGED, Status.CONVERTED, Status.WITHDRAWN})
"""Nothing that is still read about such an idea can become public."""


class Action(StrEnum):
    """What can happen to an idea."""

    PUBLISH = "publish"
    REFUSE = "refuse"
    STUDY = "study"
    ENTRUST = "entrust"
    ANSWER = "answer"
    START = "start"
    FINISH = "finish"
    MERGE = "merge"
    CONVERT = "convert"
    RESTORE = "restore"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (Status.RECEIVED, Action.PUBLISH): Status.PUBLISHED,
    (Status.RECEIVED, Action.REFUSE): Status.REFUSED,
    (Status.RECEIVED, Action.MERGE): Status.MERGED,
    (Status.RECEIVED, Action.CONVERT): Status.CONVERTED,
    (Status.RECEIVED, Action.WITHDRAW): Status.WITHDRAWN,
    # After an appeal.
    (Status.REFUSED, Action.PUBLISH): Status.PUBLISHED,
    (Status.REFUSED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.PUBLISHED, Action.STUDY): Status.STUDIED,
    (Status.PUBLISHED, Action.ENTRUST): Status.STUDIED,
    (Status.PUBLISHED, Action.ANSWER): Status.ANSWERED,
    (Status.PUBLISHED, Action.MERGE): Status.MERGED,
    (Status.PUBLISHED, Action.CONVERT): Status.CONVERTED,
    (Status.PUBLISHED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.STUDIED, Action.ENTRUST): Status.STUDIED,
    (Status.STUDIED, Action.ANSWER): Status.ANSWERED,
    (Status.STUDIED, Action.MERGE): Status.MERGED,
    (Status.STUDIED, Action.CONVERT): Status.CONVERTED,
    (Status.STUDIED, Action.WITHDRAW): Status.WITHDRAWN,
    # "Not now" can be answered again, and a promise that falls through is said.
    (Status.ANSWERED, Action.ANSWER): Status.ANSWERED,
    (Status.ANSWERED, Action.ENTRUST): Status.ANSWERED,
    (Status.ANSWERED, Action.START): Status.IN_PROGRESS,
    (Status.ANSWERED, Action.MERGE): Status.MERGED,
    (Status.ANSWERED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.IN_PROGRESS, Action.ANSWER): Status.ANSWERED,
    (Status.IN_PROGRESS, Action.ENTRUST): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Action.FINISH): Status.DONE,
    (Status.IN_PROGRESS, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.DONE, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.MERGED, Action.WITHDRAW): Status.WITHDRAWN,
    # It was an idea all the same.
    (Status.CONVERTED, Action.RESTORE): Status.PUBLISHED,
    (Status.CONVERTED, Action.WITHDRAW): Status.WITHDRAWN,
}
