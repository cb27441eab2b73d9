"""Writes about the agenda: add, change, cancel; ask to be reminded the day before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.agenda import messages, policy, queries
from engage.agenda.models import Event, EventKind, EventReminder
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _, label
from engage.core.policy import require
from engage.territory.models import Place

AHEAD = timedelta(days=550)
"""Nothing is planned later than this: a mistyped year is told."""


@dataclass(frozen=True)
class Planned:
    """What takes place: words per language, where, from when until when, who organises."""

    kind: EventKind
    title: dict[str, str]
    words: dict[str, str]
    neighbourhood_id: int | None
    place_id: int | None
    place_words: str
    starts_at: datetime
    ends_at: datetime
    organisation_id: int


TOLD = ("neighbourhood_id", "place_id", "place_words", "starts_at", "ends_at")
"""What who asked to be reminded has to know when it changes."""


def add(db: Session, planned: Planned, *, actor: Person) -> Event:
    """Put a date into the agenda; raises `InvalidInput` on times and places that make no sense."""
    require(policy.can_keep_agenda, actor)
    _check(db, planned)
    now = clock.now()
    event = Event(uid=token_hex(16), **vars(planned), created_at=now, changed_at=now)
    db.add(event)
    db.flush()
    audit.record(db, "event.add", event, actor_id=actor.id)
    return event


def _check(db: Session, planned: Planned) -> None:
    now = clock.now()
    if planned.ends_at <= planned.starts_at:
        raise InvalidInput("ends", _("L’heure de fin vient après le début, le même jour."))
    if planned.starts_at <= now:
        raise InvalidInput("day", _("Choisissez un moment à venir."))
    if planned.starts_at > now + AHEAD:
        raise InvalidInput("day", _("Cette date est trop loin. Vérifiez l’année."))
    place = db.get(Place, planned.place_id) if planned.place_id else None
    if place is not None and planned.neighbourhood_id not in (None, place.neighbourhood_id):
        raise InvalidInput("place", _("Ce lieu n’est pas dans ce quartier."))
    if place is None and not planned.place_words:
        raise InvalidInput("place_words", _("Dites où cela se passe."))


def change(db: Session, event: Event, planned: Planned, *, version: int, actor: Person) -> None:
    """Write a date anew; calendars learn of it, and who asked is told of another time or place."""
    policy.require_standing(policy.can_change_event, actor, event)
    _require_seen(event, version)
    _check(db, planned)
    before = {name: getattr(event, name) for name in vars(planned)}
    if before == vars(planned):
        return
    for name, value in vars(planned).items():
        setattr(event, name, value)
    _note_change(event)
    audit.record(db, "event.change", event, actor_id=actor.id)
    db.flush()
    if any(before[name] != getattr(event, name) for name in TOLD):
        messages.moved(db, event)


def _note_change(event: Event) -> None:
    event.sequence += 1
    event.changed_at = clock.now()


def cancel(db: Session, event: Event, *, reason: str, version: int, actor: Person) -> None:
    """Call a date off, with a reason that everybody reads; who asked to be reminded is told."""
    policy.require_standing(policy.can_change_event, actor, event)
    _require_seen(event, version)
    event.cancelled_at, event.cancel_reason = clock.now(), reason
    _note_change(event)
    audit.record(db, "event.cancel", event, actor_id=actor.id)
    db.flush()
    messages.cancelled(db, event)


def _require_seen(event: Event, version: int) -> None:
    """Somebody else changed it since the form was shown: nothing is overwritten unseen."""
    if event.version != version:
        raise Conflict(_("Quelqu’un a changé cette date entre-temps. Relisez-la."))


def ask_reminder(db: Session, event: Event, *, person: Person) -> bool:
    """Remind `person` the day before; False when that was asked already."""
    require(policy.can_be_reminded, person, event, clock.now())
    if queries.reminder_of(db, event.id, person) is not None:
        return False
    try:
        with db.begin_nested():
            db.add(EventReminder(event_id=event.id, person_id=person.id, asked_on=clock.today()))
    except IntegrityError:
        return False
    audit.record(db, "event.ask_reminder", event, actor_id=person.id)
    return True


def withdraw_reminder(db: Session, event: Event, *, person: Person) -> bool:
    """Remind `person` no more; False when nothing was asked."""
    reminder = queries.reminder_of(db, event.id, person)
    if reminder is None:
        return False
    db.delete(reminder)
    audit.record(db, "event.withdraw_reminder", event, actor_id=person.id)
    return True


def stop_by_link(db: Session, token: str) -> Event | None:
    """Stop the reminder of a message's link; its date, None when nothing was left to stop."""
    reminder = queries.reminder_by_link(db, token)
    if reminder is None:
        return None
    event = queries.event(db, reminder.event_id)
    person = db.get_one(Person, reminder.person_id)
    if event is not None:
        withdraw_reminder(db, event, person=person)
    return event


def finish_reminder(db: Session, draft: Draft, person: Person) -> str:
    """Ask for the reminder that waited for its person to be known; returns the page of the date."""
    event = queries.event(db, draft.payload["event_id"])
    if event is None:
        return "/agenda"
    if policy.can_be_reminded(person, event, clock.now()):
        ask_reminder(db, event, person=person)
    return queries.event_path(event.id, label(event.title))
