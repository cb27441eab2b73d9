"""Who publishes a decision, adds to one, archives a concertation; who may follow its result."""

from datetime import datetime

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation, Purpose


def speaks_for(person: Person | None, consultation: Consultation) -> bool:
    """The coordinator, and the team of the organisation that owes the decision."""
    if person is None:
        return False
    theirs = consultation.organisation_id in person.organisation_ids
    return person.holds(Role.COORDINATOR) or (person.holds(Role.AGENT) and theirs)


def decides_somewhere(person: Person | None) -> bool:
    """Whether somebody may publish decisions, of their own organisation at least."""
    return person is not None and (
        person.holds(Role.COORDINATOR)
        or (person.holds(Role.AGENT) and bool(person.organisation_ids))
    )


def is_counted(consultation: Consultation) -> bool:
    """Whether its results are known to everybody."""
    return consultation.sealed_at is not None and consultation.cancelled_at is None


def can_decide(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Once, when the results are public: a decision follows the vote; a survey has none."""
    return (
        speaks_for(person, consultation)
        and is_counted(consultation)
        and consultation.closes_at <= now
        and consultation.decided_on is None
        and consultation.purpose is not Purpose.SURVEY
    )


def can_add_to_decision(person: Person | None, consultation: Consultation) -> bool:
    """What is published is never changed; everybody reads what is added."""
    return speaks_for(person, consultation) and consultation.decided_on is not None


def can_entrust(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """The coordinator says who owes the decision, as long as it is awaited."""
    return (
        person is not None
        and person.holds(Role.COORDINATOR)
        and consultation.purpose is not Purpose.SURVEY
        and not consultation.is_draft
        and consultation.announced_at <= now
        and consultation.cancelled_at is None
        and consultation.decided_on is None
    )


def archives(person: Person | None) -> bool:
    """The coordinator puts away."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_archive(person: Person | None, consultation: Consultation) -> bool:
    """The coordinator, after the decision: nothing is put away with an answer still owed.

    A survey has no decision, what was cancelled none to come.
    """
    return archives(person) and consultation.archived_at is None and is_settled(consultation)


def is_settled(consultation: Consultation) -> bool:
    """Whether nothing is awaited any more."""
    if consultation.is_draft:
        return False
    if consultation.cancelled_at is not None:
        return True
    if consultation.purpose is Purpose.SURVEY:
        return consultation.sealed_at is not None
    return consultation.decided_on is not None


def can_follow_result(person: Person | None, consultation: Consultation) -> bool:
    """Everybody with an account, from the announcement until nothing more is to come."""
    return person is not None and not consultation.is_draft and not is_settled(consultation)
