"""Reads about reminders: what is due to be said, to whom, what was said and what was answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from engage.accounts.models import Mandate, Person, Role
from engage.core import clock
from engage.core.db import UTCDateTime
from engage.core.secrets import token_hash
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import is_office_hour
from engage.reminders import rules
from engage.reminders.models import Answer, AnswerKind, Digest, Level, Reminder, ReplyLink
from engage.reminders.owed import COLUMNS, STILL_OPEN, Owed
from engage.territory.models import ContactPerson, Organisation


@dataclass(frozen=True)
class Finding:
    """A deadline about which `level` has begun and was not said yet."""

    deadline: Owed
    level: Level


class Contact(NamedTuple):
    """Somebody who receives reminders today."""

    id: int
    email: str


@dataclass(frozen=True)
class Recipient:
    """An organisation with somebody to write to; `told_today`: its ordinary digest exists."""

    id: int
    name: str
    told_today: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Planned:
    """What one organisation is to be told now; `urgent` has a digest of its own."""

    organisation: Recipient
    urgent: bool
    findings: Sequence[Finding]

    @property
    def contacts(self) -> Sequence[Contact]:
        return self.organisation.contacts


_WRITTEN_TO = (ContactPerson.ended_at.is_(None), ContactPerson.email != "")


def is_reachable(organisation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether there is somebody to write to, as a column."""
    return exists().where(ContactPerson.organisation_id == organisation_id, *_WRITTEN_TO)


_RECIPIENTS = (
    select(
        Organisation.id,
        Organisation.name,
        ContactPerson.id.label("contact_id"),
        ContactPerson.email,
        exists()
        .where(
            Digest.organisation_id == Organisation.id,
            Digest.local_day == bindparam("day"),
            Digest.urgent.is_(False),
        )
        .label("told_today"),
    )
    .join(ContactPerson, ContactPerson.organisation_id == Organisation.id)
    .where(*_WRITTEN_TO)
    .order_by(ContactPerson.id)
)


def recipients(db: Session, at: datetime) -> dict[int, Recipient]:
    """Who can be written to, by the id of the organisation."""
    rows = db.execute(_RECIPIENTS, {"day": clock.local(at).date()}).all()
    contacts: dict[int, tuple[Contact, ...]] = {}
    for row in rows:
        new = Contact(row.contact_id, row.email)
        contacts[row.id] = (*contacts.get(row.id, ()), new)
    return {row.id: Recipient(row.id, row.name, row.told_today, contacts[row.id]) for row in rows}


def plan(db: Session, at: datetime) -> list[Planned]:
    """The digests that should leave at `at`.

    Only in office hours, one a day and organisation; what is new later waits for the next day. The
    first notice of what is urgent leaves at any hour. Nobody to write to: nothing is planned, so
    that nothing counts as said.
    """
    in_office_hours = is_office_hour(at)
    reachable = recipients(db, at)
    groups: dict[tuple[int, bool], list[Finding]] = {}
    for finding in findings(db, at):
        deadline = finding.deadline
        recipient = reachable.get(deadline.organisation_id)
        at_once = deadline.urgent and finding.level is not Level.LATE
        waits = recipient is None or (recipient.told_today and not deadline.urgent)
        if (at_once or in_office_hours) and not waits:
            groups.setdefault((deadline.organisation_id, deadline.urgent), []).append(finding)
    return [Planned(reachable[id_], urgent, found) for (id_, urgent), found in groups.items()]


def findings(db: Session, at: datetime) -> list[Finding]:
    """Open deadlines with a level that has begun and was not said, nor silenced, by `at`."""
    moments = {"at": at, "horizon": at + rules.HORIZON}
    watched: dict[int, Owed] = {}
    said: set[tuple[int, Level]] = set()
    for *columns, level in db.execute(_WATCHED, moments):
        deadline = Owed(*columns)
        watched[deadline.id] = deadline
        said.add((deadline.id, level))
    found = []
    for deadline in watched.values():
        level = rules.level_at(deadline, at)
        if level and (deadline.id, level) not in said and not deadline.is_silent(at):
            found.append(Finding(deadline, level))
    return found


