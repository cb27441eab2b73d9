"""What people who asked for a reminder are sent: the day before, when it moves, when it is off."""

from datetime import timedelta

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.agenda import queries
from engage.agenda.models import Event
from engage.agenda.words import hours
from engage.core import clock, outbox
from engage.core.outbox import Later, OutboxMessage, Rendered
from engage.core.secrets import new_token, token_hash
from engage.core.words_of_mail import rendered

NIGHT, MORNING = 21, 8
"""Between these hours on the town's clocks nobody is sent a word about a date."""


def reminder(db: Session, event: Event, person: Person) -> bool:
    """Queue the word of the day before, once for each time at which it is to start."""
    return _tell(db, "event_reminder", event, person, event.starts_at.isoformat())


def moved(db: Session, event: Event) -> None:
    """Tell all who asked that time or place changed."""
    for person in queries.who_asked(db, event.id):
        _tell(db, "event_moved", event, person, str(event.sequence))


def cancelled(db: Session, event: Event) -> None:
    """Tell all who asked that it does not take place."""
    for person in queries.who_asked(db, event.id):
        _tell(db, "event_cancelled", event, person, "")


def _tell(db: Session, kind: str, event: Event, person: Person, which: str) -> bool:
    """Queue a message to the person's proven address; nobody is told where there is none."""
    address, token = accounts.address_of(db, person), new_token()
    if address is None:
        return False
    queued = outbox.post(
        db,
        kind,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{kind}:{event.uid}:{which}:{person.id}",
        person_id=person.id,
        language=person.language,
        secret=token,
        event_id=event.id,
        which=which,
    )
    reminder = queries.reminder_of(db, event.id, person)
    if queued and reminder is not None:
        reminder.link = token_hash(token)
    return queued


def render_reminder(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The word of the day before; None when it moved, is off, or is wanted no more.

    One that was held up through the night says that it is today.
    """
    event = queries.event(db, message.payload["event_id"])
    if event is None or event.cancelled_at or event.starts_at <= clock.now():
        return None
    if event.starts_at.isoformat() != message.payload["which"] or not _wants(db, event, message):
        return None
    return _words("agenda/reminder", event, message, base_url)


def render_moved(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The new time and place; None when they changed again meanwhile or nobody wants to know."""
    event = queries.event(db, message.payload["event_id"])
    if event is None or event.cancelled_at or event.starts_at <= clock.now():
        return None
    if str(event.sequence) != message.payload["which"] or not _wants(db, event, message):
        return None
    return _words("agenda/moved", event, message, base_url)


def render_cancelled(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """That it does not take place and why."""
    event = queries.event(db, message.payload["event_id"])
    if event is None or event.starts_at <= clock.now() or not _wants(db, event, message):
        return None
    return _words("agenda/cancelled", event, message, base_url)


def _wants(db: Session, event: Event, message: OutboxMessage) -> bool:
    person = db.get(Person, message.person_id) if message.person_id else None
    return person is not None and queries.reminder_of(db, event.id, person) is not None


def _words(template: str, event: Event, message: OutboxMessage, base_url: str) -> Rendered:
    _let_sleep(event)
    stop = f"{base_url}/agenda/arret/{message.secret}"
    return rendered(
        template,
        message,
        headers=(
            ("List-Unsubscribe", f"<{stop}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
        event=event,
        hours=hours(event),
        title=event.title,
        is_today=clock.local(event.starts_at).date() == clock.today(),
        where=queries.whereabouts(
            event.place.name if event.place else None,
            event.place_words,
            event.neighbourhood.name if event.neighbourhood else None,
        ),
        link=f"{base_url}{queries.event_path(event.id)}",
        stop=stop,
    )


def _let_sleep(event: Event) -> None:
    """Raise `Later` at night, unless it begins before the morning is there."""
    here = clock.local(clock.now())
    if MORNING <= here.hour < NIGHT:
        return
    morning = here.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    if here.hour >= NIGHT:
        morning += timedelta(days=1)
    if morning < event.starts_at:
        raise Later(morning)


RENDERERS = {
    "event_reminder": render_reminder,
    "event_moved": render_moved,
    "event_cancelled": render_cancelled,
}
