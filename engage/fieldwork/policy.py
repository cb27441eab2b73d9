"""Who may enter for others; pure."""

from engage.accounts.models import Person, Role


def can_capture(person: Person | None) -> bool:
    """Mediators and the coordinator: enter for others, hand out tickets and cards, answer."""
    return person is not None and person.holds(Role.MEDIATOR, Role.COORDINATOR)
