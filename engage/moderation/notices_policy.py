"""Who may report a text, and when reports hide it before anybody decided; pure."""

from collections.abc import Iterable
from datetime import timedelta

from engage.accounts.models import Person
from engage.moderation.notices_models import Notice
from engage.moderation.notices_targets import Target

ENOUGH = 3
"""Reports of different people that put a text on top of the queue, or hide it meanwhile."""

SERIOUS = frozenset({"R01", "R02", "R03"})
"""Reasons for which a text may be hidden before a decision: somebody is shown, hurt or accused."""

KNOWN_FOR = timedelta(days=7)
"""Age of an account whose word may hide a text: nobody signs up three times to silence somebody."""


def can_report(person: Person | None, target: Target) -> bool:
    """Everybody, without account; one's own text is taken back instead."""
    return person is None or person.id != target.author_id


def voices(notices: Iterable[Notice]) -> int:
    """How many different people reported: by account, else by address; the others are one."""
    return len({(n.reporter_id, "" if n.reporter_id else n.email) for n in notices})


def weighs(notice: Notice) -> bool:
    """Whether this report counts for hiding: serious, by an account that is not of this week.

    `notice.reporter` and `notice.reason` must be loaded.
    """
    known = notice.reporter is not None and notice.reporter.closed_at is None
    return (
        known
        and notice.reporter is not None
        and notice.reporter.created_at <= notice.created_at - KNOWN_FOR
        and notice.reason.code in SERIOUS
    )


def may_hide(notices: Iterable[Notice], *, hidden_before: bool, kept_before: bool) -> bool:
    """Whether the text is hidden until two members decide.

    Once in its life, never after the council kept it, and never on the word of people whom the
    platform does not know: visitors, and accounts of this week.
    """
    if hidden_before or kept_before:
        return False
    return len({n.reporter_id for n in notices if weighs(n)}) >= ENOUGH
