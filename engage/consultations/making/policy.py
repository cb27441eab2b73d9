"""Who makes concertations, and until when what is asked may still change."""

from collections.abc import Callable
from datetime import datetime, timedelta

from engage.accounts.models import Person
from engage.consultations.models import Consultation
from engage.consultations.policy import can_announce
from engage.core import clock
from engage.core.errors import Conflict
from engage.core.policy import require

SETTLED = timedelta(hours=1)
"""How long before a vote opens what is asked stands: pages keep it for a minute."""


def can_make(person: Person | None) -> bool:
    """The coordinator and the council make drafts, each other's too; both may announce them."""
    return can_announce(person)


def can_change(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Those, until an hour before the opening; a draft always."""
    return can_make(person) and is_changeable(consultation, now)


def is_changeable(consultation: Consultation, now: datetime) -> bool:
    """Whether what is asked may still change: once people vote they must all be asked the same."""
    if consultation.cancelled_at is not None:
        return False
    return consultation.is_draft or consultation.opens_at > now + SETTLED


def can_announce_draft(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Those who make drafts: the council asks the residents as the coordinator does."""
    return can_announce(person) and consultation.is_draft


def can_rehearse(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Those, before the vote opens: then nobody mistakes a rehearsal for the vote."""
    is_before = consultation.is_draft or consultation.opens_at > now
    return can_make(person) and is_before and consultation.cancelled_at is None


def can_extend(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Those, from the announcement until the closing."""
    runs = not consultation.is_draft and consultation.cancelled_at is None
    return can_make(person) and runs and now < consultation.closes_at


def can_cancel(person: Person | None, consultation: Consultation, now: datetime) -> bool:
    """Those, from the announcement until the ballots are sealed: results are never taken back."""
    stands = not consultation.is_draft and consultation.cancelled_at is None
    return can_make(person) and stands and consultation.sealed_at is None


def require_stage(
    rule: Callable[[Person | None, Consultation, datetime], bool],
    person: Person,
    consultation: Consultation,
) -> None:
    """Raise `Denied` for who makes none, `Conflict` where it is too late (or too early)."""
    require(can_make, person)
    if not rule(person, consultation, clock.now()):
        raise Conflict("Ce n’est plus possible pour cette concertation. Relisez sa page.")
