"""Counts voices and points: yes or no, single choice, approval, three favourites.

The rules of equal ones, the same before and after the vote: as many voices are the same rank, and
nothing parts them. Of favourites with as many points, more first choices go before, then more
second ones.
"""

from collections.abc import Sequence

from engage.consultations.counting.answers import AnyQuestion, none_of
from engage.consultations.counting.parts import Group, Line, Outcome, Step, ranks

POINTS = (3, 2, 1)
"""What a first, second and third choice is worth."""


def yes_no(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """More yes than no, or the other way round; who has no opinion is counted apart."""
    voters, none = _voters(groups), none_of(question)
    voices = _voices(question, groups)
    sides = [option.id for option in question.options if not option.is_none]
    lines = tuple(Line(i, rank, voices[i], voices[i]) for i, rank in ranks(sides, voices))
    lines += _apart(none, voices[none], ())
    steps = [_said(line) for line in lines]
    return _first(voters, lines, steps)


def by_voices(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """Single choice and approval: a voice for each option that a ballot names, "none" too."""
    voices = _voices(question, groups)
    ids = [option.id for option in question.options]
    lines = tuple(Line(i, rank, voices[i], voices[i]) for i, rank in ranks(ids, voices))
    return _first(_voters(groups), lines, [_said(line) for line in lines[:SHOWN]])


SHOWN = 3
"""How many lines an explanation tells of; the table has them all."""


def favourites(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """3, 2 and 1 points; when more than half of the voters say "none", nothing is kept."""
    voters, none = _voters(groups), none_of(question)
    ids = [option.id for option in question.options if not option.is_none]
    places = _places(ids, groups)
    points = {i: sum(n * p for n, p in zip(places[i], POINTS, strict=True)) for i in ids}
    keys = {i: (points[i], *places[i][:2]) for i in ids}
    lines = tuple(
        Line(i, rank, sum(places[i]), points[i], places[i]) for i, rank in ranks(ids, keys)
    )
    refused = sum(number for answer, number in groups if answer == [none])
    steps = [Step("points", (line.option_id,), (line.score, *line.parts)) for line in lines[:SHOWN]]
    steps += none_apart(none, refused, voters)
    lines += _apart(none, refused, (0, 0, 0))
    if 2 * refused > voters:
        steps.append(Step("most_refuse", (none,), (refused, voters)))
        return Outcome(voters, lines, (), tuple(steps))
    return _first(voters, lines, steps, by_points=True)


def none_apart(none: int, refused: int, voters: int) -> list[Step]:
    """The step that tells how many said "none", where this is counted apart."""
    return [Step("none_apart", (none,), (refused, voters))] if refused else []


def _voters(groups: Sequence[Group]) -> int:
    return sum(number for _answer, number in groups)


def _voices(question: AnyQuestion, groups: Sequence[Group]) -> dict[int, int]:
    voices = {option.id: 0 for option in question.options}
    for answer, number in groups:
        for id_ in answer:
            voices[id_] += number
    return voices


def _places(ids: Sequence[int], groups: Sequence[Group]) -> dict[int, tuple[int, ...]]:
    places = {id_: [0, 0, 0] for id_ in ids}
    for answer, number in groups:
        for place, id_ in enumerate(answer):
            if id_ in places:
                places[id_][place] += number
    return {id_: tuple(found) for id_, found in places.items()}


def _apart(none: int, voices: int, parts: tuple[int, ...]) -> tuple[Line, ...]:
    return (Line(none, 0, voices, 0 if parts else voices, parts),)


def _said(line: Line) -> Step:
    return Step("voices", (line.option_id,), (line.voices,))


def _parted(lines: Sequence[Line]) -> tuple[str, Step] | None:
    """What put the first of two lines with as many points before the second, and how it is said."""
    first, second = lines[:2]
    if first.score != second.score:
        return None
    ids, place = (first.option_id, second.option_id), int(first.parts[0] == second.parts[0])
    tie = ("first_choices", "second_choices")[place]
    return tie, Step(tie, ids, (first.score, first.parts[place], second.parts[place]))


def _first(
    voters: int,
    lines: tuple[Line, ...],
    steps: list[Step],
    *,
    by_points: bool = False,
) -> Outcome:
    """The outcome where rank 1 wins, when anybody named it."""
    best = [line for line in lines if line.rank == 1 and line.score]
    winners = tuple(line.option_id for line in best)
    if not best:
        return Outcome(voters, lines, (), (*steps, Step("nobody")))
    if len(best) > 1:
        return Outcome(voters, lines, winners, (*steps, Step("shared", winners)), "shared")
    found = _parted(lines) if by_points and len(lines) > 1 and lines[1].rank else None
    tie, extra = (found[0], [found[1]]) if found else ("", [])
    return Outcome(voters, lines, winners, (*steps, *extra, Step("first", winners)), tie)
