"""Secret addresses of follow pages: random, one a message, kept as hashes, for a year."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.secrets import new_token, token_hash
from engage.incidents.models import FollowLink, Incident, IncidentFollower

LIFETIME = timedelta(days=365)
"""After the last step of its report: then nobody needs to know any more who it was about."""


def reporter_link(db: Session, incident: Incident) -> str:
    """A token that opens the follow page with the reporter's own words and photos."""
    return _new(db, incident, None)


def follower_link(db: Session, incident: Incident, follower: IncidentFollower) -> str:
    """A token that opens the follow page as one who follows."""
    return _new(db, incident, follower.id)


def _new(db: Session, incident: Incident, follower_id: int | None) -> str:
    token = new_token()
    moment = clock.now()
    db.add(
        FollowLink(
            token_hash=token_hash(token),
            incident_id=incident.id,
            follower_id=follower_id,
            created_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    db.flush()
    return token


def renew(db: Session, incident: Incident) -> None:
    """Something happened to the report: what opens its page does so for another year."""
    moment = clock.now()
    db.execute(
        update(FollowLink)
        .where(
            FollowLink.incident_id == incident.id,
            FollowLink.revoked_at.is_(None),
            FollowLink.expires_at > moment,
        )
        .values(expires_at=moment + LIFETIME)
    )


def revoke(db: Session, follower_id: int) -> None:
    """Close all links of a follower who leaves, and forget whose they were."""
    db.execute(
        update(FollowLink)
        .where(FollowLink.follower_id == follower_id)
        .values(follower_id=None, revoked_at=clock.now())
    )
