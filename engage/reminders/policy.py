"""Who may see the reminders, and what a link without account may answer; pure."""

from datetime import datetime

from engage.accounts.models import Person, Role
from engage.deadlines.models import Deadline
from engage.reminders.models import Digest, ReplyLink
from engage.reminders.reply import Link


def can_follow_partners(person: Person | None) -> bool:
    """The coordinator and the administration see what every partner owes."""
    return person is not None and person.holds(Role.COORDINATOR, Role.ADMIN)


def is_usable(link: ReplyLink | Link, now: datetime) -> bool:
    """Whether the link still opens its page."""
    return link.revoked_at is None and now < link.expires_at


def can_answer(link: ReplyLink, digest: Digest, deadline: Deadline, now: datetime) -> bool:
    """A usable link answers for its own organisation, about the things its digest spoke of."""
    told = {(r.deadline.subject_type, r.deadline.subject_id) for r in digest.reminders}
    return (
        is_usable(link, now)
        and link.digest_id == digest.id
        and deadline.organisation_id == digest.organisation_id
        and (deadline.subject_type, deadline.subject_id) in told
    )
