"""Brings written answers into the queue once a day and mixed: nothing tells who wrote when.

The moment at which the queue gets something is kept; that of writing never is.
"""

from datetime import datetime, time
from random import SystemRandom

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.models import Consultation, Question
from engage.consultations.written.models import WrittenAnswer
from engage.core import clock, ticks
from engage.core.db import Database
from engage.moderation import commands

NAME = "written pile"
MORNING = time(5)
"""On the town's clocks: before anybody reads, after a whole day of writing."""

AT_ONCE = 200


def bring(database: Database) -> int:
    """Give the queue what was written until this morning, and all of votes that are over."""
    total, brought = 0, AT_ONCE
    while brought == AT_ONCE:
        with database.transaction() as db:
            brought = _bring(db)
        total += brought
    return total


def _bring(db: Session) -> int:
    """At most `AT_ONCE` answers, in one transaction: it is the last that wrote to their rows."""
    daily = _is_due(ticks.last(db, NAME))
    wanted = select(WrittenAnswer).where(~WrittenAnswer.received)
    if not daily:
        over = (
            select(Question.id)
            .join(Consultation, Consultation.id == Question.consultation_id)
            .where(Consultation.closes_at <= clock.now())
        )
        wanted = wanted.where(WrittenAnswer.question_id.in_(over))
    answers = list(db.scalars(wanted.limit(AT_ONCE)))
    SystemRandom().shuffle(answers)
    for answer in answers:
        answer.received = True
        commands.receive(
            db,
            subject_type=WrittenAnswer.__tablename__,
            subject_id=answer.id,
            revision_id=answer.edition,
            author_id=None,
        )
    if daily and len(answers) < AT_ONCE:
        ticks.tick(db, NAME)
    return len(answers)


def _is_due(last: datetime | None) -> bool:
    """Whether a morning has come since the last pile."""
    there = clock.local(clock.now())
    morning = datetime.combine(there.date(), MORNING, clock.zone())
    return there >= morning and (last is None or last < morning)
