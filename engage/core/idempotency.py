"""A form sent twice is done once: the key of the form is unique, a resend gets the first answer."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base
from engage.core.errors import Conflict
from engage.core.i18n import _

KEPT = timedelta(days=30)


class IdempotencyRecord(Base):
    """What became of one sent form.

    `id` is a hash of (who, endpoint, key). `location` is sealed with the key itself, which is not
    kept: an answer may hold a private link and this table must not give it away.
    """

    __tablename__ = "idempotency_records"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


def record_id(owner: str, endpoint: str, key: str) -> str:
    """The stored name of one form: nobody can derive the key from it."""
    return hashlib.sha256(f"{owner}\n{endpoint}\n{key}".encode()).hexdigest()


def earlier_location(db: Session, id_: str, *, body_hash: str, key: str) -> str | None:
    """Where the first sending led, or None; the same key with another body is a `Conflict`."""
    earlier = db.scalar(select(IdempotencyRecord).where(IdempotencyRecord.id == id_))
    if earlier is None:
        return None
    if earlier.body_hash != body_hash:
        raise Conflict(
            _("Cet envoi est déjà arrivé. Pour changer vos mots, ouvrez un nouveau formulaire.")
        )
    return _mixed(earlier.location, key).decode()


def remember(db: Session, id_: str, *, body_hash: str, key: str, location: str) -> None:
    """Keep the answer; of two at once the second fails on the primary key and asks again."""
    db.add(
        IdempotencyRecord(
            id=id_,
            body_hash=body_hash,
            location=_mixed(location.encode(), key),
            created_at=clock.now(),
        )
    )
    db.flush()


def _mixed(content: bytes, key: str) -> bytes:
    """Seal or open with a keystream that only the holder of the random, single-use key can make."""
    stream = hashlib.shake_256(b"engage-location:" + key.encode()).digest(len(content))
    return bytes(a ^ b for a, b in zip(content, stream, strict=True))
