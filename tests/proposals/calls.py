"""Calls for participation for tests, through the real command."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.proposals import call_commands as commands
from engage.proposals.call_models import Call
from engage.territory.models import Organisation
from tests.factories import make_person


def council_body(db: Session) -> Organisation:
    """The citizen council as the contract names it."""
    return db.scalars(select(Organisation).where(Organisation.kind == "citizen_body")).one()


def make_call(
    db: Session, *, begins: int = 0, lasts: int = 10, actor: Person | None = None, **values: Any
) -> Call:
    """A call that begins so many days from today, asked by the council unless said otherwise.

    One that began in the past was prepared on its first day.
    """
    first = clock.today() + timedelta(days=begins)
    asked = commands.Asked(
        title={"fr": values.pop("title", "De l’ombre")},
        theme=values.pop("theme", {"fr": "Les espaces verts"}),
        question=values.pop("question", {"fr": "Où manque-t-il de l’ombre ?"}),
        explanation=values.pop("explanation", {}),
        organisation_id=values.pop("organisation_id", None) or council_body(db).id,
        neighbourhood_id=values.pop("neighbourhood_id", None),
        opens_on=first,
        closes_on=first + timedelta(days=lasts),
    )
    with clock.at(clock.now() + timedelta(days=min(begins, 0))):
        return commands.prepare(db, asked, actor=actor or make_person(db, Role.COORDINATOR))
