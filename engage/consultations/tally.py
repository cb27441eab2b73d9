"""Counts ballots: pure functions, exact whole numbers, one fixed rule for ties.

Single choice and approval are counted alike: each ballot gives one voice to each option it names.
Options are ordered by their voices; options with as many voices share their rank and keep the order
of the list, which decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BallotGroup = tuple[Sequence[int], int]
"""The option ids that a ballot names, and how many ballots name just these."""


@dataclass(frozen=True)
class Count:
    """The voices of one option; `rank` is 1 plus the number of options that have more."""

    option_id: int
    voices: int
    rank: int


@dataclass(frozen=True)
class Tally:
    """The count of one question, the most chosen first."""

    voters: int
    counts: tuple[Count, ...]

    @property
    def leaders(self) -> tuple[Count, ...]:
        """The option in front, several when they are equal, none when nobody answered."""
        return tuple(c for c in self.counts if c.rank == 1 and c.voices)


def tally(option_ids: Sequence[int], groups: Iterable[BallotGroup]) -> Tally:
    """Count one question; `option_ids` in the order of the list.

    Raises ValueError when a ballot names an option that is not one of them: such a ballot is a
    fault for `engage verify`, never silently left out.
    """
    voices = dict.fromkeys(option_ids, 0)
    voters = 0
    for answers, ballots in groups:
        voters += ballots
        for option_id in set(answers):
            if option_id not in voices:
                raise ValueError(f"a ballot names option {option_id}, which is not on the list")
            voices[option_id] += ballots
    ordered = sorted(option_ids, key=lambda option_id: -voices[option_id])
    return Tally(voters, tuple(_ranked(ordered, voices)))


def _ranked(ordered: Sequence[int], voices: dict[int, int]) -> Iterable[Count]:
    rank = 0
    for place, option_id in enumerate(ordered, 1):
        if place == 1 or voices[option_id] != voices[ordered[place - 2]]:
            rank = place
        yield Count(option_id, voices[option_id], rank)


def percent(voices: int, voters: int) -> int:
    """Whole per cent of those who answered, halves up; 0 when nobody did."""
    return (200 * voices + voters) // (2 * voters) if voters else 0
