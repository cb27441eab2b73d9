"""What the demo council did with words nobody signed: answers to a vote, worries of works."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.kits.models import Concern
from engage.consultations.written import commands as written
from engage.consultations.written.models import WrittenAnswer
from engage.core import clock
from engage.moderation import commands

STILL_UNREAD = 1
"""Of the written answers, so that the queue shows one."""


def load(db: Session, people: Mapping[str, Person], waiting: Sequence[Concern]) -> None:
    """Publish all written answers but one; that one and the worries `waiting` are in the queue."""
    reader = people["conseil2"]
    answers = db.scalars(select(WrittenAnswer).order_by(WrittenAnswer.id)).all()
    for answer in answers:
        answer.received = True
    with clock.at(clock.now() - timedelta(days=7)):
        for answer in answers[STILL_UNREAD:]:
            written.publish(db, answer, actor_id=reader.id)
    unread: Sequence[WrittenAnswer | Concern] = (*answers[:STILL_UNREAD], *waiting)
    for one in unread:
        commands.receive(
            db,
            subject_type=one.__tablename__,
            subject_id=one.id,
            revision_id=one.edition,
            author_id=None,
        )
