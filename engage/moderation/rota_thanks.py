"""Thanks the members once a month with what they did together, never with one's figures."""

from datetime import date

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import members, register
from engage.moderation.register import Month

KIND = "queue_thanks"

LAST_DAY = 7
"""Of the month: later thanks would be late."""


def thank(db: Session) -> int:
    """Queue last month's thanks for who may be written to now; returns how many. Rerun-safe."""
    now, today = clock.now(), clock.today()
    month = register.last_month(db) if today.day <= LAST_DAY else None
    if month is None or month.counts.decided == 0:
        return 0
    sent = 0
    for member in members.everybody(db):
        current = any(mandate.is_current(today) for mandate in member.council)
        address = accounts.address_of(db, member.person) if current else None
        if address is None or not member.habits.may_hear(now):
            continue
        sent += outbox.post(
            db,
            KIND,
            channel=address.channel,
            recipient=address.value,
            dedupe_key=f"{KIND}:{member.person.id}:{month.month}",
            person_id=member.person.id,
            month=month.month.isoformat(),
        )
    return sent


def render(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of thanks, from the stored month."""
    wanted = date.fromisoformat(message.payload["month"])
    found: list[Month] = [row for row in register.months(db) if row.month == wanted]
    if not found:
        return None
    return rendered(
        "moderation/queue_thanks",
        message,
        month=found[0].month,
        counts=found[0].counts,
        link=f"{base_url}/moderation/registre",
    )


RENDERERS = {KIND: render}
