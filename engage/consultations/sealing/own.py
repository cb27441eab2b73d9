"""What voters see of their own vote while it is open: the answer, to change it, and the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.models import Ballot, Consultation, Question
from engage.consultations.sealing import secrets
from engage.core import clock


@dataclass(frozen=True)
class Own:
    """One answer as it is counted now, and its receipt."""

    answers: list[Any]
    receipt: str


def votes_of(
    db: Session, consultation: Consultation, questions: Sequence[Question], unit: str
) -> Mapping[int, Own]:
    """What `unit` has answered, by question id; one statement.

    Nothing is found once the vote is over, nor of a vote on paper, nor of one that was cast before
    a restore: these stand, and nobody can tell any more which they are.
    """
    secret = secrets.read(db, consultation.id)
    if secret is None or not consultation.is_open(clock.now()):
        return {}
    keys = {secrets.ballot_key(secret, q.id, unit): q.id for q in questions}
    rows = db.execute(select(Ballot.key, Ballot.answers).where(Ballot.key.in_(keys)))
    return {
        keys[row.key]: Own(row.answers, secrets.receipt(secret, keys[row.key], unit))
        for row in rows
    }


def answer_of(
    db: Session, consultation: Consultation, question: Question, unit: str
) -> list[Any] | None:
    """The answer of `unit` as it is counted now; None when there is none that can be changed."""
    found = votes_of(db, consultation, [question], unit).get(question.id)
    return found.answers if found else None
