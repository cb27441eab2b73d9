"""Reads about reminders: what is due to be said, to whom, what was said and what was answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts.models import Mandate, Person, Role
from engage.core import clock
from engage.core.secrets import token_hash
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline
from engage.deadlines.workdays import is_office_hour
from engage.reminders import rules
from engage.reminders.models import Answer, Digest, Level, Reminder, ReplyLink
from engage.territory.models import ContactPerson, Organisation


@dataclass(frozen=True)
class Finding:
    """A deadline about which `level` has begun and was not said yet."""

    deadline: Deadline
    level: Level


@dataclass(frozen=True)
class Planned:
    """What one organisation is to be told now; `urgent` has a digest of its own."""

    organisation: Organisation
    urgent: bool
    findings: Sequence[Finding]

    @property
    def contacts(self) -> list[ContactPerson]:
        return contacts_of(self.organisation)


def contacts_of(organisation: Organisation) -> list[ContactPerson]:
    """Who of the organisation receives reminders today."""
    return [c for c in organisation.contacts if c.ended_at is None and c.email]


def plan(db: Session, at: datetime) -> list[Planned]:
    """The digests that should leave at `at`.

    Only in office hours, one a day and organisation; what is new later waits for the next day. The
    first notice of what is urgent leaves at any hour. Nobody to write to: nothing is planned, so
    that nothing counts as said.
    """
    in_office_hours = is_office_hour(at)
    told_today = _told_today(db, at)
    groups: dict[tuple[int, bool], list[Finding]] = {}
    for finding in findings(db, at):
        deadline = finding.deadline
        at_once = deadline.urgent and finding.level is not Level.LATE
        waits = not deadline.urgent and deadline.organisation_id in told_today
        if (at_once or in_office_hours) and not waits:
            groups.setdefault((deadline.organisation_id, deadline.urgent), []).append(finding)
    made = [
        Planned(found[0].deadline.organisation, urgent, found)
        for (_, urgent), found in groups.items()
    ]
    return [planned for planned in made if planned.contacts]


def findings(db: Session, at: datetime) -> list[Finding]:
    """Open deadlines with a level that has begun and was not said, nor silenced, by `at`."""
    said = _said(db)
    found = []
    for deadline in _watched(db, at):
        level = rules.level_at(deadline, at)
        if level is None or deadline.is_silent(at):
            continue
        if (deadline.id, deadline.awaited_at, level, deadline.organisation_id) not in said:
            found.append(Finding(deadline, level))
    return found


def _watched(db: Session, at: datetime) -> Sequence[Deadline]:
    """Open deadlines there is perhaps something to say about, with organisation and contacts.

    The database leaves out what is too far, silent, owed by nobody to write to, or said for the
    last time: what is late for long costs nothing.
    """
    reachable = exists().where(
        ContactPerson.organisation_id == Deadline.organisation_id,
        ContactPerson.ended_at.is_(None),
    )
    found = db.scalars(
        select(Deadline)
        .options(joinedload(Deadline.organisation).joinedload(Organisation.contacts))
        .where(
            or_(Deadline.due_at < at + rules.HORIZON, Deadline.urgent),
            or_(Deadline.silenced_until.is_(None), Deadline.silenced_until <= at),
            Deadline.created_at <= at,
            *owed.OPEN,
            reachable,
            ~_said_late(),
        )
        .order_by(Deadline.due_at, Deadline.id)
    )
    return found.unique().all()


def _said_late() -> ColumnElement[bool]:
    """Whether the organisation was told that it is late for the date awaited now."""
    promised = Deadline.silenced_until > Deadline.due_at
    awaited_at = case((promised, Deadline.silenced_until), else_=Deadline.due_at)
    return exists().where(
        Reminder.deadline_id == Deadline.id,
        Reminder.organisation_id == Deadline.organisation_id,
        Reminder.level == Level.LATE,
        Reminder.due_at == awaited_at,
    )


def _said(db: Session) -> set[tuple[int, datetime, Level, int]]:
    """What was said about open deadlines, as the unique constraint names it."""
    rows = db.execute(
        select(Reminder.deadline_id, Reminder.due_at, Reminder.level, Reminder.organisation_id)
        .join(Reminder.deadline)
        .where(*owed.OPEN)
    )
    return {(r.deadline_id, r.due_at, r.level, r.organisation_id) for r in rows}


def _told_today(db: Session, at: datetime) -> frozenset[int]:
    """The organisations whose ordinary digest of the local day exists."""
    day = clock.local(at).date()
    return frozenset(
        db.scalars(
            select(Digest.organisation_id).where(Digest.local_day == day, Digest.urgent.is_(False))
        )
    )


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


def owed_about(db: Session, digest: Digest) -> list[Deadline]:
    """What the digest spoke of, and what else the organisation still owes about the same things."""
    told = {r.deadline_id: r.deadline for r in digest.reminders}
    subjects = {(d.subject_type, d.subject_id) for d in told.values()}
    still = db.scalars(
        select(Deadline).where(
            Deadline.organisation_id == digest.organisation_id,
            Deadline.subject_id.in_({id_ for _, id_ in subjects}),
            *owed.OPEN,
        )
    )
    same = (d for d in still if (d.subject_type, d.subject_id) in subjects)
    return list((told | {d.id: d for d in same}).values())


def answers_about(db: Session, deadlines: Iterable[Deadline]) -> dict[tuple[str, int], Answer]:
    """The newest answer by subject (type, id) of `deadlines`, with who gave it."""
    deadlines = list(deadlines)
    rows = db.scalars(
        select(Answer)
        .join(Answer.deadline)
        .options(
            joinedload(Answer.deadline),
            joinedload(Answer.reply_link).options(
                joinedload(ReplyLink.contact), joinedload(ReplyLink.digest)
            ),
        )
        .where(
            Deadline.subject_type.in_({d.subject_type for d in deadlines}),
            Deadline.subject_id.in_({d.subject_id for d in deadlines}),
        )
        .order_by(Answer.id)
    )
    return {(a.deadline.subject_type, a.deadline.subject_id): a for a in rows}


def signature(db: Session) -> str:
    """The public name of a coordinator, who signs the mails; "" when nobody gave one."""
    today = clock.today()
    people = db.scalars(
        select(Person)
        .join(Mandate, Mandate.person_id == Person.id)
        .options(selectinload(Person.mandates))
        .where(Mandate.role == Role.COORDINATOR.value, Mandate.starts_on <= today)
        .order_by(Person.id)
    ).unique()
    named = (p.public_name for p in people if p.holds(Role.COORDINATOR) and p.public_name)
    return next(named, "")
