"""Writes about reminders: make a digest with its links, take a partner's answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.kits import party
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.secrets import new_token, token_hash
from engage.deadlines import commands as deadlines
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import end_of_day
from engage.incidents import partners
from engage.proposals import follow_up
from engage.proposals.models import Proposal
from engage.reminders import messages
from engage.reminders.items import ACTIONS, CALLS, IDEAS, INCIDENTS, PARTY_TASKS, VOTES
from engage.reminders.models import Answer, AnswerKind, Digest, Reminder, ReplyLink
from engage.reminders.policy import can_answer
from engage.reminders.queries import Contact, Planned
from engage.territory.models import Organisation

LINK_LIFETIME = timedelta(days=30)
LONGEST_PLAN = timedelta(days=366)
MAX_NOTE, MAX_REPLY = 200, 1000


def make_digest(db: Session, planned: Planned) -> Digest:
    """Write down what is told now, and queue one mail for each contact.

    All or nothing. Raises `IntegrityError` where another clock has told it already: the unique
    constraints of digests and reminders decide.
    """
    made = _digest(db, planned)
    told = [
        Reminder(
            digest_id=made.id,
            deadline_id=finding.deadline.id,
            due_at=finding.deadline.awaited_at,
            level=finding.level,
            organisation_id=planned.organisation.id,
        )
        for finding in sorted(planned.findings, key=lambda found: found.deadline.id)
    ]
    for reminder in told:  # one by one: their ids are in order, as the message names them
        db.add(reminder)
        db.flush()
    for contact in planned.contacts:
        messages.digest(db, made, contact, told, token=_new_link(db, made, contact))
    audit.record(db, "digest.make", made, reminders=len(told))
    return made


def _digest(db: Session, planned: Planned) -> Digest:
    """Today's digest: an ordinary one is made once, an urgent one grows through the day."""
    day = clock.today()
    if planned.urgent:
        earlier = db.scalar(
            select(Digest).where(
                Digest.organisation_id == planned.organisation.id,
                Digest.local_day == day,
                Digest.urgent,
            )
        )
        if earlier is not None:
            return earlier
    made = Digest(
        organisation_id=planned.organisation.id,
        local_day=day,
        urgent=planned.urgent,
        created_at=clock.now(),
    )
    db.add(made)
    db.flush()
    return made


def _new_link(db: Session, made: Digest, contact: Contact) -> str:
    """A link for one contact; only the mail holds its token."""
    token, moment = new_token(), clock.now()
    db.add(
        ReplyLink(
            token_hash=token_hash(token),
            digest_id=made.id,
            contact_id=contact.id,
            created_at=moment,
            expires_at=moment + LINK_LIFETIME,
        )
    )
    db.flush()
    return token


