"""What time triggers after a vote: followers hear of the results, then of the decision."""

import logging
from collections.abc import Sequence
from datetime import time

from sqlalchemy import and_, case, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.models import Consultation
from engage.consultations.outcome import messages
from engage.consultations.outcome.messages import News
from engage.consultations.outcome.models import ResultFollow
from engage.core import clock
from engage.core.db import Database
from engage.core.secrets import new_token, token_hash

log = logging.getLogger(__name__)

MORNING, NIGHT = time(8), time(21)
"""When somebody may be told, on the town's clocks."""

_DECIDED = Consultation.decided_on.is_not(None)

_WAITING = (
    select(
        ResultFollow.consultation_id,
        ResultFollow.person_id,
        case((_DECIDED, literal(News.DECISION.value)), else_=literal(News.RESULTS.value)),
    )
    .join(Consultation, Consultation.id == ResultFollow.consultation_id)
    .where(
        Consultation.sealed_at.is_not(None),
        Consultation.cancelled_at.is_(None),
        or_(
            and_(_DECIDED, ResultFollow.decision_link.is_(None)),
            and_(~_DECIDED, ResultFollow.results_link.is_(None)),
        ),
    )
    .order_by(ResultFollow.consultation_id, ResultFollow.person_id)
)
"""Who was not told the newest: after the decision nobody hears of the results alone."""

Waiting = tuple[int, int, str]
"""Concertation, person, what they are to hear."""


def queue_news(database: Database) -> int:
    """Tell each follower what is new, each in a transaction of its own; returns how many.

    Killed half-way, the next run tells the others; of two clocks at once the key of the message
    lets one through.
    """
    if not MORNING <= clock.local(clock.now()).time() < NIGHT:
        return 0
    with database.reading() as db:
        found = waiting(db)
    made = 0
    for one in found:
        try:
            with database.transaction() as db:
                made += _tell(db, one)
        except IntegrityError:
            log.info("another clock told person %s already", one[1])
    return made


def waiting(db: Session) -> Sequence[Waiting]:
    """Who is to hear what."""
    return [(row[0], row[1], row[2]) for row in db.execute(_WAITING)]


def _tell(db: Session, one: Waiting) -> bool:
    consultation_id, person_id, what = one
    following = db.get(ResultFollow, (consultation_id, person_id), with_for_update=True)
    person = db.get(Person, person_id)
    if following is None or person is None:
        return False
    token = new_token()
    if what == News.DECISION:
        following.decision_link = token_hash(token)
    else:
        following.results_link = token_hash(token)
    db.flush()
    return messages.tell(db, News(what), consultation_id, person, token=token)
