"""Counts what was sealed: the row of `FinalCounts`, and the same again for who checks it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations import queries
from engage.consultations.counting.outcome import Group, Outcome, count
from engage.consultations.models import Question, RollEntry, VotingCode
from engage.consultations.sealing import cells
from engage.consultations.sealing.models import SealedBallot
from engage.consultations.sealing.moving import HOME, LETTER, LIVES

Cells = list[list[Any]]
"""[[ids of neighbourhoods, number], …]; an id is None where nobody knows."""


def outcomes(db: Session, questions: Sequence[Question]) -> dict[int, Outcome]:
    """The count of each question from its sealed ballots; raises ValueError where one is wrong.

    Equal ballots are grouped by the database: what travels does not grow with the ballots.
    """
    groups: dict[int, list[Group]] = {question.id: [] for question in questions}
    answers = cast(SealedBallot.answers, Text)
    rows = db.execute(
        select(SealedBallot.question_id, answers, func.count())
        .where(SealedBallot.question_id.in_(groups))
        .group_by(SealedBallot.question_id, answers)
    )
    for question_id, given, number in rows:
        groups[question_id].append((json.loads(given), number))
    return {q.id: count(q, groups[q.id]) for q in questions}


def rows(found: Mapping[int, Outcome]) -> list[list[Any]]:
    """As they are stored."""
    return [[question_id, outcome.to_row()] for question_id, outcome in found.items()]


def channels(db: Session, consultation_id: int) -> list[list[Any]]:
    """[[channel, units], …] from the roll."""
    turnout = queries.turnouts(db, [consultation_id]).get(consultation_id, queries.NOBODY)
    return [list(pair) for pair in turnout.by_channel]


def neighbourhoods(db: Session, consultation_id: int) -> Cells:
    """How many took part by neighbourhood, from the roll; no cell under ten."""
    units = (
        select(RollEntry.unit, LIVES)
        .outerjoin(Person, Person.id == HOME)
        .outerjoin(VotingCode, VotingCode.id == LETTER)
        .where(RollEntry.consultation_id == consultation_id)
        .distinct()
        .subquery()
    )
    found = db.execute(select(units.c.neighbourhood_id, func.count()).group_by(units.c[1]))
    return _cells(cells.merged({row[0]: row[1] for row in found}))


def choices(db: Session, question: Question, by_hood: dict[int | None, Counter[str]]) -> Cells:
    """[[ids of neighbourhoods, outcome], …]; no cell of fewer than ten ballots.

    What is in `by_hood` for no neighbourhood grows by the ballots that are in none, like paper.
    """
    elsewhere = _all(db, question.id)
    for counted in by_hood.values():
        elsewhere -= counted
    by_hood[None] = by_hood.get(None, Counter()) + elsewhere
    told = []
    for hoods, _number in cells.merged({hood: c.total() for hood, c in by_hood.items()}):
        together = sum((by_hood[hood] for hood in hoods), Counter[str]())
        groups = [(json.loads(given), number) for given, number in together.items()]
        told.append([_ids(hoods), count(question, groups).to_row()])
    return told


def _all(db: Session, question_id: int) -> Counter[str]:
    """Sealed answers to one question, as JSON, and how many say just this."""
    answers = cast(SealedBallot.answers, Text)
    found = select(answers, func.count()).where(SealedBallot.question_id == question_id)
    return Counter(dict(db.execute(found.group_by(answers)).all()))


def _cells(found: Iterable[tuple[frozenset[int | None], int]]) -> Cells:
    return [[_ids(hoods), number] for hoods, number in found]


def _ids(hoods: Iterable[int | None]) -> list[int | None]:
    return sorted(hoods, key=lambda hood: (hood is None, hood))
