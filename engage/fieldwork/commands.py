"""Writes of the counter: what a mediator enters for others, through the features' own commands."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engage.accounts import cards, consents
from engage.accounts import commands as accounts
from engage.accounts.addresses import ContactAddress
from engage.accounts.contact_messages import Change, tell_everywhere
from engage.accounts.models import ContactKind, Person
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import ContributionChannel
from engage.fieldwork import messages
from engage.fieldwork.models import Enquiry, Ticket
from engage.fieldwork.policy import can_capture
from engage.incidents import commands as incidents
from engage.incidents import links
from engage.incidents.models import Incident
from engage.moderation import commands as moderation
from engage.proposals import commands as proposals
from engage.proposals.models import Proposal

MAX_QUESTION = 1000


@dataclass(frozen=True)
class Capture:
    """Who enters, by which way it came, for whom (None: nobody is named)."""

    actor: Person
    channel: ContributionChannel
    person: Person | None = None


def welcome(db: Session, first_name: str, *, actor: Person) -> Person:
    """Make the person behind a first name, who agreed to it aloud; no address is known."""
    require(can_capture, actor)
    person = _make_person(db, first_name)
    audit.record(db, "person.welcome", person, actor_id=actor.id)
    consents.give(db, person, consents.ACCOUNT_BY_MEDIATOR, actor_id=actor.id)
    return person


def _make_person(db: Session, public_name: str) -> Person:
    person = Person(
        public_name=public_name,
        created_at=clock.now(),
        last_seen_on=clock.today(),
        mandates=[],
        contact_points=[],
    )
    db.add(person)
    db.flush()
    return person


def take_report(db: Session, capture: Capture, report: incidents.Report) -> Incident:
    """Take a problem for somebody; who is named becomes its reporter."""
    require(can_capture, capture.actor)
    incident, _token = incidents.submit(
        db, report, reporter=capture.person, captured_by=capture.actor
    )
    return incident


def take_idea(db: Session, capture: Capture, idea: proposals.Idea) -> Proposal:
    """Take an idea for somebody and put it into the council's queue.

    An idea needs an author to be nobody else's; where nobody is named, a nameless one is made.
    """
    require(can_capture, capture.actor)
    author = capture.person or _nameless(db, capture.actor)
    proposal = proposals.submit(
        db,
        idea,
        author=author,
        channel=capture.channel,
        captured_by_id=capture.actor.id,
    )
    moderation.receive_idea(db, proposal)
    return proposal


def _nameless(db: Session, actor: Person) -> Person:
    person = _make_person(db, "")
    audit.record(db, "person.welcome", person, actor_id=actor.id)
    return person


def take_support(db: Session, capture: Capture, proposal: Proposal) -> bool:
    """Count somebody's support; False when it was counted before."""
    require(can_capture, capture.actor)
    if capture.person is None:
        raise InvalidInput("", _("Pour soutenir, il faut une carte."))
    return proposals.endorse(
        db,
        proposal,
        person=capture.person,
        channel=capture.channel,
        captured_by_id=capture.actor.id,
    )


def take_question(db: Session, capture: Capture, question: str, *, language: str) -> Enquiry:
    """Keep a question that the mediator can not answer at once."""
    require(can_capture, capture.actor)
    enquiry = Enquiry(
        person_id=capture.person.id if capture.person else None,
        question=question,
        language=language,
        channel=capture.channel.value,
        captured_by_id=capture.actor.id,
        created_at=clock.now(),
    )
    db.add(enquiry)
    db.flush()
    audit.record(
        db, "enquiry.ask", enquiry, actor_id=capture.actor.id, channel=capture.channel.value
    )
    return enquiry


def answer(db: Session, enquiry: Enquiry, text: str, *, actor: Person, version: int) -> None:
    """Answer a question, once; whoever left an address at the counter is told."""
    require(can_capture, actor)
    if enquiry.answered_at is not None or enquiry.version != version:
        raise Conflict(_("Quelqu’un a déjà répondu à cette question."))
    enquiry.answer = text
    enquiry.answered_at = clock.now()
    enquiry.answered_by_id = actor.id
    audit.record(db, "enquiry.answer", enquiry, actor_id=actor.id)
    db.flush()
    messages.answered(db, enquiry)


def open_report(db: Session, ticket: Ticket, incident: Incident) -> str:
    """Number and word of a ticket were right: a new follow link of the reporter."""
    open_ticket(db, ticket)
    return links.reporter_link(db, incident)


def open_ticket(db: Session, ticket: Ticket) -> None:
    """Write down that number and word of a ticket were right."""
    audit.record(db, "ticket.open", ticket)


def hand_card(
    db: Session,
    person: Person,
    code: str,
    *,
    key: bytes,
    actor: Person,
    lost: cards.Recognised | None = None,
) -> None:
    """Give somebody a printed card, a full identity; who has an address is told.

    `lost` says how the person without the old card was recognised: it stops at once, with the
    sign-ins that it opened.
    """
    require(can_capture, actor)
    if lost is not None:
        cards.cancel(db, person, actor_id=actor.id, proof=lost)
    accounts.issue_card(db, person, code, key=key, actor_id=actor.id)
    card = ContactAddress(ContactKind.CARD, "")
    tell_everywhere(db, person, Change.ADDED, card, language=person.language)
