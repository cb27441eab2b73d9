"""Who prepares a party or accompanies works, who helps, who answers; pure."""

from datetime import date

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation, Purpose


def can_organise(person: Person | None) -> bool:
    """The coordinator and the council: they see the names of who helps."""
    return person is not None and person.holds(Role.COORDINATOR, Role.COUNCIL)


def can_help(
    person: Person | None, consultation: Consultation, day: date | None, today: date
) -> bool:
    """Anybody with an account, until the day of the party (`day`, None while it is open)."""
    return person is not None and person.closed_at is None and takes_help(consultation, day, today)


def takes_help(consultation: Consultation, day: date | None, today: date) -> bool:
    """Whether hands and things can still be promised."""
    stands = consultation.cancelled_at is None and not consultation.is_draft
    return stands and (day is None or today <= day)


def can_accompany(person: Person | None) -> bool:
    """The coordinator names meetings and writes down what was said."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_answer_worries(person: Person | None, consultation: Consultation) -> bool:
    """The coordinator, and agents of the organisation that owes the decision (the landlord).

    A draft is none of theirs yet: those who make concertations alone see it.
    """
    if person is None:
        return False
    owner = consultation.organisation_id
    theirs = owner in person.organisation_ids and not consultation.is_draft
    return person.holds(Role.COORDINATOR) or (theirs and person.holds(Role.AGENT))


def takes_worries(consultation: Consultation) -> bool:
    """Whether residents may still write: works stay open to questions until the archive."""
    stands = consultation.cancelled_at is None and consultation.archived_at is None
    return stands and not consultation.is_draft and consultation.purpose is Purpose.REHABILITATION
