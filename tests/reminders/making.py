"""Makes partners that owe something, for the tests of reminders."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.models import Role
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.deadlines import commands as deadlines
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents import commands as incidents
from engage.incidents import queries as reports
from engage.incidents.models import Incident, IncidentKind
from engage.reminders import jobs
from engage.reminders.models import Digest
from engage.territory.models import Action, Organisation
from tests.factories import make_person, make_place


def make_owed_incident(
    db: Session, partner: Organisation, *, kind: str = "ECL01", text: str = ""
) -> Incident:
    """A report that `partner` has, with what its kind promises owed from now on."""
    chosen = db.scalars(select(IncidentKind).where(IncidentKind.code == kind)).one()
    place = make_place(db, land_ownership="unknown", kind="square", name="Placette")
    made, _ = incidents.submit(db, incidents.Report(chosen, place, text))
    found = reports.by_reference(db, made.reference)
    assert found is not None
    coordinator = make_person(db, Role.COORDINATOR, public_name="")
    incidents.assign(db, found, organisation=partner, actor=coordinator)
    db.flush()
    return found


def make_owed_report(
    db: Session, partner: Organisation, *, number: int = 3, due_at: datetime | None = None
) -> Deadline:
    """The yearly report of an action, due in ten days unless said otherwise."""
    action = db.scalars(select(Action).where(Action.number == number)).one()
    return deadlines.owe(
        db,
        DeadlineKind.ACTION_REPORT,
        action,
        organisation_id=partner.id,
        due_at=due_at or clock.now() + timedelta(days=10),
        title="Bilan annuel : mieux entretenir",
    )


def queue(town: Services) -> int:
    """What the clock does every minute."""
    return jobs.queue_digests(town.database)


def digests(town: Services) -> Sequence[Digest]:
    with town.database.reading() as db:
        return db.scalars(
            select(Digest).options(selectinload(Digest.reminders)).order_by(Digest.id)
        ).all()


def messages(town: Services) -> Sequence[OutboxMessage]:
    """The mails to partners, oldest first."""
    with town.database.reading() as db:
        return db.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "digest").order_by(OutboxMessage.id)
        ).all()
