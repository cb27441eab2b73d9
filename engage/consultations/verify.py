"""Self-checks of the ballots: one ballot for every right used, each of them a valid one."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import Session, selectinload

from engage.consultations import queries, roll
from engage.consultations.counting.answers import is_countable
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    Option,
    Question,
    QuestionKind,
    RollEntry,
    VotingCode,
    unit_of_code,
)
from engage.consultations.policy import UNIT_PREFIX
from engage.consultations.sealing import verify as sealed
from engage.consultations.sealing.secrets import KEY_LENGTH
from engage.core.words import ContributionChannel


def check(db: Session) -> list[str]:
    """The faults found, a line each; empty when all is well. Says no unit and no answer."""
    checks: tuple[Callable[[Session], Iterator[str]], ...] = (
        _as_many_ballots_as_rights,
        _questions_of_the_roll,
        _valid_ballots,
        _units_of_the_electorate,
        _standing_codes,
        _one_none_each,
        sealed.check,
    )
    return [fault for found in checks for fault in found(db)]


def _as_many_ballots_as_rights(db: Session) -> Iterator[str]:
    """As long as a vote is not sealed; a sheet of paper may hold no valid answer."""
    rights, on_paper = _rights(db), _rights(db, RollEntry.channel == ContributionChannel.PAPER)
    cast_in = select(Ballot.question_id, func.count()).group_by(Ballot.question_id)
    ballots = dict(db.execute(cast_in).all())
    for question_id in _counted_questions(db):
        used, cast_ = rights.get(question_id, 0), ballots.get(question_id, 0)
        paper = on_paper.get(question_id, 0)
        if cast_ < used - paper or (cast_ > used and not paper):
            yield f"question {question_id}: {used} rights used, {cast_} ballots"


def _rights(db: Session, *which: ColumnElement[bool]) -> dict[int, int]:
    rows = select(RollEntry.question_id, func.count()).where(*which).group_by(RollEntry.question_id)
    return dict(db.execute(rows).all())


def _counted_questions(db: Session) -> list[int]:
    """Those whose ballots are not sealed, dropped or read instead of counted."""
    return list(
        db.scalars(
            select(Question.id)
            .join(Consultation, Consultation.id == Question.consultation_id)
            .where(
                Consultation.sealed_at.is_(None),
                Consultation.cancelled_at.is_(None),
                Question.kind != QuestionKind.TEXT,
                Question.consultation_id.not_in(roll.emptied(db)),
            )
            .order_by(Question.id)
        )
    )


def _questions_of_the_roll(db: Session) -> Iterator[str]:
    wrong = db.execute(
        select(RollEntry.question_id, func.count())
        .join(Question, Question.id == RollEntry.question_id)
        .where(Question.consultation_id != RollEntry.consultation_id)
        .group_by(RollEntry.question_id)
    )
    for question_id, number in wrong:
        yield f"question {question_id}: {number} roll entries of another concertation"


def _valid_ballots(db: Session) -> Iterator[str]:
    """Equal ballots are looked at once; sealed ones are recounted by `sealing.verify`."""
    questions = {
        q.id: q for q in db.scalars(select(Question).options(selectinload(Question.options)))
    }
    answers = cast(Ballot.answers, Text)
    groups = db.execute(
        select(Ballot.question_id, answers, func.count()).group_by(Ballot.question_id, answers)
    )
    for question_id, given, number in groups:
        if not is_countable(questions[question_id], json.loads(given)):
            yield f"question {question_id}: {number} ballots that cannot be counted"
    odd_keys = db.scalar(select(func.count()).where(func.length(Ballot.key) != KEY_LENGTH))
    if odd_keys:
        yield f"{odd_keys} ballots without a key"


def _none_options(db: Session) -> frozenset[int]:
    return frozenset(db.scalars(select(Option.id).where(Option.is_none)))


def _units_of_the_electorate(db: Session) -> Iterator[str]:
    for electorate in Electorate:
        strangers = db.execute(
            select(RollEntry.consultation_id, func.count())
            .join(Consultation, Consultation.id == RollEntry.consultation_id)
            .where(
                Consultation.electorate == electorate,
                RollEntry.unit.not_like(f"{UNIT_PREFIX[electorate]}%"),
            )
            .group_by(RollEntry.consultation_id)
        )
        for consultation_id, number in strangers:
            yield f"concertation {consultation_id}: {number} votes from outside its electorate"


def _standing_codes(db: Session) -> Iterator[str]:
    """A right used by a code: one that was given out for this concertation and stands."""
    standing = {
        (consultation_id, unit_of_code(code_id))
        for consultation_id, code_id in db.execute(
            select(VotingCode.consultation_id, VotingCode.id).where(
                VotingCode.cancelled_at.is_(None)
            )
        )
    }
    used = db.execute(
        select(RollEntry.consultation_id, RollEntry.unit)
        .where(RollEntry.unit.like("code:%"))
        .execution_options(yield_per=5_000)
    )
    wrong = Counter(row.consultation_id for row in used if tuple(row) not in standing)
    for consultation_id, number in sorted(wrong.items()):
        yield f"concertation {consultation_id}: {number} votes by codes that are not valid"


def _one_none_each(db: Session) -> Iterator[str]:
    nones = _none_options(db)
    for question_id, ids in sorted(queries.options_of(db).items()):
        if len(nones & ids) != 1:
            yield f"question {question_id}: not exactly one answer means none of these"
