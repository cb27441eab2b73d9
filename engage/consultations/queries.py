"""Reads about concertations. What ballots say is read where they are sealed, nowhere here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from engage.consultations.models import (
    Consultation,
    Option,
    Question,
    RollEntry,
    VotingCode,
)
from engage.consultations.sealing.cells import SMALLEST
from engage.consultations.sheets import AskedQuestion
from engage.core import clock
from engage.core.secrets import clean_printed_code, keyed_hash


@dataclass(frozen=True)
class Turnout:
    """How many units took part, and by which channel; each unit counts once."""

    total: int
    by_channel: tuple[tuple[str, int], ...]

    @property
    def shown_by_channel(self) -> bool:
        return self.total >= SMALLEST


NOBODY = Turnout(0, ())


_TO_VOTE_IN = (
    select(Consultation)
    .options(
        joinedload(Consultation.neighbourhood),
        selectinload(Consultation.questions)
        .selectinload(Question.options)
        .joinedload(Option.photo),
    )
    .where(
        Consultation.id == bindparam("wanted_id"),
        Consultation.announced_at <= bindparam("now"),
        Consultation.is_draft.is_(False),
    )
)


def consultation(db: Session, consultation_id: int) -> Consultation | None:
    """An announced concertation with its neighbourhood, questions and options, to vote in."""
    return db.scalar(_TO_VOTE_IN, {"wanted_id": consultation_id, "now": clock.now()})


def question(db: Session, question_id: int) -> Question | None:
    """A question with its options and its concertation: all that casting a ballot needs."""
    return db.scalar(
        select(Question)
        .join(Question.consultation)
        .options(contains_eager(Question.consultation), selectinload(Question.options))
        .where(Question.id == question_id)
    )


def turnouts(db: Session, consultation_ids: Sequence[int]) -> dict[int, Turnout]:
    """How many took part in each of these; who came by two channels counts for one of them."""
    asked = select(Question.id).where(Question.consultation_id.in_(consultation_ids))
    units = (
        select(RollEntry.consultation_id, func.min(RollEntry.channel).label("channel"))
        .where(RollEntry.question_id.in_(asked))  # the roll lies in the order of its questions
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


_ANSWERED = select(RollEntry.question_id).where(
    RollEntry.question_id.in_(bindparam("ids", expanding=True)),
    RollEntry.unit == bindparam("unit"),
)


def answered(
    db: Session, questions: Iterable[Question | AskedQuestion], unit: str
) -> frozenset[int]:
    """The ids of those of `questions` that `unit` has answered; never what the answer was."""
    return frozenset(db.scalars(_ANSWERED, {"ids": [q.id for q in questions], "unit": unit}))


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


_STANDING = select(VotingCode.id).where(
    VotingCode.id == bindparam("code_id"),
    VotingCode.consultation_id == bindparam("asked_id"),
    VotingCode.cancelled_at.is_(None),
)


def standing_code(db: Session, code_id: int, consultation_id: int) -> int | None:
    """`code_id` itself when it is a code of this concertation that still stands."""
    return db.scalar(_STANDING, {"code_id": code_id, "asked_id": consultation_id})


def code_hash(key: bytes, code: str) -> str:
    """What is stored of a voting code."""
    return keyed_hash(key, "voting-code", code)


def options_of(db: Session) -> dict[int, frozenset[int]]:
    """The option ids of every question, for self-checks."""
    found: dict[int, set[int]] = {}
    for option_id, question_id in db.execute(select(Option.id, Option.question_id)):
        found.setdefault(question_id, set()).add(option_id)
    return {question_id: frozenset(ids) for question_id, ids in found.items()}
