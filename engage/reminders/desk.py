"""What the coordinator reads, as frozen values that may be kept; in the page's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.db import UTCDateTime
from engage.core.outbox import Delivery, OutboxMessage
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import next_office_hour
from engage.reminders import queries
from engage.reminders.items import Item, items
from engage.reminders.messages import KIND
from engage.reminders.models import Answer, Digest, Reminder
from engage.reminders.owed import COLUMNS, STILL_OPEN, Owed
from engage.reminders.queries import SAID, Said
from engage.territory.models import Organisation

RECENT = timedelta(days=14)
NEAR = timedelta(days=7)
MAX_DIGESTS, MAX_ANSWERS, MAX_ITEMS = 60, 20, 10
MAX_THINGS = 20
"""After so many things in all, further organisations are a line each."""

Near = dict[int, dict[tuple[str, int], list[Owed]]]
"""By organisation and subject, soonest first: a report to answer and to repair is one thing."""

LEAST_ADVANCED = (
    Delivery.FAILED,
    Delivery.QUEUED,
    Delivery.CLAIMED,
    Delivery.SENT,
    Delivery.KEPT,
    Delivery.CANCELLED,
)


@dataclass(frozen=True)
class Thing:
    """One thing that is owed, with the last word of its organisation about it."""

    reference: str
    what: str
    where: str
    page: str
    urgent: bool
    due_at: datetime
    late: bool
    last: Said | None


@dataclass(frozen=True)
class Owing:
    """One organisation with how much it owes; `things` are the ten most late, or none of them."""

    name: str
    has_contact: bool
    late: int
    coming: int
    things: tuple[Thing, ...]

    @property
    def further(self) -> int:
        """How many things are not among `things`."""
        return self.late + self.coming - len(self.things)


@dataclass(frozen=True)
class NewAnswer:
    """One of the newest answers, with who gave it and what it is about."""

    organisation: str
    title: str
    said: Said


@dataclass(frozen=True)
class SentDigest:
    """A digest with how many things it spoke of, and the least advanced of its mails."""

    organisation: str
    day: date
    urgent: bool
    count: int
    state: Delivery | None


@dataclass(frozen=True)
class NextDigest:
    """What would leave next."""

    organisation: str
    urgent: bool
    count: int
    contacts: int


@dataclass(frozen=True)
class Preview:
    """What leaves at the next moment when reminders may leave."""

    at: datetime
    at_once: bool
    digests: tuple[NextDigest, ...]


@dataclass(frozen=True)
class Desk:
    """The whole page; who has waited longest is first in `owing`."""

    owing: tuple[Owing, ...]
    preview: Preview
    answers: tuple[NewAnswer, ...]
    sent: tuple[SentDigest, ...]

    @property
    def late(self) -> int:
        return sum(one.late for one in self.owing)

    @property
    def coming(self) -> int:
        return sum(one.coming for one in self.owing)

    @property
    def alone(self) -> int:
        """How many of those who owe something have nobody to write to."""
        return sum(not one.has_contact for one in self.owing)


def desk(db: Session) -> Desk:
    """All that the page shows, as it is now."""
    return Desk(owing(db), preview(db), answers(db), sent(db))


_NEAR = (
    select(*COLUMNS)
    .where(Deadline.due_at < bindparam("near", type_=UTCDateTime), *STILL_OPEN)
    .order_by(Deadline.due_at, Deadline.id)
)
_NAMES = select(
    Organisation.id,
    Organisation.name,
    queries.is_reachable(Organisation.id).label("has_contact"),
).where(Organisation.id.in_(bindparam("ids", expanding=True)))


def owing(db: Session) -> tuple[Owing, ...]:
    """Who is late or has something due within a week; who has waited longest first."""
    now = clock.now()
    near = _near(db, now)
    things = _shown(db, near, now)
    names = {row.id: row for row in db.execute(_NAMES, {"ids": list(near)})}
    made = []
    for id_, owed in near.items():
        late = sum(deadlines[0].is_late(now) for deadlines in owed.values())
        one = names[id_]
        shown = tuple(things.get(id_, ()))
        made.append(Owing(one.name, one.has_contact, late, len(owed) - late, shown))
    return tuple(made)


def _near(db: Session, now: datetime) -> Near:
    """What is late or due within a week."""
    found: Near = {}
    for row in db.execute(_NEAR, {"near": now + NEAR}):
        one = Owed._make(row)
        things = found.setdefault(one.organisation_id, {})
        things.setdefault((one.subject_type, one.subject_id), []).append(one)
    return found


def _shown(db: Session, near: Near, now: datetime) -> dict[int, list[Thing]]:
    """The first things of the first organisations, with what was answered last."""
    chosen: list[Sequence[Owed]] = []
    for owed in near.values():
        if len(chosen) < MAX_THINGS:
            chosen += islice(owed.values(), MAX_ITEMS)
    found = items(db, chain.from_iterable(chosen))
    said = queries.answers_about(db, [item.key for item in found])
    shown: dict[int, list[Thing]] = {}
    for item in found:
        shown.setdefault(item.deadline.organisation_id, []).append(_thing(item, said, now))
    return shown


def _thing(item: Item, said: Mapping[tuple[str, int], Said], now: datetime) -> Thing:
    last = said.get(item.key)
    by_them = last is not None and last.organisation_id == item.deadline.organisation_id
    return Thing(
        reference=item.reference,
        what=item.what,
        where=item.where,
        page=item.staff_page,
        urgent=item.urgent,
        due_at=item.deadline.due_at,
        late=item.is_late(now),
        last=last if by_them else None,
    )


def sent(db: Session) -> tuple[SentDigest, ...]:
    """The digests of the last two weeks, newest first."""
    since = clock.now() - RECENT
    rows = db.execute(
        select(
            Digest.id,
            Digest.local_day,
            Digest.urgent,
            Organisation.name,
            func.count(Reminder.id).label("number"),
        )
        .join(Reminder, Reminder.digest_id == Digest.id)
        .join(Organisation, Organisation.id == Digest.organisation_id)
        .where(Digest.created_at >= since)
        .group_by(Digest.id, Organisation.id)
        .order_by(Digest.id.desc())
        .limit(MAX_DIGESTS)
    ).all()
    states = _states(db, since)
    return tuple(
        SentDigest(row.name, row.local_day, row.urgent, row.number, states.get(row.id))
        for row in rows
    )


def _states(db: Session, since: datetime) -> dict[int, Delivery]:
    """The least advanced mail of each digest; nothing before any was queued."""
    found: dict[int, Delivery] = {}
    for payload, delivery in db.execute(
        select(OutboxMessage.payload, OutboxMessage.delivery).where(
            OutboxMessage.kind == KIND, OutboxMessage.created_at >= since
        )
    ):
        id_, state = payload["digest_id"], Delivery(delivery)
        found[id_] = min(found.get(id_, state), state, key=LEAST_ADVANCED.index)
    return found


_NEWEST = (
    queries.said(*SAID, Organisation.name, Deadline.title)
    .join(Organisation, Organisation.id == Digest.organisation_id)
    .order_by(Answer.id.desc())
    .limit(MAX_ANSWERS)
)


def answers(db: Session) -> tuple[NewAnswer, ...]:
    """The newest answers, with what they are about and who gave them."""
    return tuple(
        NewAnswer(organisation, title, Said(*said))
        for *said, organisation, title in db.execute(_NEWEST)
    )


def preview(db: Session) -> Preview:
    """What the clock would make now, or at the next opening when it is night or a holiday."""
    now = clock.now()
    at = next_office_hour(now)
    digests = tuple(
        NextDigest(
            planned.organisation.name,
            planned.urgent,
            count=len({(f.deadline.subject_type, f.deadline.subject_id) for f in planned.findings}),
            contacts=len(planned.contacts),
        )
        for planned in queries.plan(db, at)
    )
    return Preview(at, at == now, digests)
