"""Who makes printed codes, who cancels one, who may ask whether the code in hand is used."""

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation


def can_check_code(person: Person | None) -> bool:
    """Mediators and the coordinator, of a code that somebody holds before them; no landlord."""
    return person is not None and person.holds(Role.MEDIATOR, Role.COORDINATOR)


def can_cancel_codes(person: Person | None) -> bool:
    """The coordinator alone: it tells whether a letter has voted."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_make_letters(person: Person | None, consultation: Consultation) -> bool:
    """The coordinator, where codes vote, until the ballots are sealed."""
    return (
        can_cancel_codes(person)
        and consultation.electorate.by_code
        and consultation.cancelled_at is None
        and consultation.sealed_at is None
    )
