"""Delivers what the outbox holds: claim, render, send with no transaction open, mark."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.db import Database
from engage.core.gateways import Gateway, Refused, Unreachable
from engage.core.outbox import Delivery, Later, OutboxMessage, Rendered

log = logging.getLogger(__name__)

Renderer = Callable[[Session, OutboxMessage, str], Rendered | None]
"""Makes the words of a message when it leaves (the last argument is the town's base address);
None when it is no longer wanted."""

Hold = Callable[[Session, OutboxMessage], None]
"""Raises `Later` for a message that is due and has to wait all the same."""

CLAIM = timedelta(minutes=5)
"""Longer than a slow server may take: nobody else tries meanwhile."""

KEEP_TRYING = timedelta(days=5)
"""A server that is down for a long weekend loses nothing."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Letter:
    """A claimed and rendered message, ready to travel."""

    id: int
    kind: str
    message_key: str
    channel: str
    recipient: str
    secret: str = field(repr=False)
    rendered: Rendered = field(repr=False)


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Queued and its time has come, or claimed by a sender that died."""
    waits = or_(
        OutboxMessage.delivery == Delivery.QUEUED.value,
        and_(
            OutboxMessage.delivery == Delivery.CLAIMED.value,
            OutboxMessage.claimed_until < moment,
        ),
    )
    return and_(waits, OutboxMessage.not_before <= moment)


class Sender:
    """The one that empties the outbox; several may run, a message is claimed by one."""

    def __init__(
        self,
        database: Database,
        renderers: Mapping[str, Renderer],
        gateways: Mapping[str, Gateway],
        *,
        keep_bodies: bool,
        base_url: str,
        hold: Hold = lambda _db, _message: None,
    ) -> None:
        self._database = database
        self._renderers = renderers
        self._gateways = gateways
        self._keep_bodies = keep_bodies
        self._base_url = base_url
        self._hold = hold

    def deliver_all(
        self, limit: int = 500, sent_one: Callable[[Letter], object] = lambda _: None
    ) -> int:
        """Send what is due, one by one; returns how many left, and tells of each. Rerun-safe.

        A gateway that does not answer is left alone until the next round; the others go on.
        """
        sent, down = 0, set[str]()
        with ExitStack() as connections:
            for gateway in self._gateways.values():
                connections.callback(gateway.close)
            for _ in range(limit):
                found, letter = self._claim(down)
                if not found:
                    break
                if letter is not None and self._send(letter, down):
                    sent += 1
                    sent_one(letter)
        return sent

    def _claim(self, down: set[str]) -> tuple[bool, Letter | None]:
        """Take the oldest due message in a short transaction and render it there.

        Returns whether one was found, and the letter unless it is no longer wanted.
        """
        with self._database.transaction() as db:
            message = db.scalar(self._due(down))
            if message is None:
                return False, None
            message.attempts += 1
            try:
                self._hold(db, message)
                with db.begin_nested():  # a fault in here spoils nothing but this message
                    rendered = self._renderers[message.kind](db, message, self._base_url)
            except Later as wait:
                message.attempts -= 1
                message.delivery = Delivery.QUEUED.value
                message.not_before = wait.until
                return True, None
            except Exception as error:
                log.exception("message %s of kind %s does not render", message.id, message.kind)
                self._try_later(message, error)
                return True, None
            if rendered is None:
                message.delivery = Delivery.CANCELLED.value
                message.secret = ""
                return True, None
            message.delivery = Delivery.CLAIMED.value
            message.claimed_until = clock.now() + CLAIM
            return True, Letter(
                message.id,
                message.kind,
                message.dedupe_key,
                message.channel,
                message.recipient,
                message.secret,
                rendered,
            )

    @staticmethod
    def _due(down: set[str]) -> Select[OutboxMessage]:
        return (
            select(OutboxMessage)
            .where(is_due(clock.now()), OutboxMessage.channel.not_in(down))
            .order_by(OutboxMessage.not_before, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    def _send(self, letter: Letter, down: set[str]) -> bool:
        gateway = self._gateways.get(letter.channel)
        if gateway is None:
            self._mark(letter, Delivery.KEPT)
            return True
        try:
            gateway.send(letter.recipient, letter.rendered, message_key=letter.message_key)
        except Exception as error:
            log.warning("message %s did not leave: %s", letter.id, type(error).__name__)
            if isinstance(error, Unreachable):
                down.add(letter.channel)
            self._postpone(letter, error)
            return False
        self._mark(letter, Delivery.SENT)
        return True

    def _mark(self, letter: Letter, delivery: Delivery) -> None:
        """Note that it left; where it held a code or a link, its words are not kept."""
        with self._database.transaction() as db:
            message = db.get_one(OutboxMessage, letter.id)
            message.delivery = delivery.value
            message.sent_at = clock.now()
            message.subject, message.body = letter.rendered.subject, letter.rendered.text
            if message.secret and not self._keep_bodies:
                for part in message.secret.splitlines():
                    message.subject = message.subject.replace(part, "…")
                message.body = ""
            message.secret = ""
            message.last_error = ""

    def _postpone(self, letter: Letter, error: Exception) -> None:
        with self._database.transaction() as db:
            message = db.get_one(OutboxMessage, letter.id)
            if isinstance(error, Refused):
                self._give_up(message, error)
            else:
                self._try_later(message, error)

    @classmethod
    def _try_later(cls, message: OutboxMessage, error: Exception) -> None:
        """Queue it again, each time twice as late, up to an hour, for five days."""
        moment = clock.now()
        if moment - message.created_at > KEEP_TRYING:
            cls._give_up(message, error)
            return
        pause = min(FIRST_PAUSE * 2 ** min(message.attempts - 1, 10), LONGEST_PAUSE)
        message.delivery = Delivery.QUEUED.value
        message.last_error = repr(error)[:500]
        message.not_before = moment + pause

    @staticmethod
    def _give_up(message: OutboxMessage, error: Exception) -> None:
        message.delivery = Delivery.FAILED.value
        message.last_error = repr(error)[:500]
        message.secret = ""
