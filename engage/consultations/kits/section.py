"""What the page of a concertation says of its template: the party, or the questions about works."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.kits import queries, works_queries
from engage.consultations.kits.models import Party
from engage.consultations.kits.policy import can_organise
from engage.consultations.kits.queries import Step
from engage.consultations.kits.works_queries import Met, Told
from engage.consultations.models import Purpose
from engage.consultations.sheets import Sheet
from engage.core import clock

NEXT = 3
"""Tasks of a plan that the page names."""


@dataclass(frozen=True)
class PartySection:
    """How far a party is: `wanted` hands and things, `promised` of them."""

    party: Party
    coming: list[Step]
    done: int
    tasks: int
    promised: int
    wanted: int
    is_over: bool


@dataclass(frozen=True)
class WorksSection:
    """How much was asked and answered, and the meetings."""

    told: Told
    meetings: list[Met]


def section(db: Session, sheet: Sheet, person: Person | None) -> dict[str, Any]:
    """`party` or `works` by the purpose, empty for others; three statements at most.

    Who organises a party that has no plan yet is told where it begins: `unprepared`.
    """
    if sheet.purpose is Purpose.PARTY:
        party = queries.party(db, sheet.id)
        if party is None:
            return {"unprepared": can_organise(person)}
        return {"party": _of_party(db, party)}
    if sheet.purpose is Purpose.REHABILITATION:
        found = WorksSection(works_queries.told(db, sheet.id), works_queries.meetings(db, sheet.id))
        return {"works": found}
    return {}


def _of_party(db: Session, party: Party) -> PartySection:
    steps = queries.steps(db, party.consultation_id, party.day)
    needs = queries.needs(db, party.consultation_id)
    return PartySection(
        party=party,
        coming=[step for step in steps if step.done_on is None][:NEXT],
        done=sum(step.done_on is not None for step in steps),
        tasks=len(steps),
        promised=sum(min(need.promised, need.wanted) for need in needs),
        wanted=sum(need.wanted for need in needs),
        is_over=_is_over(party.day, clock.today()),
    )


def _is_over(day: date | None, today: date) -> bool:
    return day is not None and day < today
