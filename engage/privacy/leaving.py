"""What an account consists of: which rows go with it, which only forget whose they were."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from engage.accounts.consents import Consent
from engage.accounts.demo import DemoPerson
from engage.accounts.models import (
    ContactKind,
    ContactPoint,
    Draft,
    DraftPhoto,
    Mandate,
    Person,
    SignIn,
    SignInCode,
)
from engage.accounts.proofs import Authenticator, Invitation, OneTimeCode, Passkey, Password
from engage.accounts.residence import ResidenceProof
from engage.agenda.models import EventReminder
from engage.consultations.kits.models import PartyHelper
from engage.consultations.outcome.models import ResultFollow
from engage.core import clock, photos
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.photos import StoredPhoto
from engage.discussions.models import Comment
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents.models import Incident
from engage.moderation.appeals_models import Appeal
from engage.moderation.models import ModerationItem, Moderator
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.rota_models import Rhythm
from engage.proposals import supporters
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.news import ProposalDigest, ProposalFollow, ProposalNews

Column = InstrumentedAttribute[Any]

GOES: Sequence[Column] = (
    ContactPoint.person_id,
    SignIn.person_id,
    SignInCode.person_id,
    Password.person_id,
    Authenticator.person_id,
    OneTimeCode.person_id,
    Passkey.person_id,
    Invitation.person_id,
    ResidenceProof.person_id,
    Consent.person_id,
    Endorsement.person_id,
    ProposalFollow.person_id,
    ProposalNews.person_id,
    ProposalDigest.person_id,
    EventReminder.person_id,
    ResultFollow.person_id,
    PartyHelper.person_id,
    Moderator.person_id,
    Enquiry.person_id,
    Rhythm.person_id,
)
"""Rows that go with the person they name."""

FORGETS: Sequence[Column] = (
    Proposal.author_id,
    Comment.author_id,
    ModerationItem.author_id,
    ModerationItem.taken_by_id,
    NoticeCase.author_id,
    Notice.reporter_id,
    Appeal.author_id,
    Incident.reporter_id,
)
"""What stays as a fact and forgets whose it was."""

STAYS: Mapping[str, str] = {
    "departures.person_id": "so that nobody votes twice in the vote that is open",
    "audit_entries.actor_id": "a number without a name; the trail is never changed",
    "proposals.captured_by_id": "who held the pen at the counter, as a number",
    "endorsements.captured_by_id": "who held the pen at the counter, as a number",
    "comments.captured_by_id": "who held the pen at the counter, as a number",
    "incidents.captured_by_id": "who held the pen at the counter, as a number",
    "enquiries.captured_by_id": "who held the pen at the counter, as a number",
    "enquiries.answered_by_id": "who answered, as a number",
    "roll_entries.captured_by_id": "who held the pen at the counter, as a number",
    "paper_readings.reader_id": "two people had to read it: as numbers",
    "paper_reports.closed_by_id": "who closed the count on paper, as a number",
    "party_helpers.captured_by_id": "who held the pen at the counter, as a number",
    "calls.created_by_id": "who prepared the call, as a number",
    "calls.answered_by_id": "who published the answer, as a number",
    "proposal_answers.person_id": "who wrote a public answer down, as a number",
    "conversions.asked_by_id": "who asked for it, as a number",
    "tickets.issued_by_id": "who printed it, as a number",
    "alerts.raised_by_id": "who raised it, as a number",
    "alerts.taken_by_id": "who took it, as a number",
    "appeals.judge_id": "somebody else had to judge: as a number",
    "decision_additions.added_by_id": "who completed a decision, as a number",
    "incident_publications.proposed_by_id": "who proposed it, as a number",
    "decisions.moderator_id": "two members had to agree: as numbers",
    "pending_decisions.moderator_id": "who decides in ten seconds, as a number",
    "translations.person_id": "who translated, as a number",
    "invitations.invited_by_id": "who invited, as a number",
    "residence_proofs.attested_by_id": "who attested, as a number",
    "mandates.person_id": "a public office: which one, from when until when, as a number",
    "outbox_messages.person_id": "finds what was on its way when the account was closed",
    "people.merged_into_id": "an emptied account that names another number",
    "retained_identities.person_id": "the only way to the sealed identity",
}
"""What goes on naming the number of an emptied account, and why that names nobody."""

CHANNELS = {ContactKind.EMAIL.value: "email", ContactKind.PHONE.value: "sms"}


def addresses_of(db: Session, person: Person) -> list[tuple[str, str]]:
    """(kind, value) of all the person's contact points, proven or not."""
    rows = db.execute(
        select(ContactPoint.kind, ContactPoint.value).where(ContactPoint.person_id == person.id)
    )
    return [(kind, value) for kind, value in rows]


