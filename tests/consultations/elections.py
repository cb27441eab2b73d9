"""Elections by chance for tests of counting: questions that stand in no database, and ballots."""

import json
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from engage.consultations.counting.outcome import Outcome, count
from engage.consultations.models import BudgetCount, QuestionKind
from engage.consultations.sheets import AskedOption, AskedQuestion
from tests.consultations.independent import NONE, Ballot


def question(
    kind: QuestionKind,
    options: Sequence[int] = (1, 2, 3, 4),
    *,
    most: int = 3,
    costs: dict[int, int] | None = None,
    budget: int | None = None,
    counting: BudgetCount | None = None,
) -> AskedQuestion:
    """A question with these options, `NONE` after them."""
    offered = [
        AskedOption(i, {"fr": f"Option {i}"}, {}, cost=costs[i] if costs else None) for i in options
    ]
    none = AskedOption(NONE, {"fr": "Aucune"}, {}, is_none=True)
    texts: dict[str, str] = {}
    return AskedQuestion(
        1, kind, most, texts, texts, budget, counting, texts, texts, (*offered, none)
    )


def one_ballot(asked: AskedQuestion, chance: Random) -> Ballot:
    """An answer that is valid; "none" now and then."""
    ids = [option.id for option in asked.options if not option.is_none]
    if chance.random() < chance.choice([0.05, 0.4]):
        return [NONE]
    if asked.kind in (QuestionKind.YES_NO, QuestionKind.SINGLE):
        return [chance.choice(ids)]
    if asked.kind is QuestionKind.FAVOURITES:
        return chance.sample(ids, chance.randint(1, min(3, len(ids))))
    if asked.kind in (QuestionKind.JUDGMENT, QuestionKind.SCALE):
        low, high = (0, 5) if asked.kind is QuestionKind.JUDGMENT else (1, 5)
        graded = sorted(chance.sample(ids, chance.randint(max(1, len(ids) - 1), len(ids))))
        return [[id_, chance.randint(low, high)] for id_ in graded]
    return _some(asked, ids, chance)


def _some(asked: AskedQuestion, ids: list[int], chance: Random) -> Ballot:
    chosen: list[int] = []
    for id_ in chance.sample(ids, chance.randint(1, min(asked.max_choices, len(ids)))):
        costs = {option.id: option.cost or 0 for option in asked.options}
        if sum(costs[i] for i in [*chosen, id_]) <= (asked.budget or 0):
            chosen.append(id_)
    return sorted(chosen) or [NONE]


def counted(asked: AskedQuestion, ballots: Sequence[Ballot]) -> Outcome:
    """The program's count; equal ballots go in together, as the database gives them."""
    groups = Counter(json.dumps(ballot) for ballot in ballots)
    return count(asked, [(json.loads(ballot), number) for ballot, number in groups.items()])


def by_chance(kind: QuestionKind, seed: int, **values: Any) -> tuple[AskedQuestion, list[Ballot]]:
    """A small election: few options and voters, so that many end in a tie."""
    chance = Random(seed)
    ids = chance.sample(range(1, 50), 2 if kind is QuestionKind.YES_NO else chance.randint(1, 6))
    if kind is QuestionKind.BUDGET:
        values["costs"] = {i: chance.choice([100, 150, 200, 300, 700]) for i in ids}
        values["budget"] = chance.choice([300, 500, 800])
    asked = question(kind, ids, most=chance.randint(1, max(1, len(ids))), **values)
    voters = chance.choice([0, 1, 2, 3, 5, 8, 13, 40])
    return asked, [one_ballot(asked, chance) for _voter in range(voters)]
