"""What SMS may cost: to which numbers, how many a day for one number, one network and the town.

Fraudsters earn on SMS to certain countries, and every code that somebody asks for costs the town.
The numbers: a person needs one code for each device and may mistype (6). An estate, a school or a
sign-up day shares one network (200). The town's cap, `ENGAGE_SMS_DAILY`, is what one day of abuse
can cost at most; news stops at four fifths of it, so that codes are left. Counting is the same
for known and unknown numbers.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from engage.core import clock, throttle
from engage.core.config import Config
from engage.core.db import Database
from engage.core.errors import InvalidInput, TooMany
from engage.core.i18n import _
from engage.core.outbox import Channel, Delivery, Later, OutboxMessage

DAY = timedelta(days=1)
A_NUMBER_A_DAY = 6
A_NETWORK_A_DAY = 200
SHARE_OF_NEWS = 0.8
"""Of the town's cap: news waits for the next morning past it, codes still leave."""

MORNING = 8
WAITING = (Delivery.QUEUED.value, Delivery.CLAIMED.value)


class NoSms(TooMany):
    """No SMS now; the page that says so offers an e-mail, the card and the counter."""


def check_number(config: Config, number: str, field: str = "contact") -> None:
    """Raise `InvalidInput` for a number to which the town sends no SMS."""
    if not number.startswith(config.sms_prefixes):
        raise InvalidInput(
            field,
            _(
                "Nous n’envoyons pas de SMS à ce numéro. Écrivez un mobile français ou un e-mail."
                " Sans les deux, demandez une carte au guichet."
            ),
        )


def admit(database: Database, config: Config, number: str, *, network: str) -> None:
    """Count one SMS that somebody asks for, before it is made; pass `web.apart()`.

    Raises `InvalidInput` for a number abroad, `NoSms` past a cap.
    """
    check_number(config, number)
    with database.reading() as db:
        used = used_today(db)
    if used >= config.sms_daily:
        wait = int((_midnight() + DAY - clock.now()).total_seconds())
        raise NoSms(_("Les SMS du jour sont finis. Ils reprennent demain."), retry_after=wait)
    try:
        throttle.hit(database, f"sms:{number}", limit=A_NUMBER_A_DAY, window=DAY)
        throttle.hit(database, f"sms-net:{network}", limit=A_NETWORK_A_DAY, window=DAY)
    except TooMany as error:
        raise NoSms(
            _("Nous avons déjà envoyé beaucoup de SMS. Ils reprennent demain."),
            retry_after=error.retry_after,
        ) from None


def used_today(db: Session) -> int:
    """How many SMS left today or are about to leave."""
    midnight = _midnight()
    gone = OutboxMessage.sent_at >= midnight
    waits = and_(OutboxMessage.delivery.in_(WAITING), OutboxMessage.not_before < midnight + DAY)
    statement = select(func.count()).where(
        OutboxMessage.channel == Channel.SMS.value, or_(gone, waits)
    )
    return db.scalar(statement) or 0


def hold(db: Session, message: OutboxMessage, *, daily: int, first: frozenset[str]) -> None:
    """Raise `Later` for an SMS that has to wait because those of today are nearly used up.

    Kinds in `first` never wait: codes were counted when they were asked for.
    """
    if message.channel != Channel.SMS or message.kind in first:
        return
    left = select(func.count()).where(
        OutboxMessage.channel == Channel.SMS.value, OutboxMessage.sent_at >= _midnight()
    )
    if (db.scalar(left) or 0) >= daily * SHARE_OF_NEWS:
        raise Later(_midnight() + DAY + timedelta(hours=MORNING))


def _midnight() -> datetime:
    """When the town's day began."""
    here = clock.local(clock.now())
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
