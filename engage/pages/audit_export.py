"""The journal as a table for a spreadsheet: bounded, streamed, with no cell that computes."""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

from engage.accounts.admin_policy import can_read_journal
from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.policy import require
from engage.core.spreadsheet import BYTE_ORDER_MARK, written
from engage.pages.audit_queries import Filters, chunks
from engage.pages.audit_words import action_words

MOST = 50_000
"""Lines of one file; the page says to choose days for more."""

HEAD = ("numero", "moment", "acte", "en_mots", "personne", "sujet", "numero_du_sujet", "details")


def begin(db: Session, *, by: Person) -> None:
    """Write down that the journal leaves the platform."""
    require(can_read_journal, by)
    audit.record(db, "journal.export", by, actor_id=by.id)


def lines(database: Database, filters: Filters, *, most: int = MOST) -> Iterator[str]:
    """The file, a piece at a time, the newest entry first."""
    yield BYTE_ORDER_MARK + written([HEAD])
    for entries in chunks(database, filters, most):
        yield written([_row(entry) for entry in entries])


def _row(entry: AuditEntry) -> tuple[str, ...]:
    details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True) if entry.details else ""
    return (
        str(entry.id),
        clock.local(entry.at).isoformat(timespec="seconds"),
        entry.action,
        action_words(entry.action),
        str(entry.actor_id or ""),
        entry.subject_type,
        str(entry.subject_id),
        details,
    )
