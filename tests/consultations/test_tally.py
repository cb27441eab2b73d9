"""Counting: exact, order of the list on ties, equal to an independent count."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.consultations.tally import percent, tally

OPTIONS = [11, 7, 42, 3]
BALLOTS = st.lists(st.sets(st.sampled_from(OPTIONS), min_size=1), max_size=60)


@given(BALLOTS)
def test_the_count_equals_an_independent_one(ballots: list[set[int]]) -> None:
    found = tally(OPTIONS, [(sorted(b), 1) for b in ballots])
    assert found.voters == len(ballots)
    for count in found.counts:
        assert count.voices == sum(count.option_id in b for b in ballots)


@given(BALLOTS)
def test_grouped_ballots_count_like_single_ones(ballots: list[set[int]]) -> None:
    groups = Counter(tuple(sorted(b)) for b in ballots)
    assert tally(OPTIONS, groups.items()) == tally(OPTIONS, [(sorted(b), 1) for b in ballots])


@given(BALLOTS, st.randoms())
def test_the_order_of_ballots_changes_nothing(ballots: list[set[int]], chance: object) -> None:
    mixed = list(ballots)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert tally(OPTIONS, [(list(b), 1) for b in mixed]) == tally(
        OPTIONS, [(list(b), 1) for b in ballots]
    )


@given(BALLOTS)
def test_more_voices_come_first_and_equal_ones_share_a_rank_in_list_order(
    ballots: list[set[int]],
) -> None:
    counts = tally(OPTIONS, [(list(b), 1) for b in ballots]).counts
    for before, after in pairwise(counts):
        assert before.voices >= after.voices
        if before.voices == after.voices:
            assert before.rank == after.rank
            assert OPTIONS.index(before.option_id) < OPTIONS.index(after.option_id)
    for count in counts:
        assert count.rank == 1 + sum(other.voices > count.voices for other in counts)


@given(BALLOTS, st.sampled_from(OPTIONS))
def test_one_more_ballot_for_an_option_never_harms_it(ballots: list[set[int]], option: int) -> None:
    before = tally(OPTIONS, [(list(b), 1) for b in ballots])
    after = tally(OPTIONS, [*((list(b), 1) for b in ballots), ([option], 1)])
    rank = {c.option_id: c.rank for c in before.counts}
    assert next(c.rank for c in after.counts if c.option_id == option) <= rank[option]


def test_a_tie_has_two_leaders() -> None:
    assert [c.option_id for c in tally([1, 2, 3], [([2], 5), ([1], 5), ([3], 1)]).leaders] == [1, 2]


def test_nobody_leads_without_ballots() -> None:
    assert tally([1, 2], []).leaders == ()


def test_a_ballot_for_an_unknown_option_is_never_left_out_silently() -> None:
    with pytest.raises(ValueError, match="not on the list"):
        tally([1, 2], [([3], 1)])


@pytest.mark.parametrize(
    ("voices", "voters", "expected"),
    [(0, 0, 0), (1, 3, 33), (2, 3, 67), (1, 8, 13), (3, 8, 38), (137, 137, 100), (1, 200, 1)],
)
def test_per_cents_are_whole_and_halves_go_up(voices: int, voters: int, expected: int) -> None:
    assert percent(voices, voters) == expected
