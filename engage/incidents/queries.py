"""Reads for residents and the public: what can be reported, lists, one report, a follow page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engage.accounts.models import Person
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
    Tile,
)
from engage.incidents.policy import can_see
from engage.incidents.workflow import OPEN, Status
from engage.territory.models import Neighbourhood, Place

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


def tiles(db: Session) -> Sequence[Tile]:
    """The pictures of the first question."""
    return db.scalars(select(Tile).order_by(Tile.position)).all()


def is_code(typed: str) -> bool:
    """Whether `typed` may name something (PostgreSQL would refuse a NUL, for instance)."""
    return CODE.fullmatch(typed) is not None


def tile(db: Session, code: str) -> Tile | None:
    if not is_code(code):
        return None
    return db.scalar(select(Tile).where(Tile.code == code))


def choices(db: Session, chosen: Tile) -> Sequence[IncidentKind]:
    """The choices behind a picture."""
    return db.scalars(
        select(IncidentKind)
        .where(IncidentKind.tile_id == chosen.id)
        .order_by(IncidentKind.tile_position)
    ).all()


def kind(db: Session, code: str) -> IncidentKind | None:
    """What a resident can choose; kinds of staff only are not among them."""
    if not is_code(code):
        return None
    return db.scalar(
        select(IncidentKind)
        .options(joinedload(IncidentKind.tile))
        .where(IncidentKind.code == code, IncidentKind.tile_id.is_not(None))
    )


def place(db: Session, code: str) -> Place | None:
    if not is_code(code):
        return None
    return db.scalar(
        select(Place).options(joinedload(Place.neighbourhood)).where(Place.code == code)
    )


def public_list(
    db: Session, *, before: int | None, neighbourhood: str = "", state: str = ""
) -> Page[Incident]:
    """What everybody may see, newest first; unknown filters find nothing."""
    statement = (
        select(Incident)
        .options(*FACTS)
        .where(Incident.listed, Incident.status.in_(STATES.get(state, ())))
        .order_by(Incident.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        statement = statement.where(Incident.id < before)
    if neighbourhood:
        if not is_code(neighbourhood):
            return page_of([])
        statement = statement.where(
            Incident.neighbourhood_id
            == select(Neighbourhood.id).where(Neighbourhood.code == neighbourhood).scalar_subquery()
        )
    return page_of(db.scalars(statement).all())


def public_incident(db: Session, reference: str) -> Incident | None:
    """A report that everybody may see; the closed circuit is never found."""
    return db.scalar(_by_reference(reference).where(Incident.listed))


def by_reference(db: Session, reference: str) -> Incident | None:
    """Any report, for those in charge."""
    return db.scalar(_by_reference(reference))


def _by_reference(reference: str) -> Select[Incident]:
    wanted = reference.strip().upper()
    known = Incident.reference == wanted if is_code(wanted) else false()
    return select(Incident).options(*FACTS).where(known)


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


def followed(db: Session, token: str) -> Followed | None:
    """What the link `/suivi/<token>` opens."""
    row = db.execute(
        select(FollowLink, Incident)
        .join(Incident, Incident.id == FollowLink.incident_id)
        .options(*FACTS)
        .where(FollowLink.token_hash == token_hash(token))
    ).first()
    return Followed(*row) if row else None


def events(db: Session, incident: Incident) -> Sequence[IncidentEvent]:
    """The history, oldest first."""
    return db.scalars(
        select(IncidentEvent)
        .options(joinedload(IncidentEvent.organisation))
        .where(IncidentEvent.incident_id == incident.id)
        .order_by(IncidentEvent.id)
    ).all()


def photos(db: Session, incident: Incident) -> Sequence[IncidentPhoto]:
    """All photos, oldest first: for those in charge; a follow page asks `photos_for`."""
    return db.scalars(
        select(IncidentPhoto)
        .options(joinedload(IncidentPhoto.photo))
        .where(IncidentPhoto.incident_id == incident.id)
        .order_by(IncidentPhoto.photo_id)
    ).all()


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


def open_dates(db: Session, incident: Incident) -> Sequence[Deadline]:
    """What is still owed, soonest first, without the organisation."""
    return db.scalars(
        select(Deadline)
        .where(
            Deadline.subject_type == Incident.__tablename__,
            Deadline.subject_id == incident.id,
            Deadline.met_at.is_(None),
            Deadline.withdrawn_at.is_(None),
        )
        .order_by(Deadline.due_at)
    ).all()


def follower_count(db: Session, incident: Incident) -> int:
    """How many asked to be told."""
    return (
        db.scalar(
            select(func.count(IncidentFollower.id)).where(
                IncidentFollower.incident_id == incident.id
            )
        )
        or 0
    )


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
