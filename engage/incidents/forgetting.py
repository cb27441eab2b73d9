"""What becomes of old reports, and of those whose reporter leaves: words and people go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from engage.core import clock, photos
from engage.core.photos import StoredPhoto
from engage.deadlines.models import Deadline
from engage.incidents.models import (
    FollowLink,
    Incident,
    IncidentEvent,
    IncidentFollower,
    IncidentPhoto,
    Moment,
)
from engage.incidents.workflow import ENDED, Status
from engage.territory.models import Place


def ended_before(limit: datetime) -> ColumnElement[bool]:
    """Whether a report has ended, and its last step is as old as `limit`."""
    last = (
        select(func.max(IncidentEvent.at))
        .where(IncidentEvent.incident_id == Incident.id)
        .correlate(Incident)
        .scalar_subquery()
    )
    return and_(Incident.status.in_(ENDED), last <= limit)


def with_old_photos(db: Session, limit: datetime, most: int) -> Sequence[int]:
    """Ids of reports that ended before `limit` and still show a photo."""
    shown = exists().where(IncidentPhoto.incident_id == Incident.id)
    return _ids(db, most, ended_before(limit), shown)


def to_anonymise(db: Session, limit: datetime, most: int) -> Sequence[int]:
    """Ids of reports that ended before `limit` and still have words and people."""
    return _ids(db, most, ended_before(limit), Incident.anonymised_on.is_(None))


def to_remove(db: Session, limit: datetime, most: int) -> Sequence[int]:
    """Ids of anonymous reports that ended before `limit`."""
    return _ids(db, most, ended_before(limit), Incident.anonymised_on.is_not(None))


def _ids(db: Session, most: int, *wanted: ColumnElement[bool]) -> Sequence[int]:
    return db.scalars(select(Incident.id).where(*wanted).order_by(Incident.id).limit(most)).all()


def remove_photos(
    db: Session, ids: Sequence[int], moments: Sequence[Moment] = tuple(Moment)
) -> list[StoredPhoto]:
    """Remove the photos of these reports; returns what to take from the disk."""
    chosen = (IncidentPhoto.incident_id.in_(ids), IncidentPhoto.moment.in_(moments))
    photo_ids = db.scalars(select(IncidentPhoto.photo_id).where(*chosen)).all()
    db.execute(delete(IncidentPhoto).where(*chosen))
    return photos.forget(db, photo_ids)


def forget_reporter(db: Session, ids: Sequence[int]) -> list[StoredPhoto]:
    """Take away what the reporter wrote and showed and how they get back; the report stays."""
    said = (IncidentEvent.incident_id.in_(ids), IncidentEvent.status == Status.REOPENED)
    db.execute(update(IncidentEvent).where(*said, IncidentEvent.word != "").values(word=""))
    db.execute(
        delete(FollowLink).where(FollowLink.incident_id.in_(ids), FollowLink.follower_id.is_(None))
    )
    db.execute(
        update(Incident).where(Incident.id.in_(ids)).values(description="", reporter_id=None)
    )
    return remove_photos(db, ids, [Moment.BEFORE])


def forget_followers(db: Session, addresses: Sequence[tuple[str, str]]) -> int:
    """Nobody at these (channel, address) follows anything any more; returns how many did."""
    gone = 0
    for channel, address in addresses:
        chosen = (IncidentFollower.channel == channel, IncidentFollower.address == address)
        whose = select(IncidentFollower.id).where(*chosen)
        db.execute(delete(FollowLink).where(FollowLink.follower_id.in_(whose)))
        found = db.execute(delete(IncidentFollower).where(*chosen))
        gone += found.rowcount  # type: ignore[attr-defined]
    return gone


def anonymise(db: Session, ids: Sequence[int]) -> None:
    """Leave nothing but statistics: kind, coarse place, states and their days."""
    remove_photos(db, ids)
    mine = IncidentEvent.incident_id.in_(ids)
    db.execute(update(IncidentEvent).where(mine, IncidentEvent.word != "").values(word=""))
    db.execute(delete(FollowLink).where(FollowLink.incident_id.in_(ids)))
    db.execute(delete(IncidentFollower).where(IncidentFollower.incident_id.in_(ids)))
    areas = dict(
        db.execute(select(Place.neighbourhood_id, Place.id).where(Place.kind == "area")).all()
    )
    found = select(Incident).options(joinedload(Incident.kind)).where(Incident.id.in_(ids))
    for incident in db.scalars(found):
        incident.description = ""
        incident.reporter_id = incident.captured_by_id = None
        incident.place_id = (
            incident.coarse_place_id or areas.get(incident.neighbourhood_id) or incident.place_id
        )
        incident.anonymised_on = clock.today()
        title = f"{incident.reference} · {incident.kind.label['fr']}"[:200]
        db.execute(update(Deadline).where(*_about(incident.id)).values(title=title))
    db.flush()


def _about(incident_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Deadline.subject_type == Incident.__tablename__, Deadline.subject_id == incident_id)


def remove(db: Session, ids: Sequence[int]) -> None:
    """Remove anonymous reports and their history; what was owed for them must be gone."""
    others = Incident.duplicate_of_id.in_(ids)
    db.execute(update(Incident).where(others).values(duplicate_of_id=None))
    db.execute(delete(IncidentEvent).where(IncidentEvent.incident_id.in_(ids)))
    db.execute(delete(Incident).where(Incident.id.in_(ids)))
