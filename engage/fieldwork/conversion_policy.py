"""Who may ask for a report to become an idea; pure."""

from engage.accounts.models import Person, Role
from engage.incidents.models import Incident


def can_ask_author(person: Person | None, incident: Incident) -> bool:
    """The coordinator alone: the council never reads what was reported."""
    return person is not None and person.holds(Role.COORDINATOR)
