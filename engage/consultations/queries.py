"""Reads about concertations. What ballots say is read after the closing only, and as counts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Text, cast, func, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from engage.consultations.models import (
    Ballot,
    Consultation,
    Option,
    Question,
    RollEntry,
    VotingCode,
)
from engage.consultations.policy import can_see_results
from engage.consultations.tally import BallotGroup, Tally, tally
from engage.core import clock
from engage.core.pagination import PAGE_SIZE, Page, page_of
from engage.core.policy import require
from engage.core.secrets import clean_printed_code, keyed_hash

SMALLEST_BREAKDOWN = 10
"""Below this many voters nothing is broken down."""


@dataclass(frozen=True)
class Turnout:
    """How many units took part, and by which channel; each unit counts once."""

    total: int
    by_channel: tuple[tuple[str, int], ...]

    @property
    def shown_by_channel(self) -> bool:
        return self.total >= SMALLEST_BREAKDOWN


NOBODY = Turnout(0, ())


def consultation(db: Session, consultation_id: int) -> Consultation | None:
    """An announced concertation with its neighbourhood, questions and options."""
    return db.scalar(
        select(Consultation)
        .options(
            joinedload(Consultation.neighbourhood),
            selectinload(Consultation.questions).selectinload(Question.options),
        )
        .where(Consultation.id == consultation_id, Consultation.announced_at <= clock.now())
    )


def question(db: Session, question_id: int) -> Question | None:
    """A question with its options and its concertation: all that casting a ballot needs."""
    return db.scalar(
        select(Question)
        .join(Question.consultation)
        .options(contains_eager(Question.consultation), selectinload(Question.options))
        .where(Question.id == question_id)
    )


def running_and_coming(db: Session) -> list[Consultation]:
    """What is open or announced, the one that closes first on top."""
    now = clock.now()
    return list(
        db.scalars(
            select(Consultation)
            .options(joinedload(Consultation.neighbourhood))
            .where(
                Consultation.announced_at <= now,
                Consultation.closes_at > now,
                Consultation.cancelled_at.is_(None),
            )
            .order_by(Consultation.closes_at, Consultation.id)
        )
    )


def over(db: Session, *, before_id: int | None = None) -> Page[Consultation]:
    """What is closed or cancelled, the last closed first, with questions and options."""
    now = clock.now()
    ended = (Consultation.closes_at <= now) | Consultation.cancelled_at.is_not(None)
    page = (
        select(Consultation.id)
        .where(Consultation.announced_at <= now, ended)
        .order_by(Consultation.closes_at.desc(), Consultation.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before_id is not None:
        last_seen = select(Consultation.closes_at).where(Consultation.id == before_id)
        key = tuple_(Consultation.closes_at, Consultation.id)
        page = page.where(key < tuple_(last_seen.scalar_subquery(), before_id))
    return page_of(db.scalars(_whole(page)).unique().all())


def _whole(page: Select[int]) -> Select[Consultation]:
    """The concertations of a page with all that their results need, in one statement."""
    questions = joinedload(Consultation.questions)
    return (
        select(Consultation)
        .options(joinedload(Consultation.neighbourhood), questions.joinedload(Question.options))
        .where(Consultation.id.in_(select(page.subquery().c.id)))
        .order_by(Consultation.closes_at.desc(), Consultation.id.desc())
    )


def turnouts(db: Session, consultation_ids: Sequence[int]) -> dict[int, Turnout]:
    """How many took part in each of these; who came by two channels counts for one of them."""
    units = (
        select(RollEntry.consultation_id, func.min(RollEntry.channel).label("channel"))
        .where(RollEntry.consultation_id.in_(consultation_ids))
        .group_by(RollEntry.consultation_id, RollEntry.unit)
        .subquery()
    )
    rows = db.execute(
        select(units.c.consultation_id, units.c.channel, func.count())
        .group_by(units.c.consultation_id, units.c.channel)
        .order_by(func.count().desc(), units.c.channel)
    )
    channels: dict[int, list[tuple[str, int]]] = {}
    for consultation_id, channel, number in rows:
        channels.setdefault(consultation_id, []).append((channel, number))
    return {i: Turnout(sum(n for _, n in found), tuple(found)) for i, found in channels.items()}


def results(db: Session, consultations: Sequence[Consultation]) -> dict[int, Tally]:
    """The count of each question of closed concertations; raises `Denied` before the closing.

    Equal ballots are grouped by the database: what travels does not grow with the ballots.
    """
    for each in consultations:
        require(can_see_results, each, clock.now())
    questions = [question for each in consultations for question in each.questions]
    groups = _groups(db, questions)
    return {q.id: tally([o.id for o in q.options], groups.get(q.id, ())) for q in questions}


def _groups(db: Session, questions: Sequence[Question]) -> dict[int, list[BallotGroup]]:
    answers = cast(Ballot.answers, Text)
    rows = db.execute(
        select(Ballot.question_id, answers, func.count())
        .where(Ballot.question_id.in_([q.id for q in questions]))
        .group_by(Ballot.question_id, answers)
    )
    groups: dict[int, list[BallotGroup]] = {}
    for question_id, named, number in rows:
        groups.setdefault(question_id, []).append((json.loads(named), number))
    return groups


def answered(db: Session, asked: Consultation, unit: str) -> frozenset[int]:
    """The ids of the questions that `unit` has answered; never what the answer was."""
    return frozenset(
        db.scalars(
            select(RollEntry.question_id).where(
                RollEntry.question_id.in_([q.id for q in asked.questions]),
                RollEntry.unit == unit,
            )
        )
    )


def voting_code(db: Session, key: bytes, typed: str) -> tuple[VotingCode, Consultation] | None:
    """The printed code that somebody typed, cancelled or not, and what it votes in."""
    code = clean_printed_code(typed)
    if not code:
        return None
    row = db.execute(
        select(VotingCode, Consultation)
        .join(Consultation, Consultation.id == VotingCode.consultation_id)
        .where(VotingCode.code_hash == code_hash(key, code))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def standing_code(db: Session, code_id: int, consultation_id: int) -> int | None:
    """`code_id` itself when it is a code of this concertation that still stands."""
    return db.scalar(
        select(VotingCode.id).where(
            VotingCode.id == code_id,
            VotingCode.consultation_id == consultation_id,
            VotingCode.cancelled_at.is_(None),
        )
    )


def code_hash(key: bytes, code: str) -> str:
    """What is stored of a voting code."""
    return keyed_hash(key, "voting-code", code)


def options_of(db: Session) -> dict[int, frozenset[int]]:
    """The option ids of every question, for self-checks."""
    found: dict[int, set[int]] = {}
    for option_id, question_id in db.execute(select(Option.id, Option.question_id)):
        found.setdefault(question_id, set()).add(option_id)
    return {question_id: frozenset(ids) for question_id, ids in found.items()}
