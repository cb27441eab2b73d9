"""Writes about what becomes of a public idea: studied, with a partner, answered, done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.workflow import advance
from engage.deadlines import commands as deadlines
from engage.deadlines import queries as owed
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.proposals import messages, news
from engage.proposals.answers import PROMISES, ProposalAnswer, Verdict
from engage.proposals.follow_up_policy import (
    can_carry_out,
    can_entrust,
    can_reply,
    can_study,
)
from engage.proposals.models import Proposal
from engage.proposals.news import Happening
from engage.proposals.workflow import TRANSITIONS, Action, Status
from engage.territory.models import Organisation

LONGEST = timedelta(days=366)
"""How far ahead a date may be promised."""

MAX_WHO, MAX_REASON = 160, 2000


@dataclass(frozen=True)
class Statement:
    """A public answer: what was decided, by whom and why; `day`: until when it will be done.

    `organisation` is the institution that decided, None for the council or the coordinator.
    """

    verdict: Verdict
    decided_by: str
    reason: str
    organisation: Organisation | None = None
    day: date | None = None


def study(db: Session, proposal: Proposal, *, person: Person, day: date | None = None) -> None:
    """The council takes a public idea up, and says until when it will have an answer."""
    require(can_study, person, proposal)
    proposal.due_at = _evening(day)
    advance(db, proposal, Action.STUDY, TRANSITIONS, actor_id=person.id)
    news.tell(db, proposal, Happening.STUDIED, actor_id=person.id)


def entrust(
    db: Session, proposal: Proposal, *, partner: Organisation, day: date, person: Person
) -> None:
    """Give it to a partner until a date: for an answer, or once one was promised to get it done.

    Given again, to the same or to another one, the date moves and the reminders start again.
    """
    require(can_entrust, person, proposal)
    due_at = _evening(day)
    assert due_at is not None
    advance(db, proposal, Action.ENTRUST, TRANSITIONS, actor_id=person.id, partner_id=partner.id)
    is_news = proposal.partner_id != partner.id
    proposal.partner_id, proposal.due_at = partner.id, due_at
    kind = DeadlineKind.PROPOSAL_ANSWER
    if promised(db, proposal):
        kind = DeadlineKind.PROPOSAL_DONE
    _owe(db, proposal, kind, partner, due_at)
    if is_news:
        who = {"actor_id": person.id, "organisation_id": partner.id}
        news.tell(db, proposal, Happening.ENTRUSTED, **who)


def answer(
    db: Session, proposal: Proposal, statement: Statement, *, person: Person
) -> ProposalAnswer:
    """Publish an answer; an earlier one stays to be read. Its author is told at once.

    Raises `InvalidInput` without who or why, and for a date that nobody can keep.
    """
    require(can_reply, person, proposal)
    _check(statement)
    due_at, promise = _evening(statement.day), statement.verdict in PROMISES
    row = ProposalAnswer(
        proposal_id=proposal.id,
        verdict=statement.verdict,
        decided_by=statement.decided_by,
        reason=statement.reason,
        organisation_id=statement.organisation.id if statement.organisation else None,
        person_id=person.id,
        created_at=clock.now(),
    )
    db.add(row)
    details = {"verdict": statement.verdict.value}
    advance(db, proposal, Action.ANSWER, TRANSITIONS, actor_id=person.id, **details)
    partner = statement.organisation if promise else None
    proposal.partner_id, proposal.due_at = partner.id if partner else None, due_at
    deadlines.meet(db, DeadlineKind.PROPOSAL_ANSWER, proposal)
    deadlines.withdraw_all(db, proposal)  # an earlier promise, if this takes its place
    if partner and due_at:
        _owe(db, proposal, DeadlineKind.PROPOSAL_DONE, partner, due_at)
    db.flush()
    news.tell(db, proposal, Happening.ANSWERED, actor_id=person.id, answer_id=row.id)
    messages.answered(db, proposal, row)
    return row


def _check(statement: Statement) -> None:
    """No answer without who and why."""
    if not statement.decided_by:
        raise InvalidInput("decided_by", _("Dites qui a décidé."))
    if not statement.reason:
        raise InvalidInput("reason", _("Dites pourquoi, en quelques phrases simples."))
    if len(statement.decided_by) > MAX_WHO:
        raise InvalidInput("decided_by", _("C’est trop long : 160 caractères au plus."))
    if len(statement.reason) > MAX_REASON:
        raise InvalidInput("reason", _("C’est trop long : 2 000 caractères au plus."))
    if statement.day and statement.verdict not in PROMISES:
        raise InvalidInput("day", _("Une date va avec une réponse positive. Enlevez-la."))


def start(db: Session, proposal: Proposal, *, person: Person, day: date | None = None) -> None:
    """What was promised is being done; `day` is until when, a date that stands is kept."""
    require(can_carry_out, person, proposal)
    if not promised(db, proposal):
        raise Conflict(_("La réponse à cette idée n’est pas positive."))
    if day is not None:
        _promise(db, proposal, day)
    advance(db, proposal, Action.START, TRANSITIONS, actor_id=person.id)
    news.tell(db, proposal, Happening.STARTED, actor_id=person.id)


def _promise(db: Session, proposal: Proposal, day: date) -> None:
    proposal.due_at = due_at = _evening(day)
    partner = db.get(Organisation, proposal.partner_id) if proposal.partner_id else None
    if partner and due_at:
        _owe(db, proposal, DeadlineKind.PROPOSAL_DONE, partner, due_at)


def finish(db: Session, proposal: Proposal, *, person: Person) -> None:
    """It is done: neighbours can see it."""
    require(can_carry_out, person, proposal)
    advance(db, proposal, Action.FINISH, TRANSITIONS, actor_id=person.id)
    proposal.due_at = None
    deadlines.meet(db, DeadlineKind.PROPOSAL_DONE, proposal)
    news.tell(db, proposal, Happening.DONE, actor_id=person.id)


def hand_back(db: Session, proposal: Proposal) -> None:
    """The partner says that it is somebody else's: the council has it again.

    The caller has ended what was owed.
    """
    proposal.partner_id = proposal.due_at = None
    audit.record(db, "proposal.hand_back", proposal)


def promised(db: Session, proposal: Proposal) -> bool:
    """Whether the newest answer says that something will be done."""
    if proposal.status not in (Status.ANSWERED, Status.IN_PROGRESS):
        return False
    newest = (
        select(ProposalAnswer.verdict)
        .where(ProposalAnswer.proposal_id == proposal.id)
        .order_by(ProposalAnswer.id.desc())
        .limit(1)
    )
    return db.scalar(newest) in PROMISES


def _owe(
    db: Session, proposal: Proposal, kind: DeadlineKind, partner: Organisation, due_at: datetime
) -> None:
    """One thing at a time: what was owed of the other kind is not any more.

    The title names the idea by its number: partners never get a resident's words by mail.
    """
    for other in owed.open_deadlines_of(db, proposal):
        if other.kind != kind:
            deadlines.withdraw(db, other)
    title = f"Idée n°\N{NO-BREAK SPACE}{proposal.id}"
    deadlines.owe(db, kind, proposal, organisation_id=partner.id, due_at=due_at, title=title)


def _evening(day: date | None) -> datetime | None:
    """18 h of a day within a year; raises `InvalidInput` on "day"."""
    if day is None:
        return None
    if not clock.today() <= day <= clock.today() + LONGEST:
        raise InvalidInput("day", _("Choisissez un jour entre aujourd’hui et dans un an."))
    return end_of_day(day)
