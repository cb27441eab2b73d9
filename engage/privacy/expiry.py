"""What time removes: each function forgets one kind of thing, at most so many at once.

They are named by the rules of `retention`, which say after how long; each returns how many it
removed, so that it is called again until nothing is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    inspect,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from engage.accounts.consents import Consent
from engage.accounts.departures import Departure
from engage.accounts.models import (
    ContactKind,
    ContactPoint,
    Draft,
    Mandate,
    Person,
    SignIn,
    SignInCode,
)
from engage.accounts.proofs import Invitation, PasskeyChallenge
from engage.agenda.models import Event, EventReminder
from engage.consultations import roll
from engage.consultations.outcome import follows as vote_follows
from engage.consultations.paper import keeping
from engage.core import clock
from engage.core.db import Base
from engage.core.idempotency import IdempotencyRecord
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.photos import Photo
from engage.core.throttle import ThrottleCounter
from engage.deadlines.models import Deadline
from engage.fieldwork.models import Conversion, Enquiry, Ticket
from engage.incidents import forgetting as reports
from engage.incidents.models import FollowLink, Incident
from engage.moderation import forgetting as judgements
from engage.moderation.incident_words_models import IncidentPublication
from engage.moderation.models import ModerationItem
from engage.privacy import commands, leaving
from engage.privacy.models import RetainedIdentity
from engage.proposals import forgetting as ideas
from engage.proposals.models import Proposal
from engage.proposals.news import ProposalDigest, ProposalNews
from engage.proposals.workflow import Status as IdeaStatus
from engage.reminders import messages as reminders_messages
from engage.reminders.models import Answer, Digest, Reminder, ReplyLink
from engage.territory.models import ContactPerson

NOTICE = timedelta(days=30)
"""How long before its closing the holder of an unseen account is told."""

ORPHAN_AGE = timedelta(days=1)
"""A file is written before its row, a row before what shows it: younger ones may be on the way."""

CLOSING = "account_closing"
"""The kind of message that gives notice."""

STANDING = 6
"""Months that a notice stands: an older one belongs to an earlier absence."""


@dataclass(frozen=True)
class Due:
    """One batch: what is older than `limit`, `most` things; the key where identities are kept."""

    limit: datetime
    most: int
    identity_key: bytes | None = None


def _delete(db: Session, model: type[Base], most: int, *wanted: ColumnElement[bool]) -> int:
    key = inspect(model).primary_key[0]
    chosen = db.scalars(select(key).where(*wanted).limit(most)).all()
    db.execute(delete(model).where(key.in_(chosen)))
    return len(chosen)


def drafts(db: Session, due: Due) -> int:
    return _delete(db, Draft, due.most, Draft.expires_at <= clock.now())


def departures(db: Session, due: Due) -> int:
    return _delete(db, Departure, due.most, Departure.until <= due.limit)


def sign_in_codes(db: Session, due: Due) -> int:
    return _delete(db, SignInCode, due.most, SignInCode.expires_at < due.limit)


def idempotency_records(db: Session, due: Due) -> int:
    return _delete(db, IdempotencyRecord, due.most, IdempotencyRecord.created_at < due.limit)


def passkey_challenges(db: Session, due: Due) -> int:
    return _delete(db, PasskeyChallenge, due.most, PasskeyChallenge.expires_at <= clock.now())


def throttle_counters(db: Session, due: Due) -> int:
    return _delete(db, ThrottleCounter, due.most, ThrottleCounter.until <= clock.now())


def follow_links(db: Session, due: Due) -> int:
    return _delete(db, FollowLink, due.most, FollowLink.expires_at <= clock.now())


def photos(db: Session, due: Due) -> int:
    return _delete(db, Photo, due.most, *unused_photos())


def unused_photos() -> list[ColumnElement[bool]]:
    """What tells photos that belong to nothing, older than a day."""
    photo = Photo.__table__
    columns = [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is photo.c.id
    ]
    return [
        Photo.created_at < clock.now() - ORPHAN_AGE,
        *(~exists().where(column == photo.c.id) for column in columns),
    ]


def sign_ins(db: Session, due: Due) -> int:
    over = or_(SignIn.expires_at <= due.limit, SignIn.revoked_at <= due.limit)
    return _delete(db, SignIn, due.most, over)


def invitations(db: Session, due: Due) -> int:
    return _delete(db, Invitation, due.most, Invitation.expires_at <= due.limit)


def consents(db: Session, due: Due) -> int:
    return _delete(db, Consent, due.most, Consent.withdrawn_at <= due.limit)


def identities(db: Session, due: Due) -> int:
    return _delete(db, RetainedIdentity, due.most, RetainedIdentity.expires_on <= clock.today())


def mandates(db: Session, due: Due) -> int:
    return _delete(db, Mandate, due.most, Mandate.ends_on <= clock.local(due.limit).date())


def tickets(db: Session, due: Due) -> int:
    return _delete(db, Ticket, due.most, Ticket.created_at <= due.limit)


def enquiries(db: Session, due: Due) -> int:
    last = func.coalesce(Enquiry.answered_at, Enquiry.created_at)
    return _delete(db, Enquiry, due.most, last <= due.limit)


def roll_entries(db: Session, due: Due) -> int:
    return roll.forget(db, due.most)


def paper_sheets(db: Session, due: Due) -> int:
    return keeping.forget(db, due.most)


def unseen(limit: datetime) -> ColumnElement[bool]:
    """Open accounts whose holder did not sign in since `limit` and holds no mandate."""
    office = exists().where(
        Mandate.person_id == Person.id,
        or_(Mandate.ends_on.is_(None), Mandate.ends_on >= clock.today()),
    )
    never = and_(Person.last_seen_on.is_(None), Person.created_at <= limit)
    return and_(
        Person.closed_at.is_(None),
        or_(Person.last_seen_on <= clock.local(limit).date(), never),
        ~office,
    )


def reachable() -> ColumnElement[bool]:
    """Whether there is an address to write to: a card receives nothing."""
    return exists().where(
        ContactPoint.person_id == Person.id,
        ContactPoint.kind != ContactKind.CARD.value,
        ContactPoint.verified_at.is_not(None),
    )


def noticed(before: datetime) -> ColumnElement[bool]:
    """Whether notice of this absence was given before that moment."""
    return exists().where(
        OutboxMessage.person_id == Person.id,
        OutboxMessage.kind == CLOSING,
        OutboxMessage.created_at <= before,
        OutboxMessage.created_at > clock.months_ago(STANDING),
    )


def accounts(db: Session, due: Due) -> int:
    """Close what was unseen for so long, 30 days after the notice; the ideas stay, unnamed."""
    told = or_(~reachable(), noticed(clock.now() - NOTICE))
    found = select(Person).where(unseen(due.limit), told).order_by(Person.id).limit(due.most)
    people = db.scalars(found).all()
    for person in people:
        commands.close_account(db, person, ideas=commands.Ideas.STAY, identity_key=due.identity_key)
    return len(people)


def refused_ideas(db: Session, due: Due) -> int:
    """Words, photo and author of ideas that were not published; the decision stays."""
    refused = exists().where(
        ModerationItem.subject_type == Proposal.__tablename__,
        ModerationItem.subject_id == Proposal.id,
        ModerationItem.decided_at <= due.limit,
    )
    has_author = Proposal.author_id.is_not(None)
    wanted = (Proposal.status == IdeaStatus.REFUSED, has_author, refused)
    ids = db.scalars(select(Proposal.id).where(*wanted).limit(due.most)).all()
    ideas.erase(db, ids)
    judgements.forget_words(db, ids)
    leaving.remove_tickets(db, Proposal.__tablename__, ids)
    return len(ids)


def messages(db: Session, due: Due) -> int:
    """Words and address of what was sent long ago, or to an account that is closed since."""
    ended = OutboxMessage.delivery.not_in([Delivery.QUEUED.value, Delivery.CLAIMED.value])
    closed = exists().where(Person.id == OutboxMessage.person_id, Person.closed_at.is_not(None))
    full = or_(OutboxMessage.recipient != "", OutboxMessage.body != "")
    old = and_(ended, OutboxMessage.created_at <= due.limit, ~_to_partner())
    wanted = (or_(closed, old), full)
    ids = db.scalars(select(OutboxMessage.id).where(*wanted).limit(due.most)).all()
    chosen = OutboxMessage.id.in_(ids)
    leaving.blank_messages(db, chosen)
    db.execute(update(OutboxMessage).where(chosen).values(person_id=None))
    return len(ids)


def _to_partner() -> ColumnElement[bool]:
    """Reminders to partners are kept as long as the reminders themselves."""
    return OutboxMessage.kind == reminders_messages.KIND


def old_messages(db: Session, due: Due) -> int:
    return _delete(db, OutboxMessage, due.most, OutboxMessage.created_at <= due.limit)


def reminders(db: Session, due: Due) -> int:
    """Digests with what they reminded of, their links and the answers given through them."""
    old = select(Digest.id).where(Digest.created_at <= due.limit).limit(due.most)
    return _remove_digests(db, db.scalars(old).all())


def _remove_digests(db: Session, ids: Sequence[int]) -> int:
    links = select(ReplyLink.id).where(ReplyLink.digest_id.in_(ids))
    db.execute(delete(Answer).where(Answer.reply_link_id.in_(links)))
    db.execute(delete(ReplyLink).where(ReplyLink.digest_id.in_(ids)))
    db.execute(delete(Reminder).where(Reminder.digest_id.in_(ids)))
    db.execute(delete(Digest).where(Digest.id.in_(ids)))
    return len(ids)


def contacts(db: Session, due: Due) -> int:
    """People who no longer work with the contract, once no reminder names them."""
    named = exists().where(ReplyLink.contact_id == ContactPerson.id)
    return _delete(db, ContactPerson, due.most, ContactPerson.ended_at <= due.limit, ~named)


def incident_photos(db: Session, due: Due) -> int:
    """Returns how many reports lost their photos."""
    ids = reports.with_old_photos(db, due.limit, due.most)
    reports.remove_photos(db, ids)
    return len(ids)


def incidents(db: Session, due: Due) -> int:
    """Words, people, links and the exact place of reports that ended long ago."""
    ids = reports.to_anonymise(db, due.limit, due.most)
    reports.anonymise(db, ids)
    leaving.remove_tickets(db, Incident.__tablename__, ids)
    return len(ids)


def event_reminders(db: Session, due: Due) -> int:
    """What people asked to be reminded of, once it is over."""
    over = select(EventReminder.event_id, EventReminder.person_id).join(
        Event, Event.id == EventReminder.event_id
    )
    rows = db.execute(over.where(Event.ends_at <= due.limit).limit(due.most)).all()
    key = tuple_(EventReminder.event_id, EventReminder.person_id)
    db.execute(delete(EventReminder).where(key.in_([tuple(row) for row in rows])))
    return len(rows)


def result_follows(db: Session, due: Due) -> int:
    return vote_follows.forget(db, due.limit, due.most)


def idea_news(db: Session, due: Due) -> int:
    """Evenings of news with the links that stopped them."""
    old = select(ProposalDigest.id).where(ProposalDigest.expires_at <= clock.now())
    ids = db.scalars(old.limit(due.most)).all()
    db.execute(delete(ProposalNews).where(ProposalNews.digest_id.in_(ids)))
    db.execute(delete(ProposalDigest).where(ProposalDigest.id.in_(ids)))
    return len(ids)


def anonymous_incidents(db: Session, due: Due) -> int:
    """The reports themselves with all that was owed for them."""
    ids = reports.to_remove(db, due.limit, due.most)
    subject = (Deadline.subject_type == Incident.__tablename__, Deadline.subject_id.in_(ids))
    owed = select(Deadline.id).where(*subject)
    db.execute(delete(Answer).where(Answer.deadline_id.in_(owed)))
    db.execute(delete(Reminder).where(Reminder.deadline_id.in_(owed)))
    db.execute(delete(Deadline).where(*subject))
    db.execute(delete(Conversion).where(Conversion.incident_id.in_(ids)))
    db.execute(delete(IncidentPublication).where(IncidentPublication.incident_id.in_(ids)))
    reports.remove(db, ids)
    return len(ids)
