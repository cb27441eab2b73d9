"""Writes of privacy: take something back, close an account."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engage.accounts import departures, mandates
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, Person
from engage.consultations import roll
from engage.core import audit
from engage.core.photos import StoredPhoto
from engage.core.policy import require
from engage.core.words import Visibility
from engage.core.workflow import allows
from engage.discussions.models import Comment
from engage.fieldwork import conversions
from engage.fieldwork.models import Enquiry
from engage.incidents import forgetting as reports
from engage.incidents.models import Incident
from engage.incidents.policy import is_reporter
from engage.moderation import authoring, comments
from engage.moderation import commands as moderation
from engage.privacy import identities, leaving
from engage.privacy.policy import can_leave
from engage.proposals.models import Proposal
from engage.proposals.workflow import TRANSITIONS, Action


class Ideas(StrEnum):
    """What becomes of the ideas of somebody who leaves."""

    STAY = "rester"
    GO = "retirer"


def withdraw_idea(db: Session, proposal: Proposal, *, author: Person) -> list[StoredPhoto]:
    """Take one idea back with its supports; returns the files to remove once this is committed."""
    conversions.take_out_of_votes(db, proposal)
    gone = moderation.withdraw(db, proposal, author=author)
    leaving.remove_tickets(db, Proposal.__tablename__, [proposal.id])
    return gone


def withdraw_report(db: Session, incident: Incident, *, reporter: Person) -> list[StoredPhoto]:
    """Take words and photo of a report back: that there is a problem stays; returns files."""
    require(is_reporter, reporter, incident)
    gone = reports.forget_reporter(db, [incident.id])
    leaving.remove_tickets(db, Incident.__tablename__, [incident.id])
    audit.record(db, "incident.withdraw_words", incident)
    return gone


def close_account(
    db: Session,
    person: Person,
    *,
    ideas: Ideas,
    identity_key: bytes | None,
    town_key: bytes | None = None,
    actor_id: int | None = None,
) -> list[StoredPhoto]:
    """Remove all that says who `person` is; a number without a name is left for the audit trail.

    `actor_id` and `town_key` are None when the clock closes an account unseen for long: it is on
    the roll of no vote that still runs. Returns the files to
    remove once this is committed. Raises `InvalidInput` when nobody would be left to give roles.
    """
    require(can_leave, person)
    mandates.require_somebody_else(db, person)
    kept = identity_key is not None and identities.keep(db, person, identity_key)
    addresses = leaving.addresses_of(db, person)
    if town_key is not None:
        _note_departure(db, person, addresses, town_key)
    reached = leaving.reached(addresses)
    gone = [
        *leaving.remove_waiting(db, person, addresses),
        *_part_with_ideas(db, person, ideas),
        *_part_with_reports(db, person),
    ]
    _part_with_comments(db, person, ideas)
    reports.forget_followers(db, reached)
    sent = leaving.messages_to(person, reached)
    leaving.free_keys(db, sent)
    leaving.blank_messages(db, sent)
    enquiries = _ids(db, Enquiry.id, Enquiry.person_id == person.id)
    leaving.remove_tickets(db, Enquiry.__tablename__, enquiries)
    leaving.empty(db, person)
    audit.record(
        db, "person.leave", person, actor_id=actor_id, ideas=ideas.value, identity_kept=int(kept)
    )
    return gone


def _note_departure(
    db: Session, person: Person, addresses: Sequence[tuple[str, str]], key: bytes
) -> None:
    """Whoever leaves during a vote and comes back is the same voter until it closes."""
    until = roll.voted_until(db, person.id)
    if until is not None:
        known = [ContactAddress(ContactKind(kind), value) for kind, value in addresses]
        departures.note(db, key, person, known, until=until)


def _ids(
    db: Session, column: InstrumentedAttribute[int], *wanted: ColumnElement[bool]
) -> Sequence[int]:
    return db.scalars(select(column).where(*wanted)).all()


def _part_with_ideas(db: Session, person: Person, choice: Ideas) -> list[StoredPhoto]:
    """Public and waiting ideas as chosen; one that nobody may read goes in any case."""
    gone = []
    mine = db.scalars(select(Proposal).where(Proposal.author_id == person.id)).all()
    leaving.remove_tickets(db, Proposal.__tablename__, [idea.id for idea in mine])
    for proposal in mine:
        hidden = proposal.visibility is Visibility.HIDDEN
        if (choice is Ideas.GO or hidden) and allows(proposal.status, Action.WITHDRAW, TRANSITIONS):
            conversions.take_out_of_votes(db, proposal)
            gone += moderation.withdraw(db, proposal, author=person)
    authoring.take_back_unread(db, person)
    return gone


def _part_with_comments(db: Session, person: Person, choice: Ideas) -> None:
    """The same for comments; what nobody else reads goes in any case."""
    for comment in db.scalars(select(Comment).where(Comment.author_id == person.id)).all():
        if choice is Ideas.GO or comment.visibility is not Visibility.PUBLIC:
            comments.withdraw(db, comment, author=person)


def _part_with_reports(db: Session, person: Person) -> list[StoredPhoto]:
    mine = _ids(db, Incident.id, Incident.reporter_id == person.id)
    leaving.remove_tickets(db, Incident.__tablename__, mine)
    return reports.forget_reporter(db, mine)
