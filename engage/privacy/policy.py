"""Who may take their data, correct it, take it back, leave; pure."""

from datetime import datetime, timedelta

from engage.accounts.models import Person
from engage.accounts.policy import has_mandate_ahead

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


def may_be_merged(other: Person) -> bool:
    """Whether an account may be brought into another by who proved one of its addresses.

    Not one with a mandate that runs or begins later: a stolen mailbox would carry the mandate away
    from the second step that guards it. Its holder signs in there and brings the other one over.
    """
    return not has_mandate_ahead(other.mandates)
