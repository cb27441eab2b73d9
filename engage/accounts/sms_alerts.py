"""Tells coordinators and admins, by e-mail and once a day each, that SMS are running out."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.accounts import queries
from engage.accounts.models import ContactKind, Mandate, Person, Role
from engage.core import clock, outbox, sms_budget
from engage.core.db import Database
from engage.core.outbox import Channel, OutboxMessage, Rendered
from engage.core.words_of_mail import rendered

LEVELS = (100, 80)
"""Shares of the day's SMS, in hundredths, at which somebody should know."""


def warn(database: Database, *, daily: int) -> None:
    """Queue the warning of the highest level reached; asking again queues nothing more."""
    with database.reading() as db:
        used = sms_budget.used_today(db)
    level = next((level for level in LEVELS if used * 100 >= daily * level), None)
    if level is None or daily == 0:
        return
    with database.transaction() as db:
        for person in _in_charge(db):
            _tell(db, person, level, used=used, daily=daily)


def _tell(db: Session, person: Person, level: int, *, used: int, daily: int) -> None:
    for point in queries.contact_points_of(db, person):
        if point.kind == ContactKind.EMAIL:
            outbox.post(
                db,
                "sms_running_out",
                channel=Channel.EMAIL,
                recipient=point.value,
                dedupe_key=f"sms:{clock.today()}:{level}:{point.id}",
                person_id=person.id,
                language=person.language,
                level=level,
                used=used,
                daily=daily,
            )


def _in_charge(db: Session) -> Iterable[Person]:
    """Whoever is coordinator or admin today."""
    roles = (Role.COORDINATOR, Role.ADMIN)
    people = db.scalars(
        select(Person)
        .join(Mandate, Mandate.person_id == Person.id)
        .options(joinedload(Person.mandates))
        .where(Mandate.role.in_([role.value for role in roles]), Person.closed_at.is_(None))
    ).unique()
    return [person for person in people if person.holds(*roles)]


def render(db: Session, message: OutboxMessage, base_url: str) -> Rendered:
    """The words of the warning."""
    return rendered("accounts/sms_running_out", message, **message.payload)


RENDERERS = {"sms_running_out": render}
