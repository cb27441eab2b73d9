"""Reads for the pages that show something of every feature."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.agenda import queries as agenda
from engage.consultations.making import documents
from engage.consultations.models import Consultation, Purpose
from engage.consultations.paper import queries as paper
from engage.consultations.queries import NOBODY, Turnout
from engage.core import clock
from engage.core.db import UTCDateTime
from engage.core.photos import Photo
from engage.core.storage import KEY
from engage.incidents import queries as incidents
from engage.incidents.models import Incident, IncidentKind, is_one_of
from engage.incidents.workflow import FINISHED
from engage.moderation import incident_words
from engage.proposals import call_queries as calls
from engage.proposals import cards
from engage.proposals import queries as proposals
from engage.territory.models import Action, Axis, Neighbourhood, Organisation

SHOWN = 3
MOST_VOTES = 20


@dataclass(frozen=True)
class OpenVote:
    """An open concertation: days left (0 on the last day) and how many took part."""

    id: int
    title: dict[str, str]
    days_left: int
    participants: int


@dataclass(frozen=True)
class EndedVote:
    """A vote whose results are out, and what became of the decision."""

    id: int
    title: dict[str, str]
    decided_on: date | None
    decision_due_at: datetime
    is_survey: bool


@dataclass(frozen=True)
class Repair:
    """A problem that was repaired, as the public may see it: kind, coarse place, days."""

    reference: str
    kind: dict[str, str]
    neighbourhood: dict[str, str]
    organisation: str
    days: int


@dataclass(frozen=True)
class Home:
    """What the first page shows beside its three actions."""

    votes: Sequence[OpenVote]
    ended: Sequence[EndedVote]
    repairs: Sequence[Repair]
    ideas: Sequence[cards.Card]
    calls: Sequence[calls.Listed]
    dates: Sequence[agenda.Listed]


Turnouts = Callable[[Sequence[int]], Mapping[int, Turnout]]
"""How many took part in each of these concertations; counted by whoever may keep the answer."""


_NOW = bindparam("now", type_=UTCDateTime())
_VOTES = (
    select(
        Consultation.id,
        Consultation.title,
        Consultation.closes_at,
        Consultation.decided_on,
        Consultation.decision_due_at,
        Consultation.purpose,
    )
    .where(
        Consultation.is_draft.is_(False),
        Consultation.cancelled_at.is_(None),
        Consultation.archived_at.is_(None),
        Consultation.opens_at <= _NOW,
        (Consultation.closes_at > _NOW) | Consultation.sealed_at.is_not(None),
    )
    .order_by(Consultation.closes_at.desc(), Consultation.id)
    .limit(MOST_VOTES)
)
"""What is open, and what was sealed last; a town has a few at a time."""

_REPAIRS = (
    select(
        Incident.reference,
        IncidentKind.resident_label,
        Neighbourhood.name.label("neighbourhood"),
        Organisation.name.label("organisation"),
        Incident.created_at,
        Incident.resolved_at,
    )
    .join(Incident.kind)
    .join(Incident.neighbourhood)
    .join(Incident.organisation)
    .where(
        Incident.listed,
        text(is_one_of(FINISHED)),
        Incident.resolved_at.is_not(None),
    )
    .order_by(Incident.id.desc())
    .limit(SHOWN)
)


def home(db: Session, turnouts: Turnouts) -> Home:
    """Five statements, and what `turnouts` asks."""
    return Home(
        *votes(db, turnouts),
        repairs(db),
        newest_ideas(db),
        calls.open_now(db)[:SHOWN],
        agenda.next_ones(db, SHOWN),
    )


def votes(db: Session, turnouts: Turnouts) -> tuple[list[OpenVote], list[EndedVote]]:
    """Open concertations, the one that ends first on top; those sealed last. One statement."""
    now = clock.now()
    rows = db.execute(_VOTES, {"now": now}).all()
    current = [row for row in reversed(rows) if row.closes_at > now][:SHOWN]
    counted = turnouts([row.id for row in current]) if current else {}
    ended = [
        EndedVote(
            row.id,
            row.title,
            row.decided_on,
            row.decision_due_at,
            is_survey=row.purpose is Purpose.SURVEY,
        )
        for row in rows
        if row.closes_at <= now
    ]
    return [
        OpenVote(row.id, row.title, _days_until(row.closes_at), counted.get(row.id, NOBODY).total)
        for row in current
    ], ended[:SHOWN]


def repairs(db: Session) -> list[Repair]:
    """The newest repaired problems."""
    rows = db.execute(_REPAIRS).all()
    return [
        Repair(
            row.reference,
            row.resident_label,
            row.neighbourhood,
            row.organisation,
            (_day(row.resolved_at) - _day(row.created_at)).days,
        )
        for row in rows
    ]


def newest_ideas(
    db: Session, *, action_id: int | None = None, size: int = SHOWN
) -> Sequence[cards.Card]:
    """The newest public ideas, of one action when given."""
    return cards.newest(db, cards.Wanted(action_id=action_id), size=size).items


@dataclass(frozen=True)
class Contract:
    """Axes with their actions, and who signed."""

    axes: Sequence[tuple[Axis, Sequence[Action]]]
    neighbourhoods: Sequence[Neighbourhood]
    signatories: Sequence[Organisation]


def contract(db: Session) -> Contract:
    """The whole contract: four statements."""
    axes = db.scalars(select(Axis).order_by(Axis.position)).all()
    actions = db.scalars(select(Action).order_by(Action.number)).all()
    return Contract(
        [(axis, [a for a in actions if a.axis_id == axis.id]) for axis in axes],
        db.scalars(select(Neighbourhood).order_by(Neighbourhood.position)).all(),
        db.scalars(
            select(Organisation)
            .where(Organisation.is_signatory.is_(True), Organisation.is_demo.is_(False))
            .order_by(Organisation.id)
        ).all(),
    )


@dataclass(frozen=True)
class ActionPage:
    """One action and the newest ideas about it."""

    action: Action
    ideas: Sequence[cards.Card]


def action(db: Session, number: int) -> ActionPage | None:
    """The page of one action, or None."""
    found = db.scalar(
        select(Action).options(joinedload(Action.axis)).where(Action.number == number)
    )
    if found is None:
        return None
    return ActionPage(found, newest_ideas(db, action_id=found.id, size=10))


class Audience(Enum):
    """Who may see a photo."""

    EVERYBODY = "everybody"
    THIS_PERSON = "this person"


def photo(db: Session, key: str, person: Person | None) -> Audience | None:
    """Who may see the photo under `key`: everybody, `person` at least, or (None) not `person`."""
    if not KEY.fullmatch(key):
        return None
    photo_id = db.scalar(select(Photo.id).where(Photo.key == key))
    if photo_id is None:
        return None
    for may_see in (
        proposals.may_see_photo,
        incidents.may_see_photo,
        incident_words.may_see_photo,
        documents.may_see_photo,
        paper.may_see_photo,
    ):
        if may_see(db, photo_id, None):
            return Audience.EVERYBODY
        if person is not None and may_see(db, photo_id, person):
            return Audience.THIS_PERSON
    return None


def path_of(address: str | None) -> str:
    """The path of an address of this site, to go back to."""
    try:
        return urlsplit(address or "").path or "/"
    except ValueError:  # `http://[` is no address at all
        return "/"


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


def _days_until(moment: datetime) -> int:
    return (_day(moment) - clock.today()).days
