"""The members of the council, with their rhythms: who can read within two days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Mandate, Person, Role
from engage.moderation import rota
from engage.moderation.rota import Habits
from engage.moderation.rota_models import Rhythm


@dataclass(frozen=True)
class Member:
    """Somebody with a mandate of the council, today or later; `person.mandates` is loaded."""

    person: Person
    habits: Habits

    @property
    def council(self) -> Sequence[Mandate]:
        """The mandates of the council."""
        return [m for m in self.person.mandates if m.role == Role.COUNCIL]


def everybody(db: Session) -> list[Member]:
    """All members whose account is open, in two statements."""
    people = db.scalars(
        select(Person)
        .join(Mandate, Mandate.person_id == Person.id)
        .options(joinedload(Person.mandates))
        .where(Mandate.role == Role.COUNCIL.value, Person.closed_at.is_(None))
        .order_by(Person.id)
    ).unique()
    rhythms = {row.person_id: row for row in db.scalars(select(Rhythm))}
    return [Member(one, rota.habits_of(rhythms.get(one.id))) for one in people]


def able(db: Session, moment: datetime) -> list[Member]:
    """Those who can read within the next two days: a mandate runs, no pause does."""
    return [
        member
        for member in everybody(db)
        if rota.acts_within(member.habits, member.council, moment)
    ]
