"""Who may do what with ideas, and when."""

from engage.accounts.models import Person, Role
from engage.core.words import Visibility
from engage.proposals.models import Proposal, Voice
from engage.proposals.workflow import TRANSITIONS, Action, Status

OPEN_TO_SUPPORT = frozenset({Status.PUBLISHED, Status.STUDIED, Status.ANSWERED})


EDITABLE = frozenset({Status.RECEIVED, Status.PUBLISHED, Status.STUDIED})
"""While the words of an idea may still change."""


def is_author(person: Person | None, proposal: Proposal) -> bool:
    """Whether the idea is this person's own."""
    return person is not None and proposal.author_id == person.id


def can_submit(person: Person | None) -> bool:
    """Anybody whose account is open."""
    return person is not None and person.closed_at is None


def can_speak_as(person: Person | None, voice: Voice, organisation_id: int | None) -> bool:
    """Everybody as themselves, others with a mandate of today."""
    if person is None:
        return False
    if voice is Voice.RESIDENT:
        return organisation_id is None
    if voice is Voice.ASSOCIATION:
        return organisation_id in person.organisation_ids
    role = Role.COUNCIL if voice is Voice.COUNCIL else Role.MEDIATOR
    return organisation_id is None and person.holds(role)


def can_edit(person: Person | None, proposal: Proposal) -> bool:
    """The author, as long as nobody answered: others supported what was answered.

    What was hidden does not change: nobody could read the other words.
    """
    hidden = proposal.visibility is Visibility.HIDDEN
    return is_author(person, proposal) and proposal.status in EDITABLE and not hidden


def can_add(person: Person | None, proposal: Proposal) -> bool:
    """The author of a public idea may add a word to it, whatever became of it."""
    return is_author(person, proposal) and proposal.visibility is Visibility.PUBLIC


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
