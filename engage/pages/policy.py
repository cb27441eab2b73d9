"""Who may set the rules of the town."""

from engage.accounts.admin_policy import STEERING
from engage.accounts.models import Person


def can_change_settings(person: Person | None) -> bool:
    """Coordinators and admins."""
    return person is not None and person.holds(*STEERING)
