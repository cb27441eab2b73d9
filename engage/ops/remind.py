"""What the clock would send at a moment, and doing its round by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage import clockwork
from engage.core import clock
from engage.core.outbox import Later, OutboxMessage, Rendered
from engage.core.sender import Letter, is_due
from engage.core.services import Services
from engage.proposals import jobs as ideas_jobs
from engage.proposals import messages as ideas_messages
from engage.reminders import demo, jobs, messages, queries
from engage.reminders.items import items
from engage.territory import queries as territory

EVERYTHING = 100_000


@dataclass(frozen=True)
class Line:
    """One message: when on the town's clocks, to whom, what kind, its subject (or its words)."""

    at: datetime
    address: str
    kind: str
    subject: str

    def __str__(self) -> str:
        when = clock.local(self.at).strftime("%Y-%m-%d %H:%M")
        return "\t".join((when, self.address, self.kind, " ".join(self.subject.split())))


def foreseen(town: Services) -> list[Line]:
    """What would leave now, found in a read-only transaction: nothing changes."""
    with town.database.reading() as db:
        base_url = town.config.base_url
        return [*_waiting(db, base_url), *_new_digests(db), *_evening_news(db, base_url)]


def sent(town: Services) -> list[Line]:
    """Do the clock's round once; returns what left."""
    left: list[Letter] = []
    jobs.queue_digests(town.database)
    ideas_jobs.queue_news(town.database)
    clockwork.sender(town).deliver_all(EVERYTHING, left.append)
    now = clock.now()
    return [
        Line(now, letter.recipient, letter.kind, _said(letter.rendered, letter.secret))
        for letter in left
    ]


def demo_day(town: Services) -> None:
    """Let the demo's last working day happen: mails to partners leave, one partner answers."""
    morning = demo.yesterday()
    with clock.at(morning):
        sent(town)
    with clock.at(morning + timedelta(hours=2)):
        demo.answer_one(town.database, partner="demo-voirie")


def _waiting(db: Session, base_url: str) -> Iterator[Line]:
    """What is queued already and still wanted."""
    now = clock.now()
    due = select(OutboxMessage).where(is_due(now)).order_by(OutboxMessage.id)
    for message in db.scalars(due).all():
        try:
            rendered = clockwork.RENDERERS[message.kind](db, message, base_url)
        except Later:
            continue
        if rendered is not None:
            words = _said(rendered, message.secret)
            yield Line(now, message.recipient, message.kind, words)


def _new_digests(db: Session) -> Iterator[Line]:
    """What the rules find and nobody has queued yet."""
    now, town = clock.now(), territory.town(db)
    for planned in queries.plan(db, now):
        found = items(db, [finding.deadline for finding in planned.findings])
        if not found:
            continue
        subject = messages.subject(found, sender=messages.sender_name(found, town), now=now)
        for contact in planned.contacts:
            yield Line(now, contact.email, messages.KIND, subject)


def _evening_news(db: Session, base_url: str) -> Iterator[Line]:
    """What followers of ideas would hear this evening."""
    for person_id in ideas_jobs.waiting(db):
        found = ideas_messages.foreseen(db, person_id, base_url)
        if found is not None:
            address, rendered = found
            yield Line(clock.now(), address, ideas_messages.NEWS, _said(rendered, ""))


def _said(rendered: Rendered, secret: str) -> str:
    """A subject without its code; a text message has its words only."""
    words = rendered.subject or rendered.text
    for part in secret.splitlines():
        words = words.replace(part, "…")
    return words
