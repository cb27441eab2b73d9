"""Reads for residents and the public: the list, one report, a follow page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from engage.accounts.models import Person
from engage.core import clock
from engage.core.pagination import PAGE_SIZE, Page, page_of
from engage.core.secrets import token_hash
from engage.deadlines.models import Deadline
from engage.incidents.models import (
    FollowLink,
    Incident,
    IncidentEvent,
    IncidentFollower,
    IncidentKind,
    IncidentPhoto,
    Moment,
    is_one_of,
)
from engage.incidents.policy import can_see
from engage.incidents.workflow import OPEN, Status
from engage.territory.models import Neighbourhood, Organisation, Place

Statement = Select[*tuple[Any, ...]]
"""Of several columns."""

REPAIRED = (Status.RESOLVED, Status.CONFIRMED, Status.CLOSED)
STATES = {"ouverts": OPEN, "repares": REPAIRED, "": (*OPEN, *REPAIRED)}
"""The filter of the public list; duplicates and what was sent elsewhere stay out of it."""

CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What codes and references are made of; anything else is not even looked for."""

FACTS = (
    joinedload(Incident.kind),
    joinedload(Incident.place),
    joinedload(Incident.coarse_place),
    joinedload(Incident.neighbourhood),
    joinedload(Incident.organisation),
)


def is_code(typed: str) -> bool:
    """Whether `typed` may name something (PostgreSQL would refuse a NUL, for instance)."""
    return CODE.fullmatch(typed) is not None


class Listed(NamedTuple):
    """A report as a line of the public list: nothing in it that the public may not know."""

    id: int
    reference: str
    status: Status
    scheduled_on: date | None
    created_at: datetime
    words: dict[str, str]
    coarse: dict[str, str] | None
    hood: dict[str, str]
    holder: str | None


COARSE = aliased(Place)
LISTED: Statement = (
    select(
        Incident.id,
        Incident.reference,
        Incident.status,
        Incident.scheduled_on,
        Incident.created_at,
        IncidentKind.resident_label,
        COARSE.name,
        Neighbourhood.name,
        Organisation.short_name,
    )
    .join(Incident.kind)
    .join(Incident.neighbourhood)
    .outerjoin(COARSE, Incident.coarse_place)
    .outerjoin(Incident.organisation)
    .where(Incident.listed)
    .order_by(Incident.id.desc())
    .limit(PAGE_SIZE + 1)
)


@lru_cache
def _public_list(state: str, *, by_neighbourhood: bool, further: bool) -> Statement:
    """One statement for each combination of filters, built once."""
    statement = LISTED.where(text(is_one_of(STATES[state])))
    if further:
        statement = statement.where(Incident.id < bindparam("before"))
    if by_neighbourhood:
        wanted = select(Neighbourhood.id).where(Neighbourhood.code == bindparam("code"))
        statement = statement.where(Incident.neighbourhood_id == wanted.scalar_subquery())
    return statement


def public_list(
    db: Session, *, before: int | None, neighbourhood: str = "", state: str = ""
) -> Page[Listed]:
    """What everybody may see, newest first; unknown filters find nothing."""
    if state not in STATES or (neighbourhood and not is_code(neighbourhood)):
        return page_of([])
    statement = _public_list(
        state, by_neighbourhood=bool(neighbourhood), further=before is not None
    )
    found = db.execute(statement, {"before": before, "code": neighbourhood})
    return page_of([Listed(*row) for row in found])


BY_REFERENCE = select(Incident).options(*FACTS).where(Incident.reference == bindparam("reference"))
PUBLIC_BY_REFERENCE = BY_REFERENCE.where(Incident.listed)


def public_incident(db: Session, reference: str) -> Incident | None:
    """A report that everybody may see; the closed circuit is never found."""
    return _by_reference(db, PUBLIC_BY_REFERENCE, reference)


def by_reference(db: Session, reference: str) -> Incident | None:
    """Any report, for those in charge."""
    return _by_reference(db, BY_REFERENCE, reference)


def _by_reference(db: Session, statement: Select[Incident], typed: str) -> Incident | None:
    wanted = typed.strip().upper()
    return db.scalar(statement, {"reference": wanted}) if is_code(wanted) else None


def reference_of(db: Session, incident_id: int | None) -> str:
    """The number of another report, or nothing."""
    if incident_id is None:
        return ""
    return db.scalar(select(Incident.reference).where(Incident.id == incident_id)) or ""


