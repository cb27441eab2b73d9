"""Counts elections a second time, ballot by ballot, in the plainest way: what the count must equal.

Nothing here is shared with the program. A ballot is one list for each voter, as it is kept; an
option is a number, `NONE` means none of these. Slow on purpose: each voter, each grade and each
purse is handled by itself.
"""

from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low

NONE = 99

Ballot = list[int] | list[list[int]]


@dataclass
class Result:
    """Rank of each option (1 is best), a number for each, and who wins, in order for budgets."""

    rank: dict[int, int]
    number: dict[int, int]
    winners: list[int]


def better_than_each(key: dict[int, list[int]]) -> dict[int, int]:
    return {i: 1 + len([j for j in key if key[j] > key[i]]) for i in key}


def by_voices(options: list[int], ballots: list[Ballot]) -> Result:
    everything = [*options, NONE]
    number = {i: len([b for b in ballots if i in b]) for i in everything}
    rank = better_than_each({i: [number[i]] for i in everything})
    winners = [i for i in everything if rank[i] == 1 and number[i] > 0]
    return Result(rank, number, winners)


def yes_no(options: list[int], ballots: list[Ballot]) -> Result:
    return by_voices(options, [b for b in ballots if b != [NONE]])


def favourites(options: list[int], ballots: list[Ballot]) -> Result:
    key = {i: [0, 0, 0] for i in options}
    for ballot in ballots:
        worth = 3
        for choice in ballot:
            if choice in key:
                key[choice][0] += worth
                key[choice][1] += worth == 3
                key[choice][2] += worth == 2
            worth -= 1
    rank = better_than_each(key)
    wanted = len([b for b in ballots if b != [NONE]])
    refused = len(ballots) - wanted
    winners = [i for i in options if rank[i] == 1 and key[i][0] and refused <= wanted]
    return Result(rank, {i: key[i][0] for i in options}, winners)


def medians_taken_away(grades: list[int]) -> list[int]:
    """Each median in turn, every one taken out of the row before the next is looked for."""
    left, taken = list(grades), []
    while left:
        taken.append(median_low(left))
        left.remove(taken[-1])
    return taken


def judgment(options: list[int], ballots: list[Ballot]) -> Result:
    rows = {
        i: [next((pair[1] for pair in b if isinstance(pair, list) and pair[0] == i), 0)
            for b in ballots]
        for i in options
    }  # fmt: skip
    key = {i: medians_taken_away(rows[i]) for i in options}
    rank = better_than_each(key)
    number = {i: key[i][0] if key[i] else 0 for i in options}
    return Result(rank, number, [i for i in options if rank[i] == 1 and number[i] > 0])


def greedy(
    options: list[int], ballots: list[Ballot], costs: dict[int, int], budget: int,
    kept: list[int] | None = None,
) -> Result:  # fmt: skip
    number = {i: len([b for b in ballots if i in b]) for i in options}
    winners = list(kept or [])
    waiting = [i for i in options if number[i] and i not in winners]
    while waiting:
        best = waiting[0]
        for i in waiting[1:]:
            if number[i] > number[best] or (number[i] == number[best] and costs[i] < costs[best]):
                best = i
        waiting.remove(best)
        if sum(costs[i] for i in [*winners, best]) <= budget:
            winners.append(best)
    if 2 * len([b for b in ballots if b == [NONE]]) > len(ballots):
        winners = []
    return Result(better_than_each({i: [number[i]] for i in options}), number, winners)


def highest_payment(purses: list[Fraction], cost: int) -> Fraction | None:
    """The m with sum(min(purse, m)) == cost: tried for each number of voters who give all."""
    if sum(purses) < cost:
        return None
    row = sorted(purses)
    for poor in range(len(row)):
        m = (cost - sum(row[:poor], Fraction(0))) / (len(row) - poor)
        if m <= row[poor] and sum((min(purse, m) for purse in row), Fraction(0)) == cost:
            return m
    return None


def bought_by_shares(
    options: list[int], ballots: list[Ballot], costs: dict[int, int], total: Fraction
) -> list[int]:
    """The method of equal shares, one purse for each voter."""
    voters = [b for b in ballots if b != [NONE]]
    purses = [total / len(voters) for _voter in voters]
    number = {i: len([b for b in voters if i in b]) for i in options}
    order = sorted(options, key=lambda i: (-number[i], costs[i], options.index(i)))
    bought: list[int] = []
    while True:
        payment, effective = {}, {}
        for i in order:
            friends = [n for n, b in enumerate(voters) if i in b]
            m = highest_payment([purses[n] for n in friends], costs[i]) if friends else None
            if i not in bought and m is not None:
                payment[i], effective[i] = m, costs[i] / m
        if not payment:
            return bought
        best = next(i for i in order if effective.get(i) == max(effective.values()))
        for n, b in enumerate(voters):
            if best in b:
                purses[n] -= min(purses[n], payment[best])
        bought.append(best)


def equal_shares(
    options: list[int], ballots: list[Ballot], costs: dict[int, int], budget: int
) -> Result:
    wanted = [i for i in options if any(i in b for b in ballots)]
    bought: list[int] = []
    for per_cent in range(100, 201, 5):
        spent = sum(costs[i] for i in bought)
        if per_cent > 100 and not [
            i for i in wanted if i not in bought and spent + costs[i] <= budget
        ]:
            break
        if not wanted:
            break
        more = bought_by_shares(options, ballots, costs, Fraction(budget * per_cent, 100))
        if sum(costs[i] for i in more) > budget:
            break
        bought = more
    return greedy(options, ballots, costs, budget, kept=bought)


def scale(options: list[int], ballots: list[Ballot]) -> dict[int, tuple[Fraction, int] | None]:
    """Mean and lower median of each option, of those who graded it."""
    found: dict[int, tuple[Fraction, int] | None] = {}
    for i in options:
        grades = [pair[1] for b in ballots for pair in b if isinstance(pair, list) and pair[0] == i]
        mean = Fraction(sum(grades), len(grades)) if grades else None
        found[i] = (mean, median_low(grades)) if mean is not None else None
    return found
