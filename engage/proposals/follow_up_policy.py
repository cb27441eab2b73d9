"""Who decides what becomes of a public idea; pure."""

from engage.accounts.models import Person, Role
from engage.core.words import Visibility
from engage.proposals.models import Proposal

LEADING = (Role.COUNCIL, Role.COORDINATOR)


def leads(person: Person | None) -> bool:
    """Whether the person looks after ideas once they are public."""
    return person is not None and person.holds(*LEADING)


def can_study(person: Person | None, proposal: Proposal) -> bool:
    """The council and the coordinator take a public idea up."""
    return leads(person) and proposal.visibility is Visibility.PUBLIC


def can_entrust(person: Person | None, proposal: Proposal) -> bool:
    """The council and the coordinator send a public idea to a partner, with a date."""
    return leads(person) and proposal.visibility is Visibility.PUBLIC


def can_reply(person: Person | None, proposal: Proposal) -> bool:
    """The coordinator publishes who decided what and why."""
    is_coordinator = person is not None and person.holds(Role.COORDINATOR)
    return is_coordinator and proposal.visibility is Visibility.PUBLIC


def can_carry_out(person: Person | None, proposal: Proposal) -> bool:
    """The coordinator, and who acts for the organisation in charge, say how it goes."""
    return _carries_out(person, proposal) and proposal.visibility is Visibility.PUBLIC


def _carries_out(person: Person | None, proposal: Proposal) -> bool:
    if person is None:
        return False
    is_partner = proposal.partner_id is not None and proposal.partner_id in person.organisation_ids
    return person.holds(Role.COORDINATOR) or (person.holds(Role.AGENT) and is_partner)


def can_join(person: Person | None, proposal: Proposal) -> bool:
    """The council and the coordinator let an idea join the one that says the same.

    Before it is published too: moderation finds most of them.
    """
    is_known = proposal.visibility in (Visibility.PUBLIC, Visibility.PENDING)
    return leads(person) and is_known


def can_follow(person: Person | None, proposal: Proposal) -> bool:
    """Anybody whose account is open, about a public idea."""
    is_somebody = person is not None and person.closed_at is None
    return is_somebody and proposal.visibility is Visibility.PUBLIC


def can_convert(person: Person | None, proposal: Proposal) -> bool:
    """The council and the coordinator: an idea that is a problem to repair, read or not yet."""
    return can_join(person, proposal)


def can_put_to_vote(person: Person | None, proposal: Proposal) -> bool:
    """The council and the coordinator offer a public idea to a vote."""
    return leads(person) and proposal.visibility is Visibility.PUBLIC
