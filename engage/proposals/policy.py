"""Who may do what with ideas, and when."""

from engage.accounts.models import Person, Role
from engage.core.words import Visibility
from engage.proposals.models import Proposal
from engage.proposals.workflow import TRANSITIONS, Action, Status

OPEN_TO_SUPPORT = frozenset({Status.PUBLISHED, Status.STUDIED, Status.ANSWERED})


def is_author(person: Person | None, proposal: Proposal) -> bool:
    """Whether the idea is this person's own."""
    return person is not None and proposal.author_id == person.id


def can_submit(person: Person | None) -> bool:
    """Anybody whose account is open."""
    return person is not None and person.closed_at is None


def can_see(person: Person | None, proposal: Proposal) -> bool:
    """Everybody what is public; the author also what waits or was refused."""
    return proposal.visibility is Visibility.PUBLIC or is_author(person, proposal)


def can_change_action(person: Person | None, proposal: Proposal) -> bool:
    """The author, until the idea was read."""
    return is_author(person, proposal) and proposal.status is Status.RECEIVED


def can_rewrite(person: Person | None, proposal: Proposal) -> bool:
    """The author of a refused idea may take its words into a new one."""
    return is_author(person, proposal) and proposal.status is Status.REFUSED


def can_withdraw(person: Person | None, proposal: Proposal) -> bool:
    """The author, whatever became of it."""
    return is_author(person, proposal) and (proposal.status, Action.WITHDRAW) in TRANSITIONS


def is_open_to_support(proposal: Proposal) -> bool:
    """Whether support counts for it now."""
    return proposal.visibility is Visibility.PUBLIC and proposal.status in OPEN_TO_SUPPORT


def can_endorse(person: Person | None, proposal: Proposal) -> bool:
    """Anybody but the author."""
    return person is not None and is_open_to_support(proposal) and not is_author(person, proposal)


def can_see_waiting_photos(person: Person | None) -> bool:
    """Those who read ideas before they are public see their photos too."""
    return person is not None and person.holds(Role.COUNCIL, Role.COORDINATOR)