def revoke(db: Session, link: ReplyLink, *, actor_id: int | None = None) -> None:
    """Close a link before its time."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        audit.record(db, "reply_link.revoke", link, actor_id=actor_id)


@dataclass(frozen=True)
class Given:
    """What a partner answers: `day` is when it was done or will be, `note` whose it is.

    About an idea `note` is also the answer itself.
    """

    kind: AnswerKind
    day: date | None = None
    note: str = ""


def answer(db: Session, link: ReplyLink, deadline: Deadline, given: Given) -> None:
    """Take an answer without account, act on it and be silent about it.

    The same answer again changes nothing. Raises `Conflict` when nothing is awaited any more and
    `InvalidInput` for days that can not be.
    """
    require(can_answer, link, link.digest, deadline, clock.now())
    _hold(db, deadline)
    if _is_repeated(db, link, deadline, given):
        return
    if not deadline.is_open:
        raise Conflict(_("Ce n’est plus attendu : quelqu’un a déjà répondu."))
    _check_day(deadline, given)
    row = Answer(
        deadline_id=deadline.id,
        reply_link_id=link.id,
        kind=given.kind,
        planned_for=given.day if given.kind is AnswerKind.PLANNED else None,
        done_on=given.day if given.kind is AnswerKind.DONE else None,
        note=given.note[:MAX_REPLY],
        at=clock.now(),
    )
    db.add(row)
    db.flush()
    audit.record(db, f"answer.{given.kind.value}", row, deadline_id=deadline.id)
    ACTS[deadline.subject_type](db, link.digest.organisation, deadline, given)


def _hold(db: Session, deadline: Deadline) -> None:
    """Let nobody decide meanwhile: first the report, then its deadline, as the desk does."""
    if deadline.subject_type == INCIDENTS:
        partners.report(db, deadline.subject_id)
    if deadline.subject_type == IDEAS:
        db.get(Proposal, deadline.subject_id, with_for_update=True)
    db.refresh(deadline, with_for_update=True)


def _is_repeated(db: Session, link: ReplyLink, deadline: Deadline, given: Given) -> bool:
    last = db.scalar(
        select(Answer).where(Answer.deadline_id == deadline.id).order_by(Answer.id.desc()).limit(1)
    )
    return last is not None and (
        (last.reply_link_id, last.kind, last.planned_for or last.done_on, last.note)
        == (link.id, given.kind, given.day, given.note[:MAX_REPLY])
    )


def _check_day(deadline: Deadline, given: Given) -> None:
    today = clock.today()
    if given.kind is AnswerKind.NOT_OURS:
        return
    if given.day is None:
        raise InvalidInput("day", _("Choisissez un jour."))
    if given.kind is AnswerKind.PLANNED and not today <= given.day <= today + LONGEST_PLAN:
        raise InvalidInput("day", _("Choisissez un jour entre aujourd’hui et dans un an."))
    if given.kind is AnswerKind.DONE and given.day > today:
        raise InvalidInput("day", _("Ce jour n’est pas encore passé. Choisissez « C’est prévu »."))
    if given.kind is AnswerKind.DONE and given.day < today - LONGEST_PLAN:
        raise InvalidInput("day", _("Ce jour est trop ancien : un an au plus."))


def _moment_done(given: Given) -> datetime:
    """The evening of an earlier day, or now."""
    assert given.day is not None
    return min(end_of_day(given.day), clock.now())


def _about_incident(db: Session, partner: Organisation, deadline: Deadline, given: Given) -> None:
    incident = partners.report(db, deadline.subject_id)
    if incident is None:
        raise Conflict
    if given.kind is AnswerKind.DONE:
        partners.resolve(db, incident, partner=partner, at=_moment_done(given))
    elif given.kind is AnswerKind.NOT_OURS:
        partners.send_back(db, incident, partner=partner, whose=given.note)
    else:
        assert given.day is not None
        partners.schedule(db, incident, partner=partner, day=given.day)


def _about_report(db: Session, partner: Organisation, deadline: Deadline, given: Given) -> None:
    if given.kind is AnswerKind.DONE:
        deadlines.fulfil(db, deadline, at=_moment_done(given))
    elif given.kind is AnswerKind.PLANNED:
        assert given.day is not None
        deadlines.silence(db, deadline, until=end_of_day(given.day))
    else:
        deadlines.withdraw(db, deadline)


def _about_idea(db: Session, partner: Organisation, deadline: Deadline, given: Given) -> None:
    """The coordinator reads the answer and makes the public one of it."""
    _about_report(db, partner, deadline, given)
    idea = db.get_one(Proposal, deadline.subject_id)
    if given.kind is AnswerKind.NOT_OURS:
        follow_up.hand_back(db, idea)


def _about_party_task(db: Session, partner: Organisation, deadline: Deadline, given: Given) -> None:
    """Done on its day, or in the organisers' hands again."""
    _about_report(db, partner, deadline, given)
    if given.kind is AnswerKind.DONE:
        assert given.day is not None
        party.note_done(db, deadline.subject_id, on=given.day)
    elif given.kind is AnswerKind.NOT_OURS:
        party.hand_back(db, deadline.subject_id)


ACTS: Mapping[str, Callable[[Session, Organisation, Deadline, Given], None]] = {
    INCIDENTS: _about_incident,
    ACTIONS: _about_report,
    IDEAS: _about_idea,
    CALLS: _about_report,
    PARTY_TASKS: _about_party_task,
    VOTES: _about_report,
}
"""What an answer does, by the table of what it is about."""
