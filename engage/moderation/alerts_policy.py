"""Who may call for help, and who answers."""

from engage.accounts.models import Person, Role


def can_alert(person: Person | None) -> bool:
    """Whoever reads the queue: the council, the coordinator, a mediator who translates."""
    return person is not None and person.holds(Role.COUNCIL, Role.COORDINATOR, Role.MEDIATOR)


def can_answer_alerts(person: Person | None) -> bool:
    """The coordinator and a deputy: whoever holds the coordinator's mandate today."""
    return person is not None and person.holds(Role.COORDINATOR)
