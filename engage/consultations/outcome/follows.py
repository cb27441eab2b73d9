"""Who wants to hear how a concertation ends: follow, stop, stop by the link of a message.

Nothing of this is in the audit trail: beside a vote, a time would tell who voted when.
"""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.consultations.models import Consultation, Purpose
from engage.consultations.outcome.models import ResultFollow
from engage.consultations.outcome.policy import can_follow_result
from engage.core import clock
from engage.core.policy import require
from engage.core.secrets import token_hash


def follow(db: Session, consultation: Consultation, *, person: Person) -> bool:
    """Hear of its result and of its decision; False when this person did already."""
    require(can_follow_result, person, consultation)
    if follows(db, consultation.id, person):
        return False
    try:
        with db.begin_nested():
            db.add(ResultFollow(consultation_id=consultation.id, person_id=person.id))
    except IntegrityError:
        return False
    return True


def unfollow(db: Session, consultation_id: int, *, person: Person) -> bool:
    """Hear nothing more of it; False when this person did not follow."""
    following = db.get(ResultFollow, (consultation_id, person.id))
    if following is None:
        return False
    db.delete(following)
    return True


def follows(db: Session, consultation_id: int, person: Person) -> bool:
    """Whether this person hears of it."""
    return db.get(ResultFollow, (consultation_id, person.id)) is not None


def by_link(db: Session, token: str) -> tuple[ResultFollow, Consultation] | None:
    """What the link of a message stops, with its concertation; None once it is stopped."""
    named = token_hash(token)
    row = db.execute(
        select(ResultFollow, Consultation)
        .join(Consultation, Consultation.id == ResultFollow.consultation_id)
        .where(or_(ResultFollow.results_link == named, ResultFollow.decision_link == named))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def stop(db: Session, token: str) -> Consultation | None:
    """Stop what the link belongs to; returns what it was about, None where nothing was left."""
    found = by_link(db, token)
    if found is None:
        return None
    db.delete(found[0])
    db.flush()
    return found[1]


def forget(db: Session, limit: datetime, most: int) -> int:
    """Remove at most `most` of those that have nothing more to come since `limit`."""
    over = or_(
        Consultation.decided_on <= clock.local(limit).date(),
        Consultation.cancelled_at <= limit,
        and_(Consultation.purpose == Purpose.SURVEY, Consultation.sealed_at <= limit),
    )
    rows = db.execute(
        select(ResultFollow.consultation_id, ResultFollow.person_id)
        .join(Consultation, Consultation.id == ResultFollow.consultation_id)
        .where(over)
        .limit(most)
    ).all()
    key = tuple_(ResultFollow.consultation_id, ResultFollow.person_id)
    db.execute(delete(ResultFollow).where(key.in_([tuple(row) for row in rows])))
    return len(rows)


def finish_follow(db: Session, draft: Draft, person: Person) -> str:
    """Follow once it is known who does; returns the page that says so."""
    found = db.get(Consultation, draft.payload["consultation_id"])
    if found is None or found.is_draft or found.announced_at > clock.now():
        return "/concertations"
    if can_follow_result(person, found):
        follow(db, found, person=person)
    return f"/concertations/{found.id}/suivre"
