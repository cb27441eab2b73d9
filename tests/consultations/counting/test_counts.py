"""Each method counts 1,000 elections by chance like an independent count, ties included."""

from collections import Counter
from collections.abc import Callable

import pytest

from engage.consultations.counting import scale
from engage.consultations.counting.outcome import Outcome, count, percent
from engage.consultations.models import BudgetCount, QuestionKind
from engage.consultations.sheets import AskedQuestion
from tests.consultations import independent
from tests.consultations.elections import by_chance, counted, question
from tests.consultations.independent import NONE, Ballot, Result

ELECTIONS = 1_000

Independent = Callable[[list[int], list[Ballot]], Result]


def real(asked: AskedQuestion) -> list[int]:
    return [option.id for option in asked.options if not option.is_none]


def ranks_of(outcome: Outcome) -> dict[int, int]:
    return {line.option_id: line.rank for line in outcome.lines if line.rank}


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (QuestionKind.YES_NO, independent.yes_no),
        (QuestionKind.SINGLE, independent.by_voices),
        (QuestionKind.APPROVAL, independent.by_voices),
        (QuestionKind.FAVOURITES, independent.favourites),
        (QuestionKind.JUDGMENT, independent.judgment),
    ],
)
def test_a_thousand_elections_are_counted_like_an_independent_count(
    kind: QuestionKind, again: Independent
) -> None:
    ends: Counter[str] = Counter()
    for seed in range(ELECTIONS):
        asked, ballots = by_chance(kind, seed)
        outcome, expected = counted(asked, ballots), again(real(asked), ballots)
        if kind is QuestionKind.YES_NO:
            expected.rank.pop(NONE)
        assert ranks_of(outcome) == expected.rank, seed
        assert list(outcome.winners) == expected.winners, seed
        assert {i: outcome.line(i).score for i in expected.rank} == {
            i: expected.number[i] for i in expected.rank
        }, seed
        assert outcome.voters == len(ballots)
        ends[outcome.tie] += 1
    assert ends["shared"] >= ELECTIONS / 50
    if kind is QuestionKind.FAVOURITES:
        assert ends["first_choices"]
    if kind is QuestionKind.JUDGMENT:
        assert ends["grades"] > ELECTIONS / 20


@pytest.mark.parametrize("rule", list(BudgetCount))
def test_a_thousand_budgets_are_shared_like_an_independent_count(rule: BudgetCount) -> None:
    shared = {BudgetCount.GREEDY: independent.greedy,
              BudgetCount.EQUAL_SHARES: independent.equal_shares}[rule]  # fmt: skip
    ends: Counter[str] = Counter()
    for seed in range(ELECTIONS):
        asked, ballots = by_chance(QuestionKind.BUDGET, seed, counting=rule)
        costs = {option.id: option.cost or 0 for option in asked.options}
        budget = asked.budget or 0
        expected = shared(real(asked), ballots, costs, budget)
        outcome = counted(asked, ballots)
        assert list(outcome.winners) == expected.winners, seed
        assert ranks_of(outcome) == expected.rank, seed
        assert sum(costs[i] for i in outcome.winners) <= budget
        ends[outcome.tie] += 1
    assert min(ends["cheaper"], ends["list"]) > ELECTIONS / 20


def test_equal_shares_differ_from_the_greedy_count_where_a_minority_is_forgotten() -> None:
    """Sixty want A, B and C, forty want D: greedy gives the sixty all, equal shares do not."""
    costs = {1: 300, 2: 300, 3: 400, 4: 400}
    ballots: list[Ballot] = [[1, 2, 3]] * 60 + [[4]] * 40
    greedy, shares = (
        counted(question(QuestionKind.BUDGET, costs=costs, budget=1000, counting=rule), ballots)
        for rule in (BudgetCount.GREEDY, BudgetCount.EQUAL_SHARES)
    )
    assert greedy.winners == (1, 2, 3)
    assert shares.winners == (1, 2, 4)


def test_a_thousand_scales_have_the_mean_and_median_of_an_independent_count() -> None:
    for seed in range(ELECTIONS):
        asked, ballots = by_chance(QuestionKind.SCALE, seed)
        outcome = counted(asked, ballots)
        for id_, expected in independent.scale(real(asked), ballots).items():
            line = outcome.line(id_)
            found = scale.mean(line)
            assert (None if found is None else (found, scale.median(line))) == expected, seed
        assert (outcome.winners, outcome.voters) == ((), len(ballots))


def test_a_million_ballots_are_judged_without_taking_grades_away_one_by_one() -> None:
    asked = question(QuestionKind.JUDGMENT, (1, 2))
    outcome = count(
        asked,
        [([[1, 5], [2, 4]], 333_333), ([[1, 3], [2, 3]], 400_000), ([[1, 1], [2, 0]], 266_667)],
    )
    assert (outcome.winners, outcome.tie) == ((1,), "grades")
    (step,) = (step for step in outcome.steps if step.key == "grades")
    assert step.numbers == (3, 333_335, 5, 4)


@pytest.mark.parametrize(
    "answers",
    [[], [7], [1, 1], [2, 1], [1, NONE], [NONE, NONE], ["1"], [True], [1, 2, 3, 4], [[1, 2]]],
)
def test_a_ballot_that_cannot_be_counted_is_never_left_out_silently(answers: Ballot) -> None:
    with pytest.raises(ValueError, match="does not offer"):
        count(question(QuestionKind.APPROVAL), [([1], 4), (answers, 1)])


@pytest.mark.parametrize("kind", [k for k in QuestionKind if k is not QuestionKind.TEXT])
def test_an_outcome_is_stored_as_json_and_comes_back(kind: QuestionKind) -> None:
    for seed in range(50):
        outcome = counted(*by_chance(kind, seed))
        assert Outcome.from_row(outcome.to_row()) == outcome


@pytest.mark.parametrize(
    ("voices", "voters", "expected"),
    [(0, 0, 0), (1, 3, 33), (2, 3, 67), (1, 8, 13), (3, 8, 38), (137, 137, 100), (1, 200, 1)],
)
def test_per_cents_are_whole_and_halves_go_up(voices: int, voters: int, expected: int) -> None:
    assert percent(voices, voters) == expected