def reached(addresses: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same as (channel, address), without cards: nobody writes to them."""
    return [(CHANNELS[kind], value) for kind, value in addresses if kind in CHANNELS]


def remove_waiting(
    db: Session, person: Person, addresses: Sequence[tuple[str, str]]
) -> list[StoredPhoto]:
    """Codes on their way to the person, and what waited for them; returns files to remove."""
    sent_to = [
        and_(SignInCode.kind == kind, SignInCode.value == value) for kind, value in addresses
    ]
    mine = or_(SignInCode.person_id == person.id, *sent_to)
    waiting = select(SignInCode.draft_id).where(mine, SignInCode.draft_id.is_not(None))
    draft_ids = db.scalars(waiting).all()
    with_them = select(DraftPhoto.photo_id).where(DraftPhoto.draft_id.in_(draft_ids))
    photo_ids = db.scalars(with_them).all()
    db.execute(delete(SignInCode).where(mine))
    db.execute(delete(Draft).where(Draft.id.in_(draft_ids)))
    return photos.forget(db, photo_ids)


def blank_messages(db: Session, wanted: ColumnElement[bool]) -> int:
    """Cancel what waits and empty what was sent of these messages: no word and no address stays.

    One that a sender holds just now may be marked as sent afterwards: the purge comes back to it.
    """
    unsent = (Delivery.QUEUED.value, Delivery.CLAIMED.value)
    waiting = OutboxMessage.delivery.in_(unsent)
    db.execute(update(OutboxMessage).where(wanted, waiting).values(delivery=Delivery.CANCELLED))
    empty = dict.fromkeys(("recipient", "subject", "body", "secret", "last_error"), "")
    found = db.execute(update(OutboxMessage).where(wanted).values(payload={}, **empty))
    return found.rowcount  # type: ignore[attr-defined,no-any-return]


def free_keys(db: Session, wanted: ColumnElement[bool]) -> None:
    """Let nothing new be taken for these messages: SQLite gives the ids of removed rows again."""
    key = literal("gone:") + cast(OutboxMessage.id, String)
    db.execute(update(OutboxMessage).where(wanted).values(dedupe_key=key))


def messages_to(person: Person, reached_at: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    """The messages to this person, and to these (channel, address) whoever they were for."""
    there = [
        and_(OutboxMessage.channel == channel, OutboxMessage.recipient == address)
        for channel, address in reached_at
    ]
    return or_(OutboxMessage.person_id == person.id, *there)


def remove_tickets(db: Session, table: str, ids: Sequence[int]) -> int:
    """The printed tickets of these things open nothing any more."""
    gone = db.execute(
        delete(Ticket).where(Ticket.subject_type == table, Ticket.subject_id.in_(ids))
    )
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]


def empty(db: Session, person: Person) -> None:
    """Remove what goes, unname what stays, end mandates; a number is left, closed, no name."""
    supported = supporters.supported_by(db, person.id)
    for column in GOES:
        db.execute(delete(column.class_).where(column == person.id))
    supporters.recount(db, supported)
    for column in FORGETS:
        db.execute(update(column.class_).where(column == person.id).values({column: None}))
    _end_mandates(db, person)
    db.execute(delete(DemoPerson).where(DemoPerson.person_id == person.id))
    person.public_name = ""
    person.neighbourhood_id = person.birth_year = person.last_seen_on = None
    person.language = "fr"
    person.closed_at = clock.now()
    db.flush()


def _end_mandates(db: Session, person: Person) -> None:
    today = clock.today()
    mine = Mandate.person_id == person.id
    db.execute(delete(Mandate).where(mine, Mandate.starts_on > today))
    open_ended = or_(Mandate.ends_on.is_(None), Mandate.ends_on > today)
    db.execute(update(Mandate).where(mine, open_ended).values(ends_on=today))
