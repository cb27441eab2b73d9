"""Reads about works: meetings, worries and questions by theme, what the final report needs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from engage.agenda.models import Event, EventKind
from engage.agenda.queries import event_path
from engage.consultations.kits.models import Concern, ConcernKind, Meeting
from engage.consultations.kits.themes import THEMES
from engage.consultations.models import Consultation
from engage.core import clock
from engage.core.i18n import label
from engage.core.words import Visibility
from engage.territory.models import Organisation

MOST_SHOWN = 300
"""Worries on one page; a residence writes fewer."""


class Met(NamedTuple):
    """A meeting as pages show it; `minutes` are empty until they are published."""

    event_id: int
    title: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    minutes: dict[str, str]
    minutes_on: date | None
    version: int

    @property
    def href(self) -> str:
        return event_path(self.event_id, label(self.title))


def meetings(db: Session, consultation_id: int) -> list[Met]:
    """The meetings of a concertation in the order of time; one statement."""
    rows = db.execute(
        select(
            Meeting.event_id,
            Event.title,
            Event.starts_at,
            Event.ends_at,
            Event.cancelled_at,
            Meeting.minutes,
            Meeting.minutes_on,
            Meeting.version,
        )
        .join(Event, Event.id == Meeting.event_id)
        .where(Meeting.consultation_id == consultation_id)
        .order_by(Event.starts_at, Event.id)
    )
    return [Met._make(row) for row in rows]


def meeting(db: Session, consultation_id: int, event_id: int) -> Meeting | None:
    """One of them with its date, to write on."""
    return db.scalar(
        select(Meeting)
        .options(joinedload(Meeting.event))
        .where(Meeting.consultation_id == consultation_id, Meeting.event_id == event_id)
    )


def free_dates(db: Session, consultation: Consultation) -> Sequence[Event]:
    """Meetings, walks and workshops of the agenda that could belong to it, newest first."""
    taken = select(Meeting.event_id).where(Meeting.consultation_id == consultation.id)
    kinds = (EventKind.MEETING, EventKind.WALK, EventKind.WORKSHOP, EventKind.STAND)
    return db.scalars(
        select(Event)
        .where(Event.kind.in_(kinds), Event.id.not_in(taken), Event.cancelled_at.is_(None))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(60)
    ).all()


class Voiced(NamedTuple):
    """A published worry or question; `answerer` is "" until it is answered."""

    id: int
    kind: ConcernKind
    theme: str
    body: str
    language: str
    edition: int
    written_on: date
    answer: dict[str, str]
    answered_on: date | None
    answerer: str | None

    @property
    def is_masked(self) -> bool:
        return self.edition > 1


class Theme(NamedTuple):
    """What was written about one theme: what is answered comes first."""

    code: str
    title: dict[str, str]
    voiced: Sequence[Voiced]

    @property
    def answered(self) -> int:
        return sum(one.answered_on is not None for one in self.voiced)


def themes(db: Session, consultation_id: int) -> list[Theme]:
    """All that is published, by theme; themes without a word are left out. One statement."""
    rows = db.execute(
        select(
            Concern.id,
            Concern.kind,
            Concern.theme,
            Concern.body,
            Concern.language,
            Concern.edition,
            Concern.written_on,
            Concern.answer,
            Concern.answered_on,
            Organisation.name,
        )
        .outerjoin(Organisation, Organisation.id == Concern.answerer_id)
        .where(Concern.consultation_id == consultation_id, Concern.visibility == Visibility.PUBLIC)
        .order_by(Concern.answered_on.is_(None), Concern.id)
        .limit(MOST_SHOWN)
    )
    by_theme: dict[str, list[Voiced]] = {}
    for row in rows:
        by_theme.setdefault(row.theme, []).append(Voiced._make(row))
    return [
        Theme(code, title, by_theme[code]) for code, title in THEMES.items() if code in by_theme
    ]


class Told(NamedTuple):
    """How much was written and answered."""

    published: int
    answered: int


def told(db: Session, consultation_id: int) -> Told:
    """Published worries and questions, and answers; one statement."""
    row = db.execute(
        select(func.count(), func.count(Concern.answered_on)).where(
            Concern.consultation_id == consultation_id, Concern.visibility == Visibility.PUBLIC
        )
    ).one()
    return Told(*row)


def concern(db: Session, consultation_id: int, concern_id: int) -> Concern | None:
    """One that is public, to be answered."""
    return db.scalar(
        select(Concern).where(
            Concern.id == concern_id,
            Concern.consultation_id == consultation_id,
            Concern.visibility == Visibility.PUBLIC,
        )
    )


def to_read(db: Session, concern_id: int) -> tuple[Concern, Consultation] | None:
    """One with its concertation, for who reads it before everybody."""
    row = db.execute(
        select(Concern, Consultation)
        .join(Consultation, Consultation.id == Concern.consultation_id)
        .options(joinedload(Consultation.neighbourhood))
        .where(Concern.id == concern_id)
    ).first()
    return (row[0], row[1]) if row else None


def report(db: Session, consultation: Consultation) -> dict[str, Any]:
    """What the final report of a refurbishment says beside the votes; three statements.

    "meetings": those that took place, with minutes; "themes": what was asked, with the answers;
    "published", "answered": how many; "changes": what the decision changes, per language.
    """
    now = clock.now()
    found = told(db, consultation.id)
    return {
        "meetings": [
            met
            for met in meetings(db, consultation.id)
            if met.cancelled_at is None and met.starts_at <= now
        ],
        "themes": themes(db, consultation.id),
        "published": found.published,
        "answered": found.answered,
        "changes": consultation.decision_changes,
    }
