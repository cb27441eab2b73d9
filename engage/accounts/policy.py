"""Who has to prove more than an address, and who may do what with accounts; pure."""

from datetime import timedelta

from engage.accounts.models import STAFF, Person, Proof, Role, SignIn
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


def can_invite(by: Person | None, person: Person) -> bool:
    """Coordinators and admins send (again) the link with which staff set up their way in."""
    return by is not None and by.holds(Role.COORDINATOR, Role.ADMIN) and may_be_invited(person)


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
