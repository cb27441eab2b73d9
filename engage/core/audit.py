"""The audit trail, append-only: who did what to what, by ids, and never how somebody voted."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base, Database

NEWEST = "SELECT max(id) FROM audit_entries"


class AuditEntry(Base):
    """One act. `action` is `noun.verb`; `actor_id` is None for the clock and for visitors."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_type", "subject_id"),
        # What the journal is searched by, newest first; a million entries are not sorted.
        Index("ix_audit_entries_actor", "actor_id", "at", "id"),
        Index("ix_audit_entries_action", "action", "at", "id"),
        Index("ix_audit_entries_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    details: Mapped[dict[str, Any]]


def record(
    db: Session,
    action: str,
    subject: Any,
    *,
    actor_id: int | None = None,
    **details: str | int | None,
) -> None:
    """Write one entry in the caller's transaction; `subject` is a row with a table and an id."""
    if subject.id is None:
        db.flush()
    db.add(
        AuditEntry(
            at=clock.now(),
            action=action,
            actor_id=actor_id,
            subject_type=subject.__tablename__,
            subject_id=subject.id,
            details=details,
        )
    )


def revision(database: Database) -> int:
    """A number that grows with every audited change: the age of public pages.

    Asked once for every page of a visitor, hence the bare driver: a tenth of a session's time.
    """
    try:
        row = _newest(database)
    except database.engine.dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError(NEWEST, None, error) from error
    assert row is not None, "max() always answers"
    return row[0] or 0


def _newest(database: Database) -> Any:
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(NEWEST)
        row = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return row


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(*args: object) -> None:
    raise RuntimeError("audit entries are never changed")
