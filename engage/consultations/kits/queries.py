"""Reads of parties: the day, the plan, who is needed."""

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.consultations.kits import plan
from engage.consultations.kits.models import (
    NeedKind,
    Party,
    PartyHelper,
    PartyNeed,
    PartyTask,
)
from engage.consultations.models import Consultation
from engage.core import clock


def party(db: Session, consultation_id: int) -> Party | None:
    """The party with its place, who invites, and its date of the agenda."""
    return db.scalar(
        select(Party)
        .options(joinedload(Party.place), joinedload(Party.organisation), joinedload(Party.event))
        .where(Party.consultation_id == consultation_id)
    )


def tasks(db: Session, consultation_id: int) -> Sequence[PartyTask]:
    """All that is to be done, as rows to write on."""
    return db.scalars(
        select(PartyTask)
        .options(joinedload(PartyTask.organisation))
        .where(PartyTask.consultation_id == consultation_id)
        .order_by(PartyTask.days, PartyTask.id)
    ).all()


class Step(NamedTuple):
    """One task of the plan as pages show it; `day` is None while the party has none."""

    id: int
    code: str
    title: dict[str, str]
    words: dict[str, str]
    days: int
    working: bool
    fixed: bool
    day: date | None
    organisation: str
    done_on: date | None

    def is_late(self, today: date) -> bool:
        return self.done_on is None and self.day is not None and self.day < today


def steps(db: Session, consultation_id: int, day: date | None) -> list[Step]:
    """The plan of a party on `day`, in the order of time; one statement."""
    found = [
        Step(
            task.id,
            task.code,
            task.title,
            task.words,
            task.days,
            task.working,
            task.fixed_on is not None,
            plan.day_of(task, day),
            task.organisation.short_name if task.organisation else "",
            task.done_on,
        )
        for task in tasks(db, consultation_id)
    ]
    return sorted(found, key=lambda step: (step.day or date.min, step.days, step.id))


class Need(NamedTuple):
    """Hands or a thing: `promised` of `wanted`, more than that never."""

    id: int
    kind: NeedKind
    title: dict[str, str]
    starts: time | None
    ends: time | None
    wanted: int
    promised: int
    version: int

    @property
    def is_full(self) -> bool:
        return self.promised >= self.wanted


_PROMISED = (
    select(func.count())
    .select_from(PartyHelper)
    .where(PartyHelper.need_id == PartyNeed.id)
    .correlate(PartyNeed)
    .scalar_subquery()
)

_NEEDS = select(
    PartyNeed.id,
    PartyNeed.kind,
    PartyNeed.title,
    PartyNeed.starts,
    PartyNeed.ends,
    PartyNeed.wanted,
    _PROMISED,
    PartyNeed.version,
).order_by(PartyNeed.kind, PartyNeed.starts, PartyNeed.id)


def needs(db: Session, consultation_id: int) -> list[Need]:
    """All that is asked of residents for a party: hands by the hour, then things."""
    rows = db.execute(_NEEDS.where(PartyNeed.consultation_id == consultation_id))
    return [Need._make(row) for row in rows]


def need(db: Session, need_id: int, consultation_id: int) -> Need | None:
    """One of them."""
    wanted = (PartyNeed.id == need_id, PartyNeed.consultation_id == consultation_id)
    row = db.execute(_NEEDS.where(*wanted)).first()
    return Need._make(row) if row else None


def still_needed(db: Session, today: date) -> list[Need]:
    """What is asked for parties that are not over and still lacks somebody; one statement."""
    now = clock.now()
    rows = db.execute(
        _NEEDS.join(Party, Party.consultation_id == PartyNeed.consultation_id)
        .join(Consultation, Consultation.id == PartyNeed.consultation_id)
        .where(
            or_(Party.day.is_(None), Party.day >= today),
            Consultation.cancelled_at.is_(None),
            Consultation.is_draft.is_(False),
            Consultation.announced_at <= now,
            PartyNeed.wanted > _PROMISED,
        )
    )
    return [Need._make(row) for row in rows]


class Helper(NamedTuple):
    """Who comes, as the organisers read it."""

    need_id: int
    person_id: int
    name: str


def helpers(db: Session, consultation_id: int) -> dict[int, list[Helper]]:
    """Need → who promised it, by name: for organisers alone."""
    rows = db.execute(
        select(PartyHelper.need_id, PartyHelper.person_id, PartyHelper.name)
        .join(PartyNeed, PartyNeed.id == PartyHelper.need_id)
        .where(PartyNeed.consultation_id == consultation_id)
        .order_by(PartyHelper.need_id, PartyHelper.name, PartyHelper.person_id)
    )
    found: dict[int, list[Helper]] = {}
    for row in rows:
        found.setdefault(row.need_id, []).append(Helper._make(row))
    return found


def promised_by(db: Session, consultation_id: int, person: Person) -> frozenset[int]:
    """The needs of a party that this person promised."""
    return frozenset(
        db.scalars(
            select(PartyHelper.need_id)
            .join(PartyNeed, PartyNeed.id == PartyHelper.need_id)
            .where(PartyNeed.consultation_id == consultation_id, PartyHelper.person_id == person.id)
        )
    )
