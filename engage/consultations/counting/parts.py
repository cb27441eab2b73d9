"""What a count consists of: whole numbers only, the same as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engage.consultations.counting.answers import Answers

Group = tuple[Answers, int]
"""An answer, and how many ballots say just this."""


@dataclass(frozen=True)
class Line:
    """What one option received; `voices` are the ballots that name it.

    `rank` is 1 plus the number of options that are better, 0 for what is not ranked. `score` and
    `parts` by the kind of the question: points and [first, second, third choices] of favourites;
    the median grade and the number of ballots for each grade 0–5 of a judgment; the sum of the
    grades and the ballots for each grade 1–5 of a scale (the mean is score / voices, exactly); the
    voices once more, and nothing, of the others.
    """

    option_id: int
    rank: int
    voices: int
    score: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of the explanation; `words` says it in the language of who reads."""

    key: str
    ids: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The count of one question: the best line first, the order of the list among equal ones.

    `winners` are the options in front (several when they are equal), of a budget all projects that
    are kept, in the order in which they were; none when nobody answered, or on a scale. `tie` says
    which rule parted equal ones: "" (none were), "shared" (none does), "first_choices",
    "second_choices", "grades", "voices", "cheaper", "list".
    """

    voters: int
    lines: tuple[Line, ...] = ()
    winners: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    tie: str = ""

    def line(self, option_id: int) -> Line:
        """The line of one option; raises StopIteration when there is none."""
        return next(line for line in self.lines if line.option_id == option_id)

    def to_row(self) -> list[Any]:
        """As JSON, to be stored."""
        return [
            self.voters,
            [[o.option_id, o.rank, o.voices, o.score, list(o.parts)] for o in self.lines],
            list(self.winners),
            [[step.key, list(step.ids), list(step.numbers)] for step in self.steps],
            self.tie,
        ]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "Outcome":
        """The opposite of `to_row`."""
        voters, lines, winners, steps, tie = row
        return cls(
            voters,
            tuple(Line(id_, rank, n, score, tuple(parts)) for id_, rank, n, score, parts in lines),
            tuple(winners),
            tuple(Step(key, tuple(ids), tuple(numbers)) for key, ids, numbers in steps),
            tie,
        )


def ranks(option_ids: Sequence[int], keys: dict[int, Any]) -> list[tuple[int, int]]:
    """(option, rank), the largest key first; equal keys share a rank and keep the list's order."""
    ordered = sorted(option_ids, key=lambda id_: keys[id_], reverse=True)
    ranked: list[tuple[int, int]] = []
    for place, id_ in enumerate(ordered, 1):
        same = ranked and keys[ranked[-1][0]] == keys[id_]
        ranked.append((id_, ranked[-1][1] if same else place))
    return ranked
