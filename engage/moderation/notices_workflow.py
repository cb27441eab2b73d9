"""The life of a reported text: readers say what is wrong, two members decide."""

from enum import StrEnum


class Status(StrEnum):
    """What became of the reports of one text."""

    OPEN = "open"
    KEPT = "kept"
    HIDDEN = "hidden"
    MASKED = "masked"
    GONE = "gone"


class Action(StrEnum):
    """What the council decides; a text that its author takes back ends it, too."""

    KEEP = "keep"
    HIDE = "hide"
    MASK = "mask"
    END = "end"


TRANSITIONS = {
    (Status.OPEN, Action.KEEP): Status.KEPT,
    (Status.OPEN, Action.HIDE): Status.HIDDEN,
    (Status.OPEN, Action.MASK): Status.MASKED,
    (Status.OPEN, Action.END): Status.GONE,
    (Status.HIDDEN, Action.KEEP): Status.KEPT,
}
"""A hidden text comes back after an appeal only."""
