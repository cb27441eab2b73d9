"""Who hands ballots out, who counts them, who closes the count."""

from datetime import datetime

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation


def can_hand_out(person: Person | None) -> bool:
    """Mediators and the coordinator, at the stand: they mark a right as used on paper."""
    return person is not None and person.holds(Role.MEDIATOR, Role.COORDINATOR)


def can_read_ballots(person: Person | None) -> bool:
    """Those, and the council: they enter what is on the sheets."""
    return person is not None and person.holds(Role.MEDIATOR, Role.COORDINATOR, Role.COUNCIL)


def can_run_count(person: Person | None) -> bool:
    """The coordinator has ballots printed and says how many the urn held."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_open_urn(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """The same, once nobody can vote any more and before the ballots are sealed."""
    return can_run_count(person) and is_counting(consultation, now)


def is_counting(consultation: Consultation, now: datetime) -> bool:
    """Between the closing and the sealing of a vote that takes paper: what is read before would
    tell how it stands."""
    return (
        consultation.takes_paper
        and consultation.is_over(now)
        and consultation.sealed_at is None
        and consultation.cancelled_at is None
    )
