"""Who may vote, and when; from when results may be seen (by nobody before the closing)."""

from datetime import datetime

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation, Electorate
from engage.consultations.sheets import Listed
from engage.consultations.standing import DECLARING, Standing, lacks

UNIT_PREFIX = {mode: "code:" if mode.by_code else "person:" for mode in Electorate}
"""What the units of each electorate begin with; two kinds are never mixed in one concertation."""


def can_see(consultation: Consultation, now: datetime) -> bool:
    """Everybody, from its announcement on; a draft only those who make it, on their own pages."""
    return not consultation.is_draft and consultation.announced_at <= now


def can_vote(
    consultation: Consultation, unit: str, now: datetime, standing: Standing = DECLARING
) -> bool:
    """A unit of this concertation's electorate, while it is open; people with their standing."""
    return (
        consultation.is_open(now)
        and unit.startswith(UNIT_PREFIX[consultation.electorate])
        and not lacks(consultation, standing)
    )


def can_see_results(consultation: Consultation | Listed) -> bool:
    """Everybody once the ballots are sealed; before it nobody, whatever the role."""
    return consultation.sealed_at is not None and consultation.cancelled_at is None


def seals(person: Person | None) -> bool:
    """The coordinator alone."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_seal(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """The coordinator, once the vote is over; the clock does it where no paper is waited for."""
    return (
        seals(person)
        and consultation.is_over(now)
        and consultation.sealed_at is None
        and not consultation.is_draft
    )


def can_announce(person: Person | None) -> bool:
    """The coordinator and the council ask the residents."""
    return person is not None and person.holds(Role.COORDINATOR, Role.COUNCIL)
