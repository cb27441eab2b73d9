"""Secret addresses of follow pages: random, one a message, kept as hashes."""

from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.secrets import new_token, token_hash
from engage.incidents.models import FollowLink, Incident, IncidentFollower


def reporter_link(db: Session, incident: Incident) -> str:
    """A token that opens the follow page with the reporter's own words and photos."""
    return _new(db, incident, None)


def follower_link(db: Session, incident: Incident, follower: IncidentFollower) -> str:
    """A token that opens the follow page as one who follows."""
    return _new(db, incident, follower.id)


def _new(db: Session, incident: Incident, follower_id: int | None) -> str:
    token = new_token()
    db.add(
        FollowLink(
            token_hash=token_hash(token),
            incident_id=incident.id,
            follower_id=follower_id,
            created_at=clock.now(),
        )
    )
    db.flush()
    return token
