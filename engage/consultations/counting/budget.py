"""Shares a budget: which projects are kept, one voice after the other, or by equal shares.

Both rules go through projects in one order: more voices first, then the cheaper one, then the
order of the list. A project that nobody named is never kept, and when more than half of the voters
say "none", no project is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engage.consultations.counting import shares
from engage.consultations.counting.answers import AnyQuestion, none_of
from engage.consultations.counting.parts import Group, Line, Outcome, Step
from engage.consultations.counting.voices import none_apart
from engage.consultations.models import BudgetCount


@dataclass(frozen=True)
class Projects:
    """What a count of a budget starts from; `order` has the projects that anybody named."""

    budget: int
    costs: dict[int, int]
    voices: dict[int, int]
    order: tuple[int, ...]


def budget(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """The count of a budget question; `winners` are all projects that are kept."""
    voters, none = sum(number for _answer, number in groups), none_of(question)
    projects, refused = _projects(question, groups)
    lines = (*_lines(projects), Line(none, 0, refused, refused))
    apart = none_apart(none, refused, voters)
    if 2 * refused > voters:
        refusal = Step("most_refuse", (none,), (refused, voters))
        return Outcome(voters, lines, (), (*apart, refusal))
    if not projects.order:
        return Outcome(voters, lines, (), (*apart, Step("nobody")))
    if question.counting is BudgetCount.EQUAL_SHARES:
        kept, steps = _equal_shares(projects, [g for g in groups if g[0] != [none]])
    else:
        kept, steps = _greedy(projects, ())
    left = projects.budget - sum(projects.costs[id_] for id_ in kept)
    told = (Step("budget", (), (projects.budget,)), *steps, *apart, Step("left", kept, (left,)))
    return Outcome(voters, lines, kept, told, _tie(projects))


def _projects(question: AnyQuestion, groups: Sequence[Group]) -> tuple[Projects, int]:
    costs = {o.id: o.cost or 0 for o in question.options if not o.is_none}
    voices, refused = dict.fromkeys(costs, 0), 0
    for answer, number in groups:
        for id_ in answer:
            if id_ in voices:
                voices[id_] += number
            else:
                refused += number
    order = sorted((i for i in costs if voices[i]), key=lambda id_: (-voices[id_], costs[id_]))
    return Projects(question.budget or 0, costs, voices, tuple(order)), refused


def _lines(projects: Projects) -> list[Line]:
    ordered = sorted(projects.costs, key=lambda id_: -projects.voices[id_])
    ranked: list[Line] = []
    for place, id_ in enumerate(ordered, 1):
        voices = projects.voices[id_]
        rank = ranked[-1].rank if ranked and ranked[-1].voices == voices else place
        ranked.append(Line(id_, rank, voices, voices))
    return ranked


def _greedy(projects: Projects, kept: tuple[int, ...]) -> tuple[tuple[int, ...], list[Step]]:
    """Add to `kept` each project that still fits, in their order; what does not is passed over."""
    left = projects.budget - sum(projects.costs[id_] for id_ in kept)
    chosen, steps = list(kept), []
    for id_ in projects.order:
        if id_ in kept:
            continue
        cost = projects.costs[id_]
        fits = cost <= left
        steps.append(
            Step("fits" if fits else "too_dear", (id_,), (projects.voices[id_], cost, left))
        )
        if fits:
            chosen.append(id_)
            left -= cost
    return tuple(chosen), steps


def _equal_shares(
    projects: Projects, groups: Sequence[Group]
) -> tuple[tuple[int, ...], list[Step]]:
    found = shares.equal_shares(
        projects.budget, [(id_, projects.costs[id_]) for id_ in projects.order], groups
    )
    steps = [Step("shares", (), (found.voters, *found.share.as_integer_ratio(), found.raised))]
    steps += [
        Step(
            "paid",
            (paid.project,),
            (paid.payers, projects.costs[paid.project], *paid.most.as_integer_ratio()),
        )
        for paid in found.paid
    ]
    kept, more = _greedy(projects, tuple(paid.project for paid in found.paid))
    return kept, [*steps, *([Step("completed"), *more] if more else [])]


def _tie(projects: Projects) -> str:
    """How neighbours in the order with as many voices were parted, the rule that went furthest."""
    tie = ""
    for first, second in zip(projects.order, projects.order[1:], strict=False):
        if projects.voices[first] == projects.voices[second]:
            if projects.costs[first] == projects.costs[second]:
                return "list"
            tie = "cheaper"
    return tie
