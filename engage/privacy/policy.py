"""Who may take their data, correct it, take it back, leave; pure."""

from datetime import datetime, timedelta

from engage.accounts.models import Person

FRESH = timedelta(minutes=15)
"""How old a sign-in may be that deletes an account: older ones are proven again."""


def can_leave(person: Person) -> bool:
    """Everybody with an open account; who has a mandate passes the second step first.

    A stolen mailbox must not be enough to remove a member of the council.
    """
    return person.closed_at is None and not person.half_signed_in


def is_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether the person has just proven who they are."""
    return now - proved_at <= FRESH
