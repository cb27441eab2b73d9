"""Messages to send, as rows written in the transaction that makes them true."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class Delivery(StrEnum):
    """Where a message is; `KEPT` means there is no gateway and the outbox is its only place."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    KEPT = "kept"
    CANCELLED = "cancelled"
    FAILED = "failed"


class OutboxMessage(Base):
    """One message. `payload` holds ids; `secret` codes, links: a line each, blanked once sent."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index("ix_outbox_messages_due", "delivery", "not_before"),
        Index("ix_outbox_messages_sent", "channel", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(48))
    channel: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[str] = mapped_column(String(254))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="fr")
    payload: Mapped[dict[str, Any]]
    secret: Mapped[str] = mapped_column(Text, default="")
    delivery: Mapped[str] = mapped_column(String(12), default=Delivery.QUEUED.value)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None]
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True)
class Rendered:
    """What leaves: one subject, one plain text; the HTML is made from the same words."""

    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


class Later(Exception):
    """Raised by a renderer: still wanted, but it may not leave before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


def post(
    db: Session,
    kind: str,
    *,
    channel: str,
    recipient: str,
    dedupe_key: str,
    person_id: int | None = None,
    language: str = "fr",
    secret: str = "",
    not_before: datetime | None = None,
    **payload: str | int | None,
) -> bool:
    """Queue a message once: a second call with the same `dedupe_key` changes nothing.

    Returns whether it was queued. The unique constraint decides between two clocks.
    """
    if db.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key)):
        return False
    moment = clock.now()
    db.add(
        OutboxMessage(
            dedupe_key=dedupe_key,
            kind=kind,
            channel=channel,
            recipient=recipient,
            person_id=person_id,
            language=language,
            payload=payload,
            secret=secret,
            not_before=not_before or moment,
            created_at=moment,
        )
    )
    db.flush()
    return True


def cancel(db: Session, dedupe_prefix: str) -> None:
    """Withdraw what was not sent yet among the messages whose key starts with `dedupe_prefix`."""
    db.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.dedupe_key.startswith(dedupe_prefix, autoescape=True),
            OutboxMessage.delivery == Delivery.QUEUED.value,
        )
        .values(delivery=Delivery.CANCELLED.value, secret="")
    )
