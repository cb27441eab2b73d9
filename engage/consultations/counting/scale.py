"""Counts scales from 1 to 5 of surveys: numbers for each option, and nothing is decided."""

from collections.abc import Sequence
from fractions import Fraction

from engage.consultations.counting.answers import AnyQuestion, none_of
from engage.consultations.counting.parts import Group, Line, Outcome, Step
from engage.consultations.counting.voices import none_apart

HIGHEST = 5


def scale(question: AnyQuestion, groups: Sequence[Group]) -> Outcome:
    """Each option in the order of the list; who did not grade one is not part of its mean."""
    voters, none = sum(number for _answer, number in groups), none_of(question)
    found = {option.id: [0] * HIGHEST for option in question.options if not option.is_none}
    refused = 0
    for answer, number in groups:
        if answer == [none]:
            refused += number
            continue
        for id_, grade in answer:
            found[id_][grade - 1] += number
    lines = [_line(id_, tuple(grades)) for id_, grades in found.items()]
    steps = [Step("mean", (o.option_id,), (o.score, o.voices)) for o in lines if o.voices]
    steps += none_apart(none, refused, voters)
    lines.append(Line(none, 0, refused, 0, (0,) * HIGHEST))
    return Outcome(voters, tuple(lines), (), tuple(steps or [Step("nobody")]))


def _line(id_: int, grades: tuple[int, ...]) -> Line:
    total = sum(grade * number for grade, number in enumerate(grades, 1))
    return Line(id_, 0, sum(grades), total, grades)


def mean(line: Line) -> Fraction | None:
    """The mean of a line, exactly; None when nobody graded it."""
    return Fraction(line.score, line.voices) if line.voices else None


def median(line: Line) -> int:
    """The grade in the middle, the lower one of two; 0 when nobody graded it."""
    upto = 0
    for grade, number in enumerate(line.parts, 1):
        upto += number
        if 2 * upto >= line.voices > 0:
            return grade
    return 0
