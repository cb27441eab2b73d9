"""The fictive dates of the demo, put into the agenda by the real commands."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.agenda import commands
from engage.agenda.models import Event, EventKind
from engage.core import clock
from engage.territory.models import Neighbourhood, Organisation, Place

Row = dict[str, Any]
Coded = type[Neighbourhood] | type[Organisation] | type[Place]

REMINDED = "EV12"
"""Tomorrow's date, of which the first resident asked to be reminded."""


def load(db: Session, data: Row, people: dict[str, Person]) -> None:
    """Add each date ten days before, cancel what the file calls off, ask for one reminder."""
    mediator = people["mediatrice"]
    for row in data["events"]:
        planned, before = _planned(db, row), timedelta(days=min(row["in_days"], 0) - 10)
        with clock.at(clock.now() + before):
            event = commands.add(db, planned, actor=mediator)
        event.is_demo = True
        db.flush()
        if row["cancelled"]:
            _cancel(db, event, row["cancelled"], mediator)
        if row["code"] == REMINDED:
            with clock.at(clock.now() - timedelta(days=1)):  # tonight it may be too late to ask
                commands.ask_reminder(db, event, person=people["habitante"])


def _planned(db: Session, row: Row) -> commands.Planned:
    return commands.Planned(
        kind=EventKind(row["kind"]),
        title=row["title"],
        words=row["words"],
        neighbourhood_id=_id(db, Neighbourhood, row["neighbourhood"]),
        place_id=_id(db, Place, row["place"]),
        place_words=row["place_words"],
        starts_at=_moment(row["in_days"], row["starts"]),
        ends_at=_moment(row["in_days"], row["ends"]),
        organisation_id=_id(db, Organisation, row["organisation"]) or 0,
    )


def _id(db: Session, model: Coded, code: str | None) -> int | None:
    return db.scalars(select(model.id).where(model.code == code)).one() if code else None


def _moment(days: int, hour: str) -> datetime:
    """`14:30` on the town's clocks, `days` from today."""
    hours, minutes = hour.split(":")
    day = clock.today() + timedelta(days=days)
    return datetime.combine(day, time(int(hours), int(minutes)), clock.zone())


def _cancel(db: Session, event: Event, row: Row, mediator: Person) -> None:
    with clock.at(clock.now() - timedelta(days=row["days_ago"])):
        commands.cancel(db, event, reason=row["reason"], version=event.version, actor=mediator)
