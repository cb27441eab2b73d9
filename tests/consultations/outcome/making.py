"""Votes of every kind with ballots, ended and sealed, for the tests of what follows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from engage.consultations.commands import cast_ballot
from engage.consultations.models import (
    BudgetCount,
    Consultation,
    Question,
    QuestionKind,
    unit_of_person,
)
from engage.consultations.outcome.commands import Decision
from engage.consultations.sealing import jobs
from engage.core import clock
from engage.core.db import Database
from engage.core.words import ContributionChannel
from tests.consultations.factories import make_consultation, make_question

K = QuestionKind

DECISION = Decision({"fr": "Trois bancs."}, {"fr": "Le maire"}, {"fr": "Trois au lieu de deux."})

ANSWERS: dict[QuestionKind, Sequence[Sequence[Any]]] = {
    K.YES_NO: ([0], [0], [1], [2]),
    K.SINGLE: ([0], [0], [1], [3]),
    K.APPROVAL: ([0, 1], [0], [2, 1], [3]),
    K.FAVOURITES: ([0, 1, 2], [1, 0], [2], [0, 2, 1]),
    K.JUDGMENT: ([[0, 5], [1, 2], [2, 0]], [[0, 4], [1, 3]], [[0, 1], [1, 5], [2, 5]], [3]),
    K.BUDGET: ([0, 1], [0], [1, 2], [3]),
    K.SCALE: ([[0, 5], [1, 2]], [[0, 4], [1, 3], [2, 1]], [[2, 5]], [3]),
}
"""What four voters say in turn, by places of the options; the last one is none of these."""


def make_kind(kind: QuestionKind, position: int = 1) -> Question:
    """A question of this kind; three answers (two of yes and no) and none of these."""
    labels = ("Oui", "Non") if kind is K.YES_NO else ("Bancs", "Arbres", "Jeux")
    made = make_question(*labels, position=position, title=f"Question {kind.value} ?")
    made.kind = kind
    made.max_choices = 1 if kind in (K.YES_NO, K.SINGLE) else 3
    if kind is K.BUDGET:
        made.budget, made.counting = 1_000, BudgetCount.GREEDY
        for option, cost in zip(made.options, (600, 300, 500), strict=False):
            option.cost = cost
    return made


def make_voted(
    database: Database, *kinds: QuestionKind, voters: int = 12, **values: Any
) -> Consultation:
    """Open, with as many voters; every third one on paper."""
    with database.transaction() as db:
        asked = [make_kind(kind, n) for n, kind in enumerate(kinds or (K.SINGLE,), 1)]
        made = make_consultation(db, *asked, **values)
        for number in range(voters):
            for question in made.questions:
                said = ANSWERS[question.kind][number % 4]
                cast_ballot(
                    db,
                    question,
                    unit=unit_of_person(number + 1_000),
                    choices=[_id(question, each) for each in said],
                    channel=ContributionChannel.PAPER if number % 3 == 0 else _WEB,
                )
    return made


_WEB = ContributionChannel.WEB


def _id(question: Question, each: Any) -> Any:
    if isinstance(each, list):
        return [question.options[each[0]].id, each[1]]
    return question.options[each].id


def make_sealed(database: Database, *kinds: QuestionKind, **values: Any) -> Consultation:
    """Ended and sealed; the clock stands ten minutes and a day after the closing."""
    made = make_voted(database, *kinds, **values)
    clock._chosen.set(made.closes_at + jobs.AFTER + timedelta(days=1))
    assert jobs.run(database)
    return made
