"""Reads for the coordinator: who owes what, what was sent, answered, and what leaves next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.core import clock
from engage.core.outbox import Delivery, OutboxMessage
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import next_office_hour
from engage.reminders import queries
from engage.reminders.items import Item, items
from engage.reminders.messages import KIND
from engage.reminders.models import Answer, Digest, Reminder, ReplyLink
from engage.territory.models import Organisation

RECENT = timedelta(days=14)
NEAR = timedelta(days=7)
MAX_DIGESTS, MAX_ANSWERS, MAX_ITEMS = 60, 20, 10


@dataclass(frozen=True)
class Owing:
    """One organisation with how much it owes, the ten most late things and its last answers."""

    organisation: Organisation
    late: int
    coming: int
    items: Sequence[Item]
    answers: dict[tuple[str, int], Answer]

    @property
    def further(self) -> int:
        """How many things are not among `items`."""
        return self.late + self.coming - len(self.items)

    @property
    def has_contact(self) -> bool:
        return bool(queries.contacts_of(self.organisation))

    def answer(self, item: Item) -> Answer | None:
        """The last word about `item`, of this organisation only."""
        found = self.answers.get(item.key)
        if found is None or found.reply_link.digest.organisation_id != self.organisation.id:
            return None
        return found


@dataclass(frozen=True)
class SentDigest:
    """A digest with how many things it spoke of and what became of its mails."""

    digest: Digest
    count: int
    deliveries: Sequence[Delivery]

    @property
    def state(self) -> Delivery | None:
        """The least advanced of its mails; None before any was queued."""
        order = [
            Delivery.FAILED,
            Delivery.QUEUED,
            Delivery.CLAIMED,
            Delivery.SENT,
            Delivery.KEPT,
            Delivery.CANCELLED,
        ]
        return min(self.deliveries, key=order.index, default=None)


@dataclass(frozen=True)
class NextDigest:
    """What would leave at `at`."""

    organisation: Organisation
    urgent: bool
    count: int
    contacts: int


def owing(db: Session) -> list[Owing]:
    """Who is late or has something due within a week; who has waited longest first."""
    now = clock.now()
    counts = _counts(db, now)
    found = _most_late(db, now)
    answers = queries.answers_about(db, found)
    groups: dict[int, list[Item]] = {}
    for item in items(db, found):
        groups.setdefault(item.deadline.organisation_id, []).append(item)
    organisations = {d.organisation_id: d.organisation for d in found}
    return [
        Owing(organisations[id_], *counts[id_], items=group, answers=answers)
        for id_, group in groups.items()
    ]


def _counts(db: Session, now: datetime) -> dict[int, tuple[int, int]]:
    """How many things are late and coming, by organisation; a report is one thing."""
    soonest = (
        select(Deadline.organisation_id, func.min(Deadline.due_at).label("due_at"))
        .where(Deadline.due_at < now + NEAR, *owed.OPEN)
        .group_by(Deadline.organisation_id, Deadline.subject_type, Deadline.subject_id)
        .subquery()
    )
    late = func.sum(case((soonest.c.due_at < now, 1), else_=0))
    rows = db.execute(
        select(soonest.c.organisation_id, late, func.count()).group_by(soonest.c.organisation_id)
    )
    return {id_: (late, both - late) for id_, late, both in rows}


def _most_late(db: Session, now: datetime) -> Sequence[Deadline]:
    """Up to ten deadlines of each organisation, whatever the number of the others."""
    place = func.row_number().over(
        partition_by=Deadline.organisation_id, order_by=(Deadline.due_at, Deadline.id)
    )
    near = (
        select(Deadline.id, place.label("place"))
        .where(Deadline.due_at < now + NEAR, *owed.OPEN)
        .subquery()
    )
    found = db.scalars(
        select(Deadline)
        .join(near, near.c.id == Deadline.id)
        .options(joinedload(Deadline.organisation).joinedload(Organisation.contacts))
        .where(near.c.place <= MAX_ITEMS)
        .order_by(Deadline.due_at, Deadline.id)
    )
    return found.unique().all()


def sent(db: Session) -> list[SentDigest]:
    """The digests of the last two weeks, newest first."""
    since = clock.now() - RECENT
    rows = db.execute(
        select(Digest, func.count(Reminder.id))
        .join(Reminder, Reminder.digest_id == Digest.id)
        .options(joinedload(Digest.organisation))
        .where(Digest.created_at >= since)
        .group_by(Digest.id, Organisation.id)
        .join(Organisation, Organisation.id == Digest.organisation_id)
        .order_by(Digest.id.desc())
        .limit(MAX_DIGESTS)
    ).all()
    deliveries = _deliveries(db, since)
    return [SentDigest(made, count, deliveries.get(made.id, ())) for made, count in rows]


def _deliveries(db: Session, since: datetime) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    for payload, state in db.execute(
        select(OutboxMessage.payload, OutboxMessage.delivery).where(
            OutboxMessage.kind == KIND, OutboxMessage.created_at >= since
        )
    ):
        found.setdefault(payload["digest_id"], []).append(Delivery(state))
    return found


def answers(db: Session) -> Sequence[Answer]:
    """The newest answers, with what they are about and who gave them."""
    return db.scalars(
        select(Answer)
        .options(
            joinedload(Answer.deadline),
            joinedload(Answer.reply_link).options(
                joinedload(ReplyLink.contact),
                joinedload(ReplyLink.digest).joinedload(Digest.organisation),
            ),
        )
        .order_by(Answer.id.desc())
        .limit(MAX_ANSWERS)
    ).all()


@dataclass(frozen=True)
class Preview:
    """What leaves at the next moment when reminders may leave."""

    at: datetime
    at_once: bool
    digests: Sequence[NextDigest]


def preview(db: Session) -> Preview:
    """What the clock would make now, or at the next opening when it is night or a holiday."""
    now = clock.now()
    at = next_office_hour(now)
    return Preview(
        at,
        at == now,
        [
            NextDigest(
                planned.organisation,
                planned.urgent,
                count=len(
                    {(f.deadline.subject_type, f.deadline.subject_id) for f in planned.findings}
                ),
                contacts=len(planned.contacts),
            )
            for planned in queries.plan(db, at)
        ],
    )


def organisations(db: Session) -> Sequence[Organisation]:
    """Everybody that things can be owed by, signatories first, with their contacts."""
    return db.scalars(
        select(Organisation)
        .options(selectinload(Organisation.contacts))
        .order_by(Organisation.is_signatory.desc(), Organisation.name)
    ).all()
