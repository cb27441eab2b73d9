"""Who may give roles, find one person, read the journal; pure."""

from engage.accounts.models import Mandate, Person, Role
from engage.core import clock

STEERING = frozenset({Role.ADMIN, Role.COORDINATOR})
"""Roles that give roles: one person at least keeps one of them."""

GIVEN_BY = {
    Role.COUNCIL: STEERING,
    Role.AGENT: STEERING,
    Role.MEDIATOR: STEERING,
    Role.COORDINATOR: frozenset({Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}
"""Role → who may give and end it, in the order of the page."""


def can_administer(person: Person | None) -> bool:
    """Coordinators and admins see who holds which mandate."""
    return person is not None and person.holds(*STEERING)


def can_give_mandate(by: Person | None, role: Role) -> bool:
    """Coordinators give the council, agents and mediators; admins give every role."""
    return by is not None and by.holds(*GIVEN_BY.get(role, frozenset()))


def can_end_mandate(by: Person | None, mandate: Mandate) -> bool:
    """Who may give it ends it, their own included, as long as it runs or is to come."""
    over = mandate.ends_on is not None and mandate.ends_on < clock.today()
    return not over and can_give_mandate(by, Role(mandate.role))


def can_prolong_mandate(by: Person | None, mandate: Mandate) -> bool:
    """Who may end it, except their own: nobody keeps themselves in place."""
    return by is not None and can_end_mandate(by, mandate) and mandate.person_id != by.id


def can_find_person(by: Person | None) -> bool:
    """Coordinators and admins look one person up by an address or card they were told."""
    return by is not None and by.holds(*STEERING)


def can_reveal_contact(by: Person | None) -> bool:
    """The same see how to reach that person, give a reason and leave a trace."""
    return can_find_person(by)


def can_read_journal(person: Person | None) -> bool:
    """Admins alone read who did what."""
    return person is not None and person.holds(Role.ADMIN)
