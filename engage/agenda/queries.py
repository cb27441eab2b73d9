"""Reads about the agenda."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.agenda.models import Event, EventKind, EventReminder
from engage.core import clock
from engage.core.folding import slug
from engage.core.i18n import _, label
from engage.core.pagination import PAGE_SIZE, Page
from engage.core.secrets import token_hash
from engage.territory.models import Neighbourhood, Organisation, Place

LONGEST = timedelta(days=1)
"""An event is over on its own day: what began earlier is past, which the index of starts tells."""

CALENDAR_BACK, CALENDAR_MOST = timedelta(days=30), 500
"""What calendars of phones are given: the last month, and all that is planned."""


def event_path(event_id: int, title: str = "") -> str:
    """`/agenda/7-marche-du-soir`; the words help people, the number finds the date."""
    words = slug(title)
    return f"/agenda/{event_id}-{words}" if words else f"/agenda/{event_id}"


class Listed(NamedTuple):
    """One date of a list or a calendar, as a visitor may see it; equal ones look the same."""

    id: int
    uid: str
    kind: EventKind
    title: dict[str, str]
    words: dict[str, str]
    neighbourhood: dict[str, str] | None
    place: dict[str, str] | None
    place_words: str
    starts_at: datetime
    ends_at: datetime
    organisation: str
    cancelled_at: datetime | None
    cancel_reason: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    version: int

    @property
    def href(self) -> str:
        return event_path(self.id, label(self.title))

    @property
    def day(self) -> date:
        return clock.local(self.starts_at).date()

    @property
    def key(self) -> tuple[int, int, datetime]:
        """What tells apart two cards of the same date; SQLite gives a removed number again."""
        return self.id, self.version, self.starts_at

    @property
    def where(self) -> str:
        return whereabouts(self.place, self.place_words, self.neighbourhood)


def whereabouts(
    place: dict[str, str] | None, words: str, neighbourhood: dict[str, str] | None
) -> str:
    """`Devant l’Accueil Jeunes, Avenue Jean-Lurçat, Terre-Rouge`."""
    hood = label(neighbourhood)
    parts = [words, label(place), hood]
    named = [part for part in parts[:-1] if part]
    return _(", ").join(named if any(hood in part for part in named) else [p for p in parts if p])


_COLUMNS: list[Any] = [
    Event.id,
    Event.uid,
    Event.kind,
    Event.title,
    Event.words,
    Neighbourhood.name,
    Place.name,
    Event.place_words,
    Event.starts_at,
    Event.ends_at,
    Organisation.short_name,
    Event.cancelled_at,
    Event.cancel_reason,
    Event.sequence,
    Event.created_at,
    Event.changed_at,
    Event.version,
]


class Narrowed(NamedTuple):
    """What a list is narrowed to; dates for all neighbourhoods belong to each of them."""

    neighbourhood_id: int | None = None
    kind: EventKind | None = None


EVERYTHING = Narrowed()


def _listed(narrowed: Narrowed, *wanted: ColumnElement[bool]) -> Select[Any]:
    found = (
        select(*_COLUMNS)
        .join(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(Neighbourhood, Neighbourhood.id == Event.neighbourhood_id)
        .outerjoin(Place, Place.id == Event.place_id)
        .where(*wanted)
    )
    if narrowed.neighbourhood_id is not None:
        here = Event.neighbourhood_id == narrowed.neighbourhood_id
        found = found.where(or_(here, Event.neighbourhood_id.is_(None)))
    if narrowed.kind is not None:
        found = found.where(Event.kind == narrowed.kind)
    return found


def _start_of(event_id: int) -> Any:
    return select(Event.starts_at).where(Event.id == event_id).correlate(None).scalar_subquery()


_PLACE_IN_TIME = tuple_(Event.starts_at, Event.id)


def upcoming(
    db: Session,
    narrowed: Narrowed = EVERYTHING,
    *,
    after_id: int | None = None,
    size: int = PAGE_SIZE,
) -> Page[Listed]:
    """What is not over, soonest first, cancelled ones too; `after_id` continues a page."""
    now = clock.now()
    found = _listed(narrowed, Event.starts_at > now - LONGEST, Event.ends_at > now)
    if after_id is not None:
        found = found.where(tuple_(_start_of(after_id), bindparam("id", after_id)) < _PLACE_IN_TIME)
    return _page(db, found.order_by(Event.starts_at, Event.id), size)


def past(
    db: Session, narrowed: Narrowed = EVERYTHING, *, before_id: int | None = None
) -> Page[Listed]:
    """What is over, the latest first."""
    now = clock.now()
    found = _listed(narrowed, Event.starts_at < now, Event.ends_at <= now)
    if before_id is not None:
        last = tuple_(_start_of(before_id), bindparam("id", before_id))
        found = found.where(last > _PLACE_IN_TIME)
    return _page(db, found.order_by(Event.starts_at.desc(), Event.id.desc()), PAGE_SIZE)


def _page(db: Session, found: Select[Any], size: int) -> Page[Listed]:
    rows = [Listed._make(row) for row in db.execute(found.limit(size + 1))]
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def next_ones(db: Session, size: int) -> Sequence[Listed]:
    """The next dates that take place."""
    now = clock.now()
    stands = (Event.starts_at > now, Event.cancelled_at.is_(None))
    found = _listed(EVERYTHING, *stands).order_by(Event.starts_at, Event.id).limit(size)
    return [Listed._make(row) for row in db.execute(found)]


def of_calendar(db: Session, narrowed: Narrowed = EVERYTHING) -> Sequence[Listed]:
    """What calendars are given, soonest first."""
    found = _listed(narrowed, Event.starts_at > clock.now() - CALENDAR_BACK)
    rows = db.execute(found.order_by(Event.starts_at, Event.id).limit(CALENDAR_MOST))
    return [Listed._make(row) for row in rows]


def listed(db: Session, event_id: int) -> Listed | None:
    """One date as a visitor may see it."""
    row = db.execute(_listed(EVERYTHING, Event.id == event_id)).first()
    return Listed._make(row) if row else None


def event(db: Session, event_id: int) -> Event | None:
    """One date with its place, neighbourhood and organiser."""
    return db.scalar(
        select(Event)
        .options(
            joinedload(Event.organisation),
            joinedload(Event.neighbourhood),
            joinedload(Event.place),
        )
        .where(Event.id == event_id)
    )


def reminder_of(db: Session, event_id: int, person: Person) -> EventReminder | None:
    """Whether this person asked to be reminded."""
    return db.get(EventReminder, (event_id, person.id))


def reminder_by_link(db: Session, token: str) -> EventReminder | None:
    """The reminder whose last message holds this link; None once it is stopped."""
    return db.scalar(select(EventReminder).where(EventReminder.link == token_hash(token)))


def who_asked(db: Session, event_id: int) -> Sequence[Person]:
    """Those who asked to be reminded and still have an account."""
    return db.scalars(
        select(Person)
        .join(EventReminder, EventReminder.person_id == Person.id)
        .where(EventReminder.event_id == event_id, Person.closed_at.is_(None))
        .order_by(Person.id)
    ).all()


def of_day(db: Session, day: date) -> Sequence[Event]:
    """The dates of one day that take place, on the town's clocks."""
    starts = datetime.combine(day, datetime.min.time(), clock.zone())
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), clock.zone())
    that_day = and_(Event.starts_at >= starts, Event.starts_at < ends)
    found = select(Event).where(that_day, Event.cancelled_at.is_(None))
    return db.scalars(found.order_by(Event.starts_at, Event.id)).all()
