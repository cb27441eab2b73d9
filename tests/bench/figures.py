"""What was measured, beside the bar it has to reach."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table; `least` turns the bar from a ceiling into a floor."""

    name: str
    measured: float
    bar: float
    unit: str = ""
    least: bool = False

    @property
    def ok(self) -> bool:
        return self.measured >= self.bar if self.least else self.measured <= self.bar

    @property
    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        measured, bar = (f"{value:g} {self.unit}".strip() for value in (self.rounded, self.bar))
        return f"{self.name:<62} {measured:>12}   {sign} {bar:<10} {'ok' if self.ok else 'MISSED'}"

    @property
    def rounded(self) -> float:
        return round(self.measured, 2 if self.measured < 10 else 1)


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print a part of the table as it comes in; returns whether every bar was reached."""
    print(f"\n{title}")
    good = True
    for figure in figures:
        print(f"  {figure.line}", flush=True)
        good = good and figure.ok
    return good
