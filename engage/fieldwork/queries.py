"""Reads of the counter: what can be chosen, open questions, and what a ticket shows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.accounts import queries as accounts
from engage.accounts.models import ContactKind, Person
from engage.consultations import sheets
from engage.consultations.sheets import Summary
from engage.core import clock
from engage.core.words import Visibility
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents.models import Circuit, Incident, IncidentKind, Tile
from engage.proposals.models import Proposal
from engage.proposals.policy import OPEN_TO_SUPPORT

SHOWN = 50


class KindChoice(NamedTuple):
    """One kind of problem as the counter's list offers it."""

    code: str
    label: dict[str, str]
    is_redirect: bool


class KindGroup(NamedTuple):
    """The kinds behind one picture."""

    label: dict[str, str]
    kinds: Sequence[KindChoice]


def kinds(db: Session) -> list[KindGroup]:
    """All that a resident can report, by picture, in the order of the resident's own screens."""
    rows = db.scalars(
        select(IncidentKind)
        .join(IncidentKind.tile)
        .options(joinedload(IncidentKind.tile))
        .order_by(Tile.position, IncidentKind.tile_position)
    )
    groups: dict[int, KindGroup] = {}
    for kind in rows:
        assert kind.tile is not None
        group = groups.setdefault(kind.tile.id, KindGroup(kind.tile.label, []))
        choice = KindChoice(kind.code, kind.resident_label, kind.circuit is Circuit.REDIRECT)
        group.kinds.append(choice)  # type: ignore[attr-defined]
    return list(groups.values())


def person(db: Session, person_id: int | None) -> Person | None:
    """Whom the counter serves, as a resident and no more: no mandate is open here."""
    found = db.get(Person, person_id) if person_id else None
    if found is None or found.closed_at is not None:
        return None
    found.half_signed_in = True
    return found


def has_identity(db: Session, person: Person | None) -> bool:
    """Whether something proves who this is on another day: a card, a phone, an e-mail address."""
    return person is not None and bool(accounts.contact_points_of(db, person))


def has_card(db: Session, person: Person) -> bool:
    points = accounts.contact_points_of(db, person)
    return any(point.kind == ContactKind.CARD.value for point in points)


def open_votes(db: Session) -> list[Summary]:
    """What can be voted on now, the one that closes first on top."""
    now = clock.now()
    return [each for each in sheets.running_and_coming(db) if each.is_open(now)]


def supported(db: Session, number: int) -> Proposal | None:
    """The public idea with this number, with its words."""
    if not 0 < number < 2**31:
        return None
    return db.scalar(
        select(Proposal)
        .options(joinedload(Proposal.published_revision), joinedload(Proposal.neighbourhood))
        .where(Proposal.id == number, Proposal.visibility == Visibility.PUBLIC)
    )


class IdeaChoice(NamedTuple):
    """One idea that can be supported."""

    id: int
    title: str


def newest_ideas(db: Session) -> list[IdeaChoice]:
    """The newest ideas that take support, to be chosen from a list."""
    rows = db.scalars(
        select(Proposal)
        .options(joinedload(Proposal.published_revision))
        .where(Proposal.visibility == Visibility.PUBLIC, Proposal.status.in_(OPEN_TO_SUPPORT))
        .order_by(Proposal.id.desc())
        .limit(SHOWN)
    )
    return [IdeaChoice(p.id, p.published_revision.title) for p in rows if p.published_revision]


def open_enquiries(db: Session) -> Sequence[Enquiry]:
    """Questions without an answer, the oldest first."""
    return db.scalars(
        select(Enquiry).where(Enquiry.answered_at.is_(None)).order_by(Enquiry.id).limit(SHOWN)
    ).all()


def enquiry(db: Session, enquiry_id: int) -> Enquiry | None:
    return db.get(Enquiry, enquiry_id) if 0 < enquiry_id < 2**31 else None


def person_of_ticket(db: Session, ticket: Ticket) -> Person | None:
    """Who asked for what the ticket is about; None when nobody was named."""
    subject = subject_of(db, ticket)
    if isinstance(subject, Incident):
        return person(db, subject.reporter_id)
    if isinstance(subject, Proposal):
        return person(db, subject.author_id)
    return person(db, subject.person_id) if subject else None


def subject_of(db: Session, ticket: Ticket) -> Incident | Proposal | Enquiry | None:
    """What a ticket is about, as far as it is still there."""
    if ticket.subject_type == Incident.__tablename__:
        return db.get(Incident, ticket.subject_id)
    if ticket.subject_type == Proposal.__tablename__:
        return db.get(Proposal, ticket.subject_id)
    return db.get(Enquiry, ticket.subject_id)


def urgent_report(db: Session, reference: str) -> Incident | None:
    """The urgent report with this number, with the place and the kind that decide who has it."""
    return db.scalar(
        select(Incident)
        .options(joinedload(Incident.organisation))
        .where(Incident.reference == reference, Incident.urgent)
    )
