"""Dates of the agenda for tests."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy.orm import Session

from engage.agenda.models import Event, EventKind
from engage.core import clock
from tests.factories import make_organisation


def make_event(db: Session, *, title: str = "Stand du bus", **values: Any) -> Event:
    """A stand of two hours in three days, in all neighbourhoods."""
    starts_at = values.pop("starts_at", clock.now() + timedelta(days=3))
    organisation_id = values.pop("organisation_id", None) or make_organisation(db).id
    event = Event(
        uid=token_hex(16),
        kind=values.pop("kind", EventKind.STAND),
        title={"fr": title},
        words=values.pop("words", {}),
        starts_at=starts_at,
        ends_at=values.pop("ends_at", starts_at + timedelta(hours=2)),
        organisation_id=organisation_id,
        created_at=clock.now(),
        changed_at=clock.now(),
        **values,
    )
    db.add(event)
    db.flush()
    return event
