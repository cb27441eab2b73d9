"""What the clock seals by itself, and what it finishes where somebody was killed in between."""

import logging
from collections.abc import Callable

from sqlalchemy import delete, exists, select, text
from sqlalchemy.orm import Session

from engage.consultations.models import Ballot, Consultation, Question
from engage.consultations.sealing import secrets
from engage.consultations.sealing.commands import AFTER as AFTER
from engage.consultations.sealing.commands import drop_cancelled, seal
from engage.consultations.sealing.models import SealingRest
from engage.core import clock
from engage.core.db import Database
from engage.core.errors import Conflict

log = logging.getLogger(__name__)

REWRITTEN = ("ballots", "roll_entries")


def run(database: Database) -> int:
    """Seal what is over, drop what was cancelled, finish both; returns how many were sealed."""
    with database.reading() as db:
        due, cancelled = over(db), _cancelled_with_rests(db)
    sealed = sum(_try(database, id_, lambda d, i: seal(d, i, None)) for id_ in due)
    for id_ in cancelled:
        _try(database, id_, drop_cancelled)
    finish(database)
    return sealed


def _try(database: Database, id_: int, act: Callable[[Database, int], None]) -> bool:
    """Another clock may be quicker, somebody may extend the vote; one fault stops no other."""
    try:
        act(database, id_)
    except Conflict:
        return False
    except ValueError:
        log.exception("concertation %s has a ballot that cannot be counted", id_)
        return False
    return True


def over(db: Session) -> list[int]:
    """What ended ten minutes ago and waits for no paper."""
    return list(
        db.scalars(
            select(Consultation.id)
            .where(
                Consultation.closes_at <= clock.now() - AFTER,
                Consultation.sealed_at.is_(None),
                Consultation.cancelled_at.is_(None),
                Consultation.is_draft.is_(False),
                Consultation.takes_paper.is_(False),
            )
            .order_by(Consultation.id)
        )
    )


def _cancelled_with_rests(db: Session) -> list[int]:
    """What was cancelled and has ballots, or a secret, which a vote undone half-way leaves."""
    asked = exists().where(
        Question.consultation_id == Consultation.id, Ballot.question_id == Question.id
    )
    cancelled = select(Consultation.id, asked).where(Consultation.cancelled_at.is_not(None))
    rows = db.execute(cancelled.order_by(Consultation.id)).all()
    return [id_ for id_, ballots in rows if ballots or secrets.read(db, id_) is not None]


def finish(database: Database) -> bool:
    """Destroy secrets that are left and rewrite the files; False when that has to wait.

    Nothing of it is lost when the clock is killed: the rows of what is left go last.
    """
    with database.reading() as db:
        left = list(db.scalars(select(SealingRest.consultation_id)))
        for id_ in left:
            secrets.destroy(db, id_)
        if not left or _is_still_read(db):
            return not left
    if not database.rewrite(*REWRITTEN):
        return False
    with database.transaction() as db:
        db.execute(delete(SealingRest).where(SealingRest.consultation_id.in_(left)))
    return True


_OLD_READERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
    " AND age(backend_xmin) >= (SELECT min(age(xmin)) FROM sealing_rests)"
)
"""Transactions that may still look at rows as they were before sealing, like a long backup."""


def _is_still_read(db: Session) -> bool:
    """Whether PostgreSQL would have to copy dropped rows for somebody who may still see them."""
    return db.get_bind().dialect.name == "postgresql" and bool(db.scalar(_OLD_READERS))
