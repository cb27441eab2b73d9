"""Reads of the partner's page without account: the link, and what its digest spoke of."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from engage.core.secrets import token_hash
from engage.deadlines.models import Deadline
from engage.deadlines.queries import OPEN
from engage.reminders import queries
from engage.reminders.models import AnswerKind, Digest, Reminder, ReplyLink
from engage.reminders.owed import COLUMNS, Owed
from engage.territory.models import Organisation


class Link(NamedTuple):
    """A signed link as its page needs it; usable or not."""

    digest_id: int
    organisation: str
    expires_at: datetime
    revoked_at: datetime | None


_LINK = (
    select(ReplyLink.digest_id, Organisation.name, ReplyLink.expires_at, ReplyLink.revoked_at)
    .join(Digest, Digest.id == ReplyLink.digest_id)
    .join(Organisation, Organisation.id == Digest.organisation_id)
    .where(ReplyLink.token_hash == bindparam("hash"))
)


def link(db: Session, token: str) -> Link | None:
    """The link that `token` opens."""
    row = db.execute(_LINK, {"hash": token_hash(token)}).first()
    return Link(*row) if row else None


_TOLD = aliased(Deadline)
_OWED = (
    select(*COLUMNS)
    .select_from(Reminder)
    .join(Digest, Digest.id == Reminder.digest_id)
    .join(_TOLD, _TOLD.id == Reminder.deadline_id)
    .join(
        Deadline,
        and_(Deadline.subject_type == _TOLD.subject_type, Deadline.subject_id == _TOLD.subject_id),
    )
    .where(
        Reminder.digest_id == bindparam("digest"),
        or_(
            Deadline.id == _TOLD.id,
            and_(Deadline.organisation_id == Digest.organisation_id, *OPEN),
        ),
    )
    .distinct()
)


def owed(db: Session, digest_id: int) -> list[Owed]:
    """What the digest spoke of, and what its organisation still owes about the same things."""
    return [Owed._make(row) for row in db.execute(_OWED, {"digest": digest_id})]


def words_about(db: Session, subject: Any) -> str:
    """What a partner wrote last when they said that something about `subject` is done; else ""."""
    key = (subject.__tablename__, subject.id)
    said = queries.answers_about(db, [key]).get(key)
    return said.note if said is not None and said.kind is AnswerKind.DONE else ""
