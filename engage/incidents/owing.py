"""What is owed for a report: the dates its kind promises, counted from arrival or reopening."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.deadlines import commands as deadlines
from engage.deadlines import queries as owed
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import after_hours, after_working_days
from engage.incidents.models import Circuit, Incident, IncidentEvent, IncidentKind
from engage.incidents.workflow import Status


def owe(db: Session, incident: Incident, *, start: datetime) -> None:
    """What the kind promises is owed by the organisation that has it."""
    assert incident.organisation_id is not None
    for kind, due_at in due_dates(incident.kind, start).items():
        deadlines.owe(
            db,
            kind,
            incident,
            organisation_id=incident.organisation_id,
            due_at=due_at,
            title=_title(incident),
            urgent=incident.urgent,
        )


def promise(db: Session, incident: Incident, *, until: datetime) -> None:
    """A promised day is owed where the kind has no target; elsewhere it silences reminders."""
    if DeadlineKind.RESOLVE in due_dates(incident.kind, incident.created_at):
        deadline = owed.open_deadline(db, DeadlineKind.RESOLVE, incident)
        if deadline is not None:
            deadlines.silence(db, deadline, until=until)
        return
    if incident.kind.circuit is Circuit.OPEN and incident.organisation_id is not None:
        deadlines.owe(
            db,
            DeadlineKind.RESOLVE,
            incident,
            organisation_id=incident.organisation_id,
            due_at=until,
            title=_title(incident),
            urgent=incident.urgent,
        )


def _title(incident: Incident) -> str:
    """What partners read of it in their mails: no word of a resident."""
    return f"{incident.reference} · {incident.kind.label['fr']} · {incident.place.name['fr']}"[:200]


def clock_start(db: Session, incident: Incident) -> datetime:
    """The report's arrival, or the day a resident said that it was not repaired."""
    reopened = db.scalar(
        select(IncidentEvent.at)
        .where(
            IncidentEvent.incident_id == incident.id,
            IncidentEvent.status == Status.REOPENED,
        )
        .order_by(IncidentEvent.id.desc())
        .limit(1)
    )
    return reopened or incident.created_at


def due_dates(kind: IncidentKind, start: datetime) -> dict[DeadlineKind, datetime]:
    """The dates owed for a report of `kind` counted from `start`; empty where none is promised.

    The closed circuit owes none: deadlines lead to mails, and it never appears in one.
    """
    if kind.no_target or kind.circuit is not Circuit.OPEN:
        return {}
    found = {
        DeadlineKind.ACKNOWLEDGE: _due(start, kind.ack_days, kind.ack_hours),
        DeadlineKind.RESOLVE: _due(start, kind.resolve_days, kind.resolve_hours),
    }
    return {name: due for name, due in found.items() if due is not None}


def _due(start: datetime, days: int | None, hours: int | None) -> datetime | None:
    if hours is not None:
        return after_hours(start, hours)
    if days is not None:
        return after_working_days(start, days)
    return None
