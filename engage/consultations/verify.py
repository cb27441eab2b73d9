"""Self-checks of the ballots: one ballot for every right used, each of them a valid one."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from engage.consultations import final, queries, roll
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    FinalCounts,
    Option,
    Question,
    RollEntry,
    VotingCode,
    unit_of_code,
)
from engage.consultations.policy import UNIT_PREFIX, can_see_results
from engage.core import clock


def check(db: Session) -> list[str]:
    """The faults found, a line each; empty when all is well. Says no unit and no answer."""
    checks: tuple[Callable[[Session], Iterator[str]], ...] = (
        _as_many_ballots_as_rights,
        _questions_of_the_roll,
        _valid_ballots,
        _units_of_the_electorate,
        _standing_codes,
        _one_none_each,
        _final_counts,
    )
    return [fault for found in checks for fault in found(db)]


def _as_many_ballots_as_rights(db: Session) -> Iterator[str]:
    gone = _questions_without_roll(db)
    rights = _by_question(db, RollEntry)
    ballots = _by_question(db, Ballot)
    for question_id in sorted((rights.keys() | ballots.keys()) - gone):
        used, cast_ = rights.get(question_id, 0), ballots.get(question_id, 0)
        if used != cast_:
            yield f"question {question_id}: {used} rights used, {cast_} ballots"


def _questions_without_roll(db: Session) -> frozenset[int]:
    """Those whose roll had its time; their ballots are compared with the stored counts."""
    asked = select(Question.id).where(Question.consultation_id.in_(roll.emptied(db)))
    return frozenset(db.scalars(asked))


def _by_question(db: Session, model: type[RollEntry] | type[Ballot]) -> dict[int, int]:
    rows = db.execute(select(model.question_id, func.count()).group_by(model.question_id))
    return {row[0]: row[1] for row in rows}


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
    """Equal ballots are looked at once."""
    questions = {q.id: q for q in db.scalars(select(Question))}
    options, nones = queries.options_of(db), _none_options(db)
    answers = cast(Ballot.answers, Text)
    groups = db.execute(
        select(Ballot.question_id, answers, func.count()).group_by(Ballot.question_id, answers)
    )
    for question_id, named, number in groups:
        chosen = json.loads(named)
        valid = (
            chosen
            and chosen == sorted(set(chosen))
            and options[question_id].issuperset(chosen)
            and len(chosen) <= questions[question_id].max_choices
            and not (len(chosen) > 1 and nones.intersection(chosen))
        )
        if not valid:
            yield f"question {question_id}: {number} ballots that cannot be counted"
    odd_keys = db.scalar(select(func.count()).where(func.length(Ballot.key) != 32))
    if odd_keys:
        yield f"{odd_keys} ballots without a random key"


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


def _final_counts(db: Session) -> Iterator[str]:
    """Counts are stored of closed concertations only, and say what roll and ballots add up to."""
    stored = select(Consultation, FinalCounts).join(
        FinalCounts, FinalCounts.consultation_id == Consultation.id
    )
    without_roll = roll.emptied(db)
    for consultation, kept in db.execute(stored.order_by(Consultation.id)):
        if not can_see_results(consultation, clock.now()):
            yield f"concertation {consultation.id}: counts were stored, but it is not over"
        elif not _adds_up(db, consultation, kept, has_roll=consultation.id not in without_roll):
            yield f"concertation {consultation.id}: the stored counts are not those of its ballots"


def _adds_up(db: Session, closed: Consultation, kept: FinalCounts, *, has_roll: bool) -> bool:
    """Whether a recount says the same; the channels only while there is a roll to count."""
    try:
        again = final.counts(db, closed).counts
    except ValueError:  # a ballot that cannot be counted, which another check names
        return False
    return again["tallies"] == kept.counts["tallies"] and (
        not has_roll or again["channels"] == kept.counts["channels"]
    )
