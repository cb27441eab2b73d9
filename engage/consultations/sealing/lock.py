"""Who casts shares the lock of a vote, who seals it has it alone."""

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from engage.core.quick import QuickStatement

VOTES = 0x564F5445
"""The class of these locks on PostgreSQL, apart from all others."""

TRY = f"pg_try_advisory_xact_lock_shared({VOTES}, :consultation_id)"
"""For a condition on PostgreSQL: true with the lock shared, false while somebody seals."""

_SHARE = QuickStatement(f"SELECT pg_advisory_xact_lock_shared({VOTES}, :consultation_id)")
_ALONE = text(f"SELECT pg_advisory_xact_lock({VOTES}, :consultation_id)")


def share(connection: Connection, consultation_id: int) -> None:
    """Hold sealing off until this transaction ends; what is read after it stands until then.

    On SQLite a transaction that writes is alone anyway: it began with BEGIN IMMEDIATE.
    """
    if connection.dialect.name == "postgresql":
        _SHARE.run(connection, consultation_id=consultation_id)


def alone(db: Session, consultation_id: int) -> None:
    """Wait until every vote that is being cast is in the database, and let none begin."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(_ALONE, {"consultation_id": consultation_id})
