"""Reminds members of what waits since 24 and 48 hours, the coordinator of what is past 72: counts.

One message a person and day, never in somebody's quiet hours; the words are made when it leaves, so
that nothing is said of what was read meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import clock, outbox
from engage.core.outbox import Later, OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import alerts, desk, members, rota
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_policy import LATE_SHARE
from engage.moderation.appeals_workflow import Status as AppealStatus
from engage.moderation.models import ModerationItem
from engage.moderation.queue import judged_by
from engage.moderation.rota import Habits
from engage.moderation.rota_models import Rhythm
from engage.moderation.workflow import Status

TO_MEMBER, TO_COORDINATOR = "queue_reminder", "queue_overdue"

FIRST, SECOND, PROMISED = timedelta(hours=24), timedelta(hours=48), timedelta(hours=72)


@dataclass(frozen=True)
class Waiting:
    """What somebody is reminded of, as numbers; `late` are among `waiting`."""

    waiting: int
    late: int
    news: int
    """How many reached 24 or 48 hours since the last reminder."""


def remind(db: Session) -> int:
    """Queue the reminders that may leave now; returns how many. Rerun-safe."""
    now, sent = clock.now(), 0
    for member in members.everybody(db):
        current = any(mandate.is_current(clock.today()) for mandate in member.council)
        if current and member.habits.may_hear(now):
            sent += _remind_member(db, member.person, now)
    for person in alerts.in_charge(db):
        if habits_of(db, person.id).may_hear(now) and overdue(db, now).anything:
            sent += _post(db, TO_COORDINATOR, person)
    return sent


def _remind_member(db: Session, person: Person, now: datetime) -> int:
    if waiting_for(db, person, now, since=_last(db, person)).news == 0:
        return 0
    return _post(db, TO_MEMBER, person)


def _last(db: Session, person: Person) -> datetime | None:
    """When the member was reminded last."""
    return db.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.person_id == person.id, OutboxMessage.kind == TO_MEMBER
        )
    )


def _post(db: Session, kind: str, person: Person) -> int:
    address = accounts.address_of(db, person)
    if address is None:
        return 0
    return int(
        outbox.post(
            db,
            kind,
            channel=address.channel,
            recipient=address.value,
            dedupe_key=f"{kind}:{person.id}:{clock.today()}",
            person_id=person.id,
        )
    )


def waiting_for(
    db: Session, person: Person, now: datetime, *, since: datetime | None = None
) -> Waiting:
    """What this member could read and did not, for a day or longer."""
    came = ModerationItem.created_at
    late = came <= now - SECOND
    row = db.execute(
        select(
            func.count().label("waiting"),
            func.count().filter(late).label("late"),
            func.count().filter(_reached(now, since)).label("news"),
        ).where(
            ModerationItem.in_queue,
            came <= now - FIRST,
            or_(ModerationItem.author_id.is_(None), ModerationItem.author_id != person.id),
            or_(
                ModerationItem.translated,
                ModerationItem.language.in_(desk.desk_of(db, person).languages),
            ),
            ~judged_by(person),
        )
    ).one()
    return Waiting(row.waiting, row.late, row.news)


def _reached(now: datetime, since: datetime | None) -> ColumnElement[bool]:
    """Whether an item became 24 or 48 hours old since then."""
    came = ModerationItem.created_at
    if since is None:
        return came <= now - FIRST
    return or_(
        *(and_(came > since - age, came <= now - age) for age in (FIRST, SECOND)),
    )


@dataclass(frozen=True)
class Overdue:
    """What the coordinator is told: past the 72 hours, waiting for them, appeals that are due."""

    late: int
    to_decide: int
    appeals: int

    @property
    def anything(self) -> bool:
        return bool(self.late or self.to_decide or self.appeals)


def overdue(db: Session, now: datetime) -> Overdue:
    """What the coordinator should know of today."""
    past = func.count().filter(ModerationItem.in_queue, ModerationItem.created_at <= now - PROMISED)
    theirs = func.count().filter(ModerationItem.status == Status.TO_COORDINATOR)
    open_ = or_(ModerationItem.in_queue, ModerationItem.status == Status.TO_COORDINATOR)
    late, to_decide = db.execute(select(past, theirs).where(open_)).one()
    due = select(func.count()).where(
        Appeal.status == AppealStatus.OPEN, Appeal.due_at <= now + LATE_SHARE
    )
    return Overdue(late, to_decide, db.scalar(due) or 0)


def habits_of(db: Session, person_id: int) -> Habits:
    """When this person wishes to hear."""
    return rota.habits_of(db.get(Rhythm, person_id))


def _wait_for_morning(db: Session, person_id: int) -> bool:
    """Raise `Later` in quiet hours; False when a long pause began meanwhile."""
    habits, now = habits_of(db, person_id), clock.now()
    until = habits.next_hour(now)
    if until is not None and until > now:
        raise Later(until)
    return until is not None


def render_member(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The reminder; None when everything was read meanwhile."""
    person = db.get(Person, message.person_id)
    if person is None or person.closed_at or not _wait_for_morning(db, person.id):
        return None
    found = waiting_for(db, person, clock.now())
    if found.waiting == 0:
        return None
    return rendered(
        "moderation/queue_reminder",
        message,
        waiting=found.waiting,
        late=found.late,
        link=f"{base_url}/moderation",
        settings=f"{base_url}/moderation/mes-horaires",
    )


def render_coordinator(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """What is late; None when it is not any more."""
    assert message.person_id is not None
    if not _wait_for_morning(db, message.person_id):
        return None
    found = overdue(db, clock.now())
    if not found.anything:
        return None
    return rendered("moderation/queue_overdue", message, found=found, link=f"{base_url}/moderation")


RENDERERS = {TO_MEMBER: render_member, TO_COORDINATOR: render_coordinator}
