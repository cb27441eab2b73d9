"""Breaks a number down without pointing at anybody: no cell under ten, and none to be worked out.

Pure functions.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

SMALLEST = 10
"""Below this many voters nothing is broken down."""

Name = TypeVar("Name", bound=Hashable)


def merged(cells: Mapping[Name, int]) -> tuple[tuple[frozenset[Name], int], ...]:
    """The cells to tell, each a set of names and its number, the largest first.

    Those under ten become one; while that one is under ten itself, the smallest of the others
    joins it: otherwise it could be worked out as what is missing from the total. Empty when
    everything ended in one cell, which would tell nothing but the total.
    """
    told = sorted(((n, i, name) for i, (name, n) in enumerate(cells.items()) if n), reverse=True)
    rest: list[Name] = []
    in_rest = 0
    while told and (told[-1][0] < SMALLEST or 0 < in_rest < SMALLEST):
        number, _place, name = told.pop()
        rest.append(name)
        in_rest += number
    found = [(frozenset([name]), number) for number, _place, name in told]
    if rest:
        found.append((frozenset(rest), in_rest))
    return tuple(sorted(found, key=lambda cell: -cell[1])) if len(found) > 1 else ()
