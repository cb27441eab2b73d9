"""What holds for every election, whatever is voted: tried by hypothesis."""

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.consultations.counting import shares
from engage.consultations.counting.answers import is_countable
from engage.consultations.counting.outcome import Outcome
from engage.consultations.models import BudgetCount, QuestionKind
from engage.consultations.sheets import AskedQuestion
from tests.consultations.elections import counted, question
from tests.consultations.independent import NONE, Ballot

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of an election."""

OPTIONS = [4, 1, 3, 2]
COSTS = {4: 300, 1: 300, 3: 500, 2: 200}
BUDGET = 700

SOME = st.sets(st.sampled_from(OPTIONS), min_size=1, max_size=3).map(sorted)
GRADED = st.dictionaries(st.sampled_from(OPTIONS), st.integers(1, 5), min_size=1).map(
    lambda grades: [list(pair) for pair in sorted(grades.items())]
)
FITTING = SOME.filter(lambda ids: sum(COSTS[i] for i in ids) <= BUDGET)
KINDS: dict[QuestionKind, Any] = {
    QuestionKind.YES_NO: st.sampled_from([[4], [1]]),
    QuestionKind.SINGLE: st.sampled_from(OPTIONS).map(lambda id_: [id_]),
    QuestionKind.APPROVAL: SOME,
    QuestionKind.FAVOURITES: st.permutations(OPTIONS).flatmap(
        lambda ids: st.integers(1, 3).map(lambda n: list(ids[:n]))
    ),
    QuestionKind.JUDGMENT: GRADED,
    QuestionKind.BUDGET: FITTING,
    QuestionKind.SCALE: GRADED,
}


def asked(kind: QuestionKind, options: list[int] = OPTIONS, **values: Any) -> AskedQuestion:
    offered = options[:2] if kind is QuestionKind.YES_NO else options
    return question(kind, offered, costs=COSTS, budget=BUDGET, **values)


def ballots_of(kind: QuestionKind) -> st.SearchStrategy[list[Ballot]]:
    return st.lists(KINDS[kind] | st.just([NONE]), max_size=25)


ELECTION = st.sampled_from(list(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), ballots_of(kind), st.sampled_from(BudgetCount))
)


@CALM
@given(ELECTION, st.randoms())
def test_the_order_of_the_ballots_changes_nothing(
    election: tuple[QuestionKind, list[Ballot], BudgetCount], chance: Any
) -> None:
    kind, ballots, rule = election
    mixed = list(ballots)
    chance.shuffle(mixed)
    offered = asked(kind, counting=rule)
    assert counted(offered, mixed) == counted(offered, ballots)


@CALM
@given(ELECTION, st.permutations(OPTIONS))
def test_the_order_of_the_options_changes_only_the_order_of_equal_ones(
    election: tuple[QuestionKind, list[Ballot], BudgetCount], order: list[int]
) -> None:
    kind, ballots, rule = election
    if kind is QuestionKind.YES_NO:
        order = [id_ for id_ in order if id_ in OPTIONS[:2]]
    one, other = (counted(asked(kind, each, counting=rule), ballots) for each in (OPTIONS, order))
    assert set(one.lines) == set(other.lines)
    if "list" not in (one.tie, other.tie):
        assert set(one.winners) == set(other.winners)
    assert one.tie == other.tie


def _rank(outcome: Outcome, option: int) -> int:
    return outcome.line(option).rank


@CALM
@given(st.data(), st.sampled_from(OPTIONS))
def test_one_more_ballot_for_an_option_never_harms_it(data: st.DataObject, option: int) -> None:
    support: dict[QuestionKind, Ballot] = {
        QuestionKind.SINGLE: [option],
        QuestionKind.APPROVAL: [option],
        QuestionKind.FAVOURITES: [option],
        QuestionKind.JUDGMENT: [[option, 5]],
        QuestionKind.BUDGET: [option],
    }
    kind = data.draw(st.sampled_from(list(support)))
    ballots = data.draw(ballots_of(kind))
    before = counted(asked(kind), ballots)
    after = counted(asked(kind), [*ballots, support[kind]])
    assert _rank(after, option) <= _rank(before, option)
    if kind is not QuestionKind.BUDGET:  # a greedy count may skip what fitted: see the rule
        assert option not in before.winners or option in after.winners


@CALM
@given(st.data(), st.sampled_from(OPTIONS), st.integers(1, 5))
def test_a_better_grade_never_harms(data: st.DataObject, option: int, better: int) -> None:
    ballots = data.draw(st.lists(GRADED, min_size=1, max_size=15))
    raised = dict(map(tuple, ballots[0]))  # type: ignore[arg-type]
    raised[option] = max(better, raised.get(option, 0))
    changed: list[Ballot] = [[list(pair) for pair in sorted(raised.items())], *ballots[1:]]
    before, after = (counted(asked(QuestionKind.JUDGMENT), each) for each in (ballots, changed))
    assert _rank(after, option) <= _rank(before, option)


@CALM
@given(ballots_of(QuestionKind.BUDGET), st.sampled_from(BudgetCount))
def test_a_budget_is_never_exceeded_and_nothing_wanted_that_fits_is_left_out(
    ballots: list[Ballot], rule: BudgetCount
) -> None:
    outcome = counted(asked(QuestionKind.BUDGET, counting=rule), ballots)
    left = BUDGET - sum(COSTS[id_] for id_ in outcome.winners)
    assert left >= 0
    refused = outcome.line(NONE).voices
    if 2 * refused > len(ballots):
        assert outcome.winners == ()
        return
    for line in outcome.lines:
        if line.rank and line.voices and line.option_id not in outcome.winners:
            assert COSTS[line.option_id] > left


@CALM
@given(st.lists(FITTING, min_size=1, max_size=20), st.integers(0, 1_500))
def test_nobody_pays_more_than_their_share_nor_for_what_they_did_not_name(
    ballots: list[list[int]], budget: int
) -> None:
    groups: list[tuple[list[int], int]] = [(ballot, 1) for ballot in ballots]
    share = Fraction(budget, len(ballots))
    purses = [share] * len(ballots)
    for paid in shares.buy(share, sorted(COSTS.items()), groups):
        together = Fraction(0)
        for number, ballot in enumerate(ballots):
            if paid.project in ballot:
                given_ = min(purses[number], paid.most)
                purses[number] -= given_
                together += given_
        assert together == COSTS[paid.project]
    assert all(purse >= 0 for purse in purses)


@CALM
@given(ELECTION)
def test_what_is_countable_is_counted_once(
    election: tuple[QuestionKind, list[Ballot], BudgetCount],
) -> None:
    kind, ballots, _rule = election
    offered = asked(kind)
    assert all(is_countable(offered, ballot) for ballot in ballots)
    outcome = counted(offered, ballots)
    assert outcome.voters == len(ballots)
    assert outcome.line(NONE).voices == ballots.count([NONE])
