"""Who has to prove more than an address, and who may do what with accounts; pure."""

from collections.abc import Iterable
from datetime import timedelta

from engage.accounts.models import (
    STAFF,
    ContactKind,
    ContactPoint,
    Mandate,
    Person,
    Proof,
    Role,
    SignIn,
)
from engage.core import clock

STAFF_STEP_LIFETIME = timedelta(days=30)
"""How long the second step of a member of staff holds on one device; then it is asked again."""


def needs_second_step(person: Person) -> bool:
    """Whoever has a mandate today: the council and all staff (product rule)."""
    return bool(person.mandates_of_today)


def needs_staff_step(person: Person) -> bool:
    """Whether the second step asked of `person` is that of staff, whatever else they are."""
    return any(Role(mandate.role) in STAFF for mandate in person.mandates_of_today)


def is_half_signed_in(sign_in: SignIn) -> bool:
    """Signed in as a resident, mandates not opened yet, or the step of staff is too old.

    A council's list opens no mandate of staff, even one that was given afterwards.
    """
    if not needs_second_step(sign_in.person):
        return False
    if sign_in.second_step_at is None:
        return True
    if not needs_staff_step(sign_in.person):
        return False
    too_old = sign_in.second_step_at <= clock.now() - STAFF_STEP_LIFETIME
    return too_old or sign_in.second_step_with == Proof.LIST


NUMBER_LIFETIME = timedelta(days=183)
"""Operators give numbers to others: one unseen for so long opens its old account no more alone."""


def is_long_unseen(point: ContactPoint) -> bool:
    """Whether `point` is a number that may belong to somebody else by now; e-mails are kept."""
    if point.kind != ContactKind.PHONE or point.verified_at is None:
        return False
    seen = point.seen_on or clock.local(point.verified_at).date()
    return clock.today() - seen >= NUMBER_LIFETIME


def can_change_ways_in(person: Person | None) -> bool:
    """Add and remove addresses: who has a mandate passes the second step first."""
    return person is not None and not person.half_signed_in


def can_invite(by: Person | None, person: Person) -> bool:
    """Coordinators and admins send (again) the link with which staff set up their way in.

    That link replaces all an account proves itself with: only admins send it to who gives roles.
    """
    if by is None or not may_be_invited(person):
        return False
    steers = any(Role(m.role) in (Role.COORDINATOR, Role.ADMIN) for m in person.mandates)
    return by.holds(Role.ADMIN) or (by.holds(Role.COORDINATOR) and not steers)


def may_be_invited(person: Person) -> bool:
    """Whether a mandate of staff runs or begins later: others need no password."""
    today = clock.today()
    return any(
        Role(mandate.role) in STAFF and (mandate.ends_on is None or today <= mandate.ends_on)
        for mandate in person.mandates
    )


def can_give_code_list(by: Person | None, person: Person) -> bool:
    """Mediators, coordinators and admins hand a member of the council the ten codes."""
    return (
        by is not None
        and by.holds(Role.MEDIATOR, Role.COORDINATOR, Role.ADMIN)
        and any(mandate.role == Role.COUNCIL for mandate in person.mandates_of_today)
    )


def can_secure(person: Person | None) -> bool:
    """Whoever passes a second step sees what they have for it."""
    return person is not None and bool(person.current_mandates)


def can_use_app(person: Person | None) -> bool:
    """Staff prove themselves with a password and an app, and have recovery codes."""
    return person is not None and person.holds(*STAFF)


def has_mandate_ahead(mandates: Iterable[Mandate]) -> bool:
    """Whether one of a person's mandates runs or begins later: its guards are asked first."""
    today = clock.today()
    return any(m.ends_on is None or m.ends_on >= today for m in mandates)
