"""What the coordinator reads, as frozen values that may be kept; in the page's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session, joinedload

from engage.core import clock
from engage.core.outbox import Delivery, OutboxMessage
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import next_office_hour
from engage.reminders import queries
from engage.reminders.items import Item, items
from engage.reminders.messages import KIND
from engage.reminders.models import Answer, AnswerKind, Digest, Reminder, ReplyLink
from engage.territory.models import ContactPerson, Organisation

RECENT = timedelta(days=14)
NEAR = timedelta(days=7)
MAX_DIGESTS, MAX_ANSWERS, MAX_ITEMS = 60, 20, 10
MAX_THINGS = 20
"""After so many things in all, further organisations are a line each."""

LEAST_ADVANCED = (
    Delivery.FAILED,
    Delivery.QUEUED,
    Delivery.CLAIMED,
    Delivery.SENT,
    Delivery.KEPT,
    Delivery.CANCELLED,
)


@dataclass(frozen=True)
class Said:
    """What a partner answered."""

    kind: AnswerKind
    done_on: date | None
    planned_for: date | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Thing:
    """One thing that is owed, with the last word of its organisation about it."""

    reference: str
    what: str
    where: str
    is_report: bool
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
    contact: str
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


def owing(db: Session) -> tuple[Owing, ...]:
    """Who is late or has something due within a week; who has waited longest first."""
    now = clock.now()
    rows = _near(db, now)
    found = [row[0] for row in rows]
    counts = {d.organisation_id: (late, things - late) for d, late, things in rows}
    said = queries.answers_about(db, found)
    groups: dict[int, list[Item]] = {}
    for item in items(db, found):
        groups.setdefault(item.deadline.organisation_id, []).append(item)
    organisations = {d.organisation_id: d.organisation for d in found}
    made: list[Owing] = []
    shown = 0
    for id_, group in groups.items():
        things = tuple(_thing(i, said, now) for i in group) if shown < MAX_THINGS else ()
        shown += len(things)
        one = organisations[id_]
        made.append(Owing(one.name, bool(queries.contacts_of(one)), *counts[id_], things=things))
    return tuple(made)


def _thing(item: Item, said: Mapping[tuple[str, int], Answer], now: datetime) -> Thing:
    answer = said.get(item.key)
    by = answer.reply_link.digest.organisation_id if answer else None
    return Thing(
        reference=item.reference,
        what=item.what,
        where=item.where,
        is_report=item.is_report,
        urgent=item.urgent,
        due_at=item.deadline.due_at,
        late=item.is_late(now),
        last=_said(answer) if answer and by == item.deadline.organisation_id else None,
    )


def _said(answer: Answer) -> Said:
    return Said(answer.kind, answer.done_on, answer.planned_for, answer.note, answer.at)


def _near(db: Session, now: datetime) -> Sequence[Row[Deadline, int, int]]:
    """Up to ten deadlines of each organisation, and how many things it owes: late, in all.

    A report to answer and to repair is one thing, counted by its soonest deadline.
    """
    of_one = (Deadline.organisation_id, Deadline.subject_type, Deadline.subject_id)
    soonest = (Deadline.due_at, Deadline.id)
    number = func.row_number()
    near = (
        select(
            Deadline.id,
            Deadline.organisation_id,
            Deadline.due_at,
            number.over(partition_by=Deadline.organisation_id, order_by=soonest).label("place"),
            number.over(partition_by=of_one, order_by=soonest).label("nth"),
        )
        .where(Deadline.due_at < now + NEAR, *owed.OPEN)
        .cte()
    )
    late = func.sum(case((near.c.due_at < now, 1), else_=0))
    counts = (
        select(near.c.organisation_id, late.label("late"), func.count().label("things"))
        .where(near.c.nth == 1)
        .group_by(near.c.organisation_id)
        .subquery()
    )
    found = db.execute(
        select(Deadline, counts.c.late, counts.c.things)
        .join(near, near.c.id == Deadline.id)
        .join(counts, counts.c.organisation_id == Deadline.organisation_id)
        .options(joinedload(Deadline.organisation).joinedload(Organisation.contacts))
        .where(near.c.place <= MAX_ITEMS)
        .order_by(Deadline.due_at, Deadline.id)
    )
    return found.unique().all()


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


def answers(db: Session) -> tuple[NewAnswer, ...]:
    """The newest answers, with what they are about and who gave them."""
    rows = db.execute(
        select(
            Organisation.name,
            ContactPerson.name,
            Deadline.title,
            Answer.kind,
            Answer.done_on,
            Answer.planned_for,
            Answer.note,
            Answer.at,
        )
        .join(Deadline, Deadline.id == Answer.deadline_id)
        .join(ReplyLink, ReplyLink.id == Answer.reply_link_id)
        .join(ContactPerson, ContactPerson.id == ReplyLink.contact_id)
        .join(Digest, Digest.id == ReplyLink.digest_id)
        .join(Organisation, Organisation.id == Digest.organisation_id)
        .order_by(Answer.id.desc())
        .limit(MAX_ANSWERS)
    )
    return tuple(NewAnswer(*row[:3], said=Said(*row[3:])) for row in rows)


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
