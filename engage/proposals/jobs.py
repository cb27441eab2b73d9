"""What time triggers for ideas: in the evening, each follower's news of the day in one message."""

import logging
from collections.abc import Sequence
from datetime import time

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.core.db import Database
from engage.core.secrets import new_token, token_hash
from engage.proposals import messages
from engage.proposals.news import LINK_LIFETIME, ProposalDigest, ProposalNews

log = logging.getLogger(__name__)

EVENING, NIGHT = time(18), time(21)
"""When news may leave, on the town's clocks; what comes later waits for the next evening."""


def queue_news(database: Database) -> int:
    """Make the evening's digests, each in a transaction of its own; returns how many.

    Killed half-way, the next run makes the others; of two clocks at once the unique constraint
    on (person, day) lets one through.
    """
    with database.reading() as db:
        people = waiting(db)
    made = 0
    for person_id in people:
        try:
            with database.transaction() as db:
                made += make_digest(db, person_id)
        except IntegrityError:
            log.info("another clock told person %s already", person_id)
    return made


def waiting(db: Session) -> Sequence[int]:
    """Who is to hear of something now and got no message today; nobody outside the evening."""
    if not EVENING <= clock.local(clock.now()).time() < NIGHT:
        return ()
    told = exists().where(
        ProposalDigest.person_id == ProposalNews.person_id,
        ProposalDigest.local_day == clock.today(),
    )
    return db.scalars(
        select(ProposalNews.person_id)
        .where(ProposalNews.digest_id.is_(None), ~told)
        .distinct()
        .order_by(ProposalNews.person_id)
    ).all()


def make_digest(db: Session, person_id: int) -> bool:
    """Take all that one follower was not told yet into one message; False when none leaves."""
    rows = db.scalars(
        select(ProposalNews)
        .where(ProposalNews.person_id == person_id, ProposalNews.digest_id.is_(None))
        .with_for_update()
    ).all()
    person = db.get(Person, person_id)
    if not rows or person is None:
        return False
    token = new_token()
    digest = ProposalDigest(
        person_id=person_id,
        local_day=clock.today(),
        token_hash=token_hash(token),
        expires_at=clock.now() + LINK_LIFETIME,
    )
    db.add(digest)
    db.flush()
    for row in rows:
        row.digest_id = digest.id
    db.flush()
    return messages.evening(db, digest, person, token=token)
