"""Counts majority judgment: the median grade wins, equal ones lose median grades until they part.

Six grades, 0 ("à rejeter") to 5 ("excellent"). An option left without a grade on a ballot has
grade 0 there, and a ballot that says "none" gives 0 to all: each option has as many grades as there
are voters. The median of an even number is the lower of the two in the middle. When options have
the same median, one such grade is taken from each, and the medians of what is left are compared,
and so on (Balinski and Laraki, Majority Judgment, 2011). Options whose grades are all the same stay
equal. An option with the median 0 does not win.
"""

from collections.abc import Sequence
from itertools import accumulate

from engage.consultations.counting.answers import AnyQuestion, none_of
from engage.consultations.counting.parts import Group, Line, Outcome, Step, ranks
from engage.consultations.counting.voices import SHOWN

GRADES = 6

Histogram = tuple[int, ...]
"""How many ballots give the grades 0, 1, 2, 3, 4, 5."""


def judgment(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """The count of a question of majority judgment."""
    voters, none = sum(number for _answer, number in groups), none_of(question)
    ids = [option.id for option in question.options if not option.is_none]
    found, given = _histograms(ids, groups, none), _given(ids, groups, none)
    keys = gauges(found)
    lines = tuple(
        Line(i, rank, given[i], median(found[i]), found[i]) for i, rank in ranks(ids, keys)
    )
    refused = sum(number for answer, number in groups if answer == [none])
    steps = [
        Step("median", (line.option_id,), (line.score, sum(line.parts[line.score :]), voters))
        for line in lines[:SHOWN]
        if voters
    ]
    steps += [Step("none_rejects", (none,), (refused, voters))] if refused else []
    all_lines = (*lines, Line(none, 0, refused, 0, (0,) * GRADES))
    return _outcome(voters, lines, all_lines, steps)


def _outcome(
    voters: int, lines: Sequence[Line], all_lines: tuple[Line, ...], steps: list[Step]
) -> Outcome:
    best = tuple(line.option_id for line in lines if line.rank == 1)
    if not voters:
        return Outcome(0, all_lines, (), (Step("nobody"),))
    if not lines or not lines[0].score:
        return Outcome(voters, all_lines, (), (*steps, Step("all_rejected")))
    if len(best) > 1:
        return Outcome(voters, all_lines, best, (*steps, Step("shared", best)), "shared")
    if len(lines) > 1 and lines[0].score == lines[1].score:
        steps.append(_parted(lines[0], lines[1]))
        return Outcome(voters, all_lines, best, (*steps, Step("first", best)), "grades")
    return Outcome(voters, all_lines, best, (*steps, Step("first", best)))


def median(histogram: Histogram) -> int:
    """The grade in the middle, the lower one of two; 0 when there is none."""
    return at(histogram, (sum(histogram) - 1) // 2) if any(histogram) else 0


def at(histogram: Histogram, place: int) -> int:
    """The grade at `place` (from 0) when all grades stand in a row, the worst first."""
    return next(grade for grade, upto in enumerate(accumulate(histogram)) if place < upto)


def gauges(found: dict[int, Histogram]) -> dict[int, tuple[int, ...]]:
    """A key for each option: the larger goes before, the same are equal for good.

    Taking one median after the other walks from the middle of the row of grades outwards, below
    and above in turn. It is enough to look where the grades of any option change.
    """
    voters = sum(next(iter(found.values()), ()))
    turns = sorted({turn for histogram in found.values() for turn in _turns(histogram, voters)})
    return {
        id_: tuple(at(histogram, place_of(turn, voters)) for turn in turns)
        for id_, histogram in found.items()
    }


def place_of(turn: int, voters: int) -> int:
    """Where in the row of all grades the median stands after `turn` of them were taken away."""
    middle = (voters - 1) // 2
    away = (turn + 1) // 2
    below = turn % 2 == voters % 2
    return middle - away if below else middle + away


def turn_of(place: int, voters: int) -> int:
    """After how many taken medians the one at `place` is the median."""
    away = place - (voters - 1) // 2
    even = voters % 2 == 0
    if away > 0:
        return 2 * away - 1 if even else 2 * away
    return -2 * away if even or not away else -2 * away - 1


def _turns(histogram: Histogram, voters: int) -> set[int]:
    """The turns in which the median of this option can change, and the first ones."""
    middle = (voters - 1) // 2
    edges = [edge for edge in accumulate(histogram) if 0 < edge < voters]
    places = {edge if edge > middle else edge - 1 for edge in edges}
    return {turn_of(place, voters) for place in places} | set(range(min(2, voters)))


def _histograms(ids: Sequence[int], groups: Sequence[Group], none: int) -> dict[int, Histogram]:
    """The grades of each option; what a ballot does not grade is graded 0 there."""
    found = {id_: [0] * GRADES for id_ in ids}
    for answer, number in groups:
        graded = {} if answer == [none] else dict(answer)
        for id_ in ids:
            found[id_][graded.get(id_, 0)] += number
    return {id_: tuple(grades) for id_, grades in found.items()}


def _given(ids: Sequence[int], groups: Sequence[Group], none: int) -> dict[int, int]:
    """How many ballots say a grade for each option."""
    given = dict.fromkeys(ids, 0)
    for answer, number in groups:
        for id_, _grade in answer if answer != [none] else ():
            given[id_] += number
    return given


def _parted(first: Line, second: Line) -> Step:
    """After how many taken medians two options part, and the medians that they have then."""
    voters = sum(first.parts)
    for turn in sorted(_turns(first.parts, voters) | _turns(second.parts, voters)):
        place = place_of(turn, voters)
        grades = at(first.parts, place), at(second.parts, place)
        if grades[0] != grades[1]:
            return Step("grades", (first.option_id, second.option_id), (first.score, turn, *grades))
    raise ValueError("options with the same grades were taken for different ones")