def _watched() -> Select[*tuple[Any, ...]]:
    """Open deadlines there is perhaps something to say about, a row for each level said already.

    The database leaves out what is too far, silent, owed by nobody to write to, or said for the
    last time: what is late for long costs nothing.
    """
    promised = Deadline.silenced_until > Deadline.due_at
    awaited_at = case((promised, Deadline.silenced_until), else_=Deadline.due_at)
    last = aliased(Reminder)
    said, said_last = (
        and_(
            one.deadline_id == Deadline.id,
            one.organisation_id == Deadline.organisation_id,
            one.due_at == awaited_at,
        )
        for one in (Reminder, last)
    )
    at, horizon = (bindparam(name, type_=UTCDateTime) for name in ("at", "horizon"))
    return (
        select(*COLUMNS, Reminder.level)
        .outerjoin(Reminder, said)
        .where(
            or_(Deadline.due_at < horizon, Deadline.urgent),
            or_(Deadline.silenced_until.is_(None), Deadline.silenced_until <= at),
            Deadline.created_at <= at,
            *STILL_OPEN,
            is_reachable(Deadline.organisation_id),
            ~exists().where(said_last, last.level == Level.LATE),
        )
        .order_by(Deadline.due_at, Deadline.id)
    )


_WATCHED = _watched()


def reply_link(db: Session, token: str) -> ReplyLink | None:
    """The link with its contact, its digest and all the digest spoke of; usable or not."""
    return db.scalar(_links().where(ReplyLink.token_hash == token_hash(token)))


def first_link_of(db: Session, organisation_code: str) -> ReplyLink | None:
    """The oldest link of an organisation, loaded the same way."""
    return db.scalar(
        _links()
        .join(ReplyLink.digest)
        .join(Digest.organisation)
        .where(Organisation.code == organisation_code)
        .order_by(ReplyLink.id)
        .limit(1)
    )


def _links() -> Select[ReplyLink]:
    return select(ReplyLink).options(
        joinedload(ReplyLink.contact),
        joinedload(ReplyLink.digest).options(
            joinedload(Digest.organisation),
            selectinload(Digest.reminders).joinedload(Reminder.deadline),
        ),
    )


def digest_part(db: Session, digest_id: int, *, first: int, last: int) -> Digest | None:
    """A digest with its reminders; the caller looks at those from `first` to `last`."""
    return db.scalar(
        select(Digest)
        .options(
            joinedload(Digest.organisation),
            selectinload(Digest.reminders.and_(Reminder.id.between(first, last))).joinedload(
                Reminder.deadline
            ),
        )
        .where(Digest.id == digest_id)
    )


def is_still_to_say(reminder: Reminder, now: datetime) -> bool:
    """Whether what it says still holds: open, unanswered, same date, same organisation."""
    deadline = reminder.deadline
    return (
        deadline.is_open
        and not deadline.is_silent(now)
        and deadline.organisation_id == reminder.organisation_id
        and deadline.awaited_at == reminder.due_at
    )


class Said(NamedTuple):
    """What a partner answered, and who."""

    kind: AnswerKind
    done_on: date | None
    planned_for: date | None
    note: str
    at: datetime
    contact: str
    organisation_id: int


SAID = (
    Answer.kind,
    Answer.done_on,
    Answer.planned_for,
    Answer.note,
    Answer.at,
    ContactPerson.name,
    Digest.organisation_id,
)
"""What `Said` is made of, in its order."""


def said(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Answers as `columns`, with what they are about and who gave them."""
    return (
        select(*columns)
        .select_from(Answer)
        .join(Deadline, Deadline.id == Answer.deadline_id)
        .join(ReplyLink, ReplyLink.id == Answer.reply_link_id)
        .join(ContactPerson, ContactPerson.id == ReplyLink.contact_id)
        .join(Digest, Digest.id == ReplyLink.digest_id)
    )


_ANSWERS = (
    said(*SAID, Deadline.subject_type, Deadline.subject_id)
    .where(
        Deadline.subject_type.in_(bindparam("types", expanding=True)),
        Deadline.subject_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(Answer.id)
)


def answers_about(
    db: Session, subjects: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Said]:
    """The newest answer by subject (type, id), with who gave it."""
    if not subjects:
        return {}
    types, ids = {type_ for type_, _ in subjects}, [id_ for _, id_ in subjects]
    rows = db.execute(_ANSWERS, {"types": sorted(types), "ids": ids})
    return {(row.subject_type, row.subject_id): Said(*row[: len(SAID)]) for row in rows}


_SIGNATURE = (
    select(Person.public_name)
    .join(Mandate, Mandate.person_id == Person.id)
    .where(
        Mandate.role == Role.COORDINATOR.value,
        Mandate.starts_on <= bindparam("today"),
        or_(Mandate.ends_on.is_(None), Mandate.ends_on >= bindparam("today")),
        Person.public_name != "",
    )
    .order_by(Person.id)
    .limit(1)
)


def signature(db: Session) -> str:
    """The public name of a coordinator, who signs the mails; "" when nobody gave one."""
    return db.scalar(_SIGNATURE, {"today": clock.today()}) or ""