@dataclass(frozen=True)
class Followed:
    """A report seen through a secret link."""

    link: FollowLink
    incident: Incident

    @property
    def is_reporter(self) -> bool:
        """Whether words and photos of the reporter may be shown."""
        return self.link.follower_id is None


FOLLOWED = (
    select(FollowLink, Incident)
    .join(Incident, Incident.id == FollowLink.incident_id)
    .options(*FACTS)
    .where(
        FollowLink.token_hash == bindparam("hash"),
        FollowLink.revoked_at.is_(None),
        FollowLink.expires_at > bindparam("now"),
    )
)


def followed(db: Session, token: str) -> Followed | None:
    """What the link `/suivi/<token>` opens now."""
    row = db.execute(FOLLOWED, {"hash": token_hash(token), "now": clock.now()}).first()
    return Followed(*row) if row else None


def closed_link(db: Session, token: str) -> FollowLink | None:
    """A link that opens nothing: it is too old, or who followed has left. Ask `followed` first."""
    return db.get(FollowLink, token_hash(token))


class Event(NamedTuple):
    """A line of the history, with the short name of the organisation that had the report."""

    at: datetime
    status: Status
    scheduled_on: date | None
    word: str
    holder: str | None


EVENTS = (
    select(
        IncidentEvent.at,
        IncidentEvent.status,
        IncidentEvent.scheduled_on,
        IncidentEvent.word,
        Organisation.short_name,
    )
    .outerjoin(IncidentEvent.organisation)
    .where(IncidentEvent.incident_id == bindparam("incident"))
    .order_by(IncidentEvent.id)
)


def events(db: Session, incident: Incident) -> list[Event]:
    """The history, oldest first."""
    return [Event(*row) for row in db.execute(EVENTS, {"incident": incident.id})]


PHOTOS = (
    select(IncidentPhoto)
    .options(joinedload(IncidentPhoto.photo))
    .where(IncidentPhoto.incident_id == bindparam("incident"))
    .order_by(IncidentPhoto.photo_id)
)


def photos(db: Session, incident: Incident) -> Sequence[IncidentPhoto]:
    """All photos, oldest first: for those in charge; a follow page asks `photos_for`."""
    return db.scalars(PHOTOS, {"incident": incident.id}).all()


def photos_for(db: Session, found: Followed) -> Sequence[IncidentPhoto]:
    """What a follow page shows: the repair to all, the problem to its reporter."""
    return [
        photo
        for photo in photos(db, found.incident)
        if found.is_reporter or photo.moment is Moment.AFTER
    ]


def may_see_photo(
    db: Session, photo_id: int, person: Person | None, follow_token: str | None = None
) -> bool | None:
    """Whether this person, or who holds this link, may see the photo; None: not of a report."""
    row = db.execute(
        select(IncidentPhoto, Incident)
        .join(Incident, Incident.id == IncidentPhoto.incident_id)
        .where(IncidentPhoto.photo_id == photo_id)
    ).first()
    if row is None:
        return None
    photo, incident = row
    if can_see(person, incident):
        return True
    if person is not None and incident.reporter_id == person.id:
        return True
    found = followed(db, follow_token) if follow_token else None
    if found is None or found.incident.id != incident.id:
        return False
    return found.is_reporter or photo.moment is Moment.AFTER


OPEN_DATES = (
    select(Deadline)
    .where(
        Deadline.subject_type == Incident.__tablename__,
        Deadline.subject_id == bindparam("incident"),
        Deadline.met_at.is_(None),
        Deadline.withdrawn_at.is_(None),
    )
    .order_by(Deadline.due_at)
)


def open_dates(db: Session, incident: Incident) -> Sequence[Deadline]:
    """What is still owed, soonest first, without the organisation."""
    return db.scalars(OPEN_DATES, {"incident": incident.id}).all()


FOLLOWERS = select(func.count(IncidentFollower.id)).where(
    IncidentFollower.incident_id == bindparam("incident")
)


def follower_count(db: Session, incident: Incident) -> int:
    """How many asked to be told."""
    return db.scalar(FOLLOWERS, {"incident": incident.id}) or 0


def unanswered(db: Session, *, before: datetime) -> Sequence[Incident]:
    """Repaired before that moment, without an answer; up to 200 at a time."""
    return db.scalars(
        select(Incident)
        .join(Incident.kind)
        .options(contains_eager(Incident.kind))
        .where(Incident.status == Status.RESOLVED, Incident.resolved_at <= before)
        .order_by(Incident.id)
        .limit(200)
        .with_for_update(of=Incident, skip_locked=True)
    ).all()
