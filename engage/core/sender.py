"""Delivers what the outbox holds: claim, render, send with no transaction open, mark."""

import logging
import smtplib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.db import Database
from engage.core.gateways import Gateway
from engage.core.outbox import Delivery, OutboxMessage, Rendered

log = logging.getLogger(__name__)

Renderer = Callable[[Session, OutboxMessage, str], Rendered | None]
"""Makes the words of a message when it leaves (the last argument is the town's base address);
None when it is no longer wanted."""

CLAIM = timedelta(minutes=2)
MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Letter:
    """A claimed and rendered message, ready to travel."""

    id: int
    message_key: str
    channel: str
    recipient: str
    rendered: Rendered


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
    ) -> None:
        self._database = database
        self._renderers = renderers
        self._gateways = gateways
        self._keep_bodies = keep_bodies
        self._base_url = base_url

    def deliver_all(self, limit: int = 500) -> int:
        """Send what is due, one by one; returns how many left. Rerun-safe."""
        sent = 0
        with ExitStack() as connections:
            for gateway in self._gateways.values():
                connections.callback(gateway.close)
            for _ in range(limit):
                found, letter = self._claim()
                if not found:
                    break
                if letter is not None:
                    sent += self._send(letter)
        return sent

    def _claim(self) -> tuple[bool, Letter | None]:
        """Take the oldest due message in a short transaction and render it there.

        Returns whether one was found, and the letter unless it is no longer wanted.
        """
        with self._database.transaction() as db:
            message = db.scalar(self._due())
            if message is None:
                return False, None
            message.attempts += 1
            try:
                rendered = self._renderers[message.kind](db, message, self._base_url)
            except Exception as error:
                log.exception("message %s of kind %s does not render", message.id, message.kind)
                self._give_up(message, f"{type(error).__name__}: {error}")
                return True, None
            if rendered is None:
                message.delivery = Delivery.CANCELLED.value
                message.secret = ""
                return True, None
            message.delivery = Delivery.CLAIMED.value
            message.claimed_until = clock.now() + CLAIM
            letter = Letter(
                message.id, message.dedupe_key, message.channel, message.recipient, rendered
            )
            return True, letter

    def _due(self) -> Select[OutboxMessage]:
        moment = clock.now()
        return (
            select(OutboxMessage)
            .where(
                or_(
                    OutboxMessage.delivery == Delivery.QUEUED.value,
                    (OutboxMessage.delivery == Delivery.CLAIMED.value)
                    & (OutboxMessage.claimed_until < moment),
                ),
                OutboxMessage.not_before <= moment,
            )
            .order_by(OutboxMessage.not_before, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    def _send(self, letter: Letter) -> bool:
        gateway = self._gateways.get(letter.channel)
        if gateway is None:
            self._mark(letter, Delivery.KEPT)
            return True
        try:
            gateway.send(letter.recipient, letter.rendered, message_key=letter.message_key)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("message %s did not leave: %s", letter.id, type(error).__name__)
            self._postpone(letter, error)
            return False
        self._mark(letter, Delivery.SENT)
        return True

    def _mark(self, letter: Letter, delivery: Delivery) -> None:
        with self._database.transaction() as db:
            message = db.get_one(OutboxMessage, letter.id)
            message.delivery = delivery.value
            message.sent_at = clock.now()
            message.subject = letter.rendered.subject
            if self._keep_bodies or not message.secret:
                message.body = letter.rendered.text
            message.secret = ""
            message.last_error = ""

    def _postpone(self, letter: Letter, error: Exception) -> None:
        """Try again later, each time twice as late; a refused address is not tried again."""
        with self._database.transaction() as db:
            message = db.get_one(OutboxMessage, letter.id)
            final = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
                code >= 500 for code, _ in error.recipients.values()
            )
            if final or message.attempts >= MAX_ATTEMPTS:
                self._give_up(message, repr(error))
                return
            message.delivery = Delivery.QUEUED.value
            message.last_error = repr(error)[:500]
            message.not_before = clock.now() + timedelta(seconds=30 * 2**message.attempts)

    @staticmethod
    def _give_up(message: OutboxMessage, reason: str) -> None:
        message.delivery = Delivery.FAILED.value
        message.last_error = reason[:500]
        message.secret = ""
