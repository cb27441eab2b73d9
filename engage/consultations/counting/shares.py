"""The method of equal shares, in exact fractions (Peters and Skowron, 2020; cost utility).

Who named a project gets an equal share of the budget, and pays only for projects named. A project
can be paid when those who named it hold its cost together; they pay the same each, who has less
left gives all of it. Of the projects that can be paid, the one with the most *effective voices* is
next: its cost over the largest payment, which is its number of voices while all can pay the same.
Equal ones are taken in the order they come in (more voices, cheaper, the order of the list).

What the shares leave unspent is completed by a fixed rule: all shares are raised by 5 % of the
announced budget at a time, up to its double, as long as what they buy costs no more than the
announced budget. The last purchase that fits counts; the caller then adds what still fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engage.consultations.counting.parts import Group

STEP_PERCENT = 5
MOST_PERCENT = 100


@dataclass(frozen=True)
class Paid:
    """A project that its voters pay: how many of them give something, and the most one gives."""

    project: int
    payers: int
    most: Fraction


@dataclass(frozen=True)
class Purchase:
    """What equal shares buy, in this order; the share was raised by `raised` per cent."""

    voters: int
    share: Fraction
    raised: int
    paid: tuple[Paid, ...]


class Purses:
    """What is left to the voters; those who have paid for the same have the same, one class."""

    def __init__(self, share: Fraction, groups: Sequence[Group]) -> None:
        self._held = [Fraction(0), share]
        self._class_of = [1] * len(groups)
        self._voters = [number for _named, number in groups]

    def of(self, backers: Sequence[int]) -> list[tuple[Fraction, int]]:
        """What these groups hold: (what each voter has left, how many have that), least first."""
        voters: dict[int, int] = {}
        for group in backers:
            held = self._class_of[group]
            voters[held] = voters.get(held, 0) + self._voters[group]
        return sorted((self._held[held], number) for held, number in voters.items())

    def pay(self, backers: Sequence[int], most: Fraction) -> None:
        """Take `most` from each voter of these groups, or all that is left."""
        after: dict[int, int] = {}
        for group in backers:
            before = self._class_of[group]
            if before not in after:
                after[before] = self._class_with(self._held[before] - most)
            self._class_of[group] = after[before]

    def _class_with(self, left: Fraction) -> int:
        if left <= 0:
            return 0
        self._held.append(left)
        return len(self._held) - 1


def equal_shares(
    budget: int, projects: Sequence[tuple[int, int]], groups: Sequence[Group]
) -> Purchase:
    """What shares buy, raised as far as the rule says; `projects` are (id, cost) in their order.

    `groups` are the ballots that name a project, all of them, equal ones together.
    """
    voters = sum(number for _answer, number in groups)
    costs = dict(projects)
    share = Fraction(budget, voters)
    best = Purchase(voters, share, 0, buy(share, projects, groups))
    for raised in range(STEP_PERCENT, MOST_PERCENT + 1, STEP_PERCENT):
        spent = sum(costs[paid.project] for paid in best.paid)
        if _is_settled(best, costs, budget - spent):
            break
        share = Fraction(budget * (100 + raised), 100 * voters)
        bought = buy(share, projects, groups)
        if sum(costs[paid.project] for paid in bought) > budget:
            break
        best = Purchase(voters, share, raised, bought)
    return best


def _is_settled(found: Purchase, costs: dict[int, int], left: int) -> bool:
    """Whether nothing more fits into what is left."""
    bought = {paid.project for paid in found.paid}
    return all(id_ in bought or cost > left for id_, cost in costs.items())


def buy(
    share: Fraction, projects: Sequence[tuple[int, int]], groups: Sequence[Group]
) -> tuple[Paid, ...]:
    """Buy with equal shares until nobody can pay any more.

    The effective voices of a project only shrink while money is spent, so those of an earlier
    round bound them: most projects need not be looked at again.
    """
    purses = Purses(share, groups)
    backers = {
        id_: [g for g, (named, _n) in enumerate(groups) if id_ in named] for id_, _ in projects
    }
    bounds: dict[int, Fraction | None] = dict.fromkeys(backers)
    bought: list[Paid] = []
    while found := _next(projects, bounds, backers, purses):
        bought.append(found)
        del bounds[found.project]
        purses.pay(backers[found.project], found.most)
    return tuple(bought)


def _next(
    projects: Sequence[tuple[int, int]],
    bounds: dict[int, Fraction | None],
    backers: dict[int, list[int]],
    purses: Purses,
) -> Paid | None:
    """The project with the most effective voices; forgets in `bounds` those nobody can pay."""
    best, most = None, Fraction(0)
    for id_, cost in projects:
        if id_ not in bounds:
            continue
        bound = bounds[id_]
        if bound is not None and bound <= most:
            continue
        found = _payable(id_, cost, purses.of(backers[id_]))
        if found is None:
            del bounds[id_]
            continue
        voices = Fraction(cost) / found.most if found.most else Fraction(found.payers)
        bounds[id_] = voices
        if voices > most:
            best, most = found, voices
    return best


def _payable(id_: int, cost: int, held: Sequence[tuple[Fraction, int]]) -> Paid | None:
    """The payment that brings `cost` together, None when all they have is less."""
    owed, payers = Fraction(cost), sum(number for _left, number in held)
    paying = sum(number for left, number in held if left)
    for left, number in held:
        if left * payers >= owed:
            return Paid(id_, paying, owed / payers)
        owed -= left * number
        payers -= number
    return None
