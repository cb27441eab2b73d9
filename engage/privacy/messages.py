"""The one message of privacy: an account that nobody used for long is about to be closed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.privacy.expiry import CLOSING, NOTICE, noticed, reachable, unseen
from engage.privacy.leaving import CHANNELS
from engage.privacy.retention import RULES

MOST = 500
"""Notices queued at once; the next hour queues the rest."""


def queue_notices(db: Session) -> int:
    """Tell those whose account will be closed in 30 days, at each of their addresses, once."""
    limit = next(rule.limit for rule in RULES if rule.code == "accounts")
    wanted = (unseen(limit + NOTICE), reachable(), ~noticed(clock.now()))
    people = db.scalars(select(Person).where(*wanted).order_by(Person.id).limit(MOST)).all()
    for person in people:
        _notice(db, person)
    return len(people)


def _notice(db: Session, person: Person) -> None:
    closes_on = clock.local(clock.now() + NOTICE).date()
    for point in accounts.contact_points_of(db, person):
        if point.kind in CHANNELS:
            outbox.post(
                db,
                CLOSING,
                channel=CHANNELS[point.kind],
                recipient=point.value,
                dedupe_key=f"closing:{point.id}:{clock.today()}",
                person_id=person.id,
                language=person.language,
                closes_on=closes_on.isoformat(),
            )


def render_closing(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The notice; None when the person has come back or left meanwhile."""
    person = db.get(Person, message.person_id)
    if person is None or person.closed_at is not None or _came_back(person, message):
        return None
    return rendered(
        "privacy/account_closing",
        message,
        closes_on=date.fromisoformat(message.payload["closes_on"]),
        link=f"{base_url}/compte/connexion",
        durations=f"{base_url}/donnees-personnelles",
    )


def _came_back(person: Person, message: OutboxMessage) -> bool:
    told_on = clock.local(message.created_at).date()
    return person.last_seen_on is not None and person.last_seen_on >= told_on


RENDERERS = {CLOSING: render_closing}
