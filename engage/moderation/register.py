"""The public register: what moderation did, month by month, as numbers without persons or texts.

Months are counted by the clock and stored: an ended one once and for all (deadlines of retention
change nothing any more), the running one again and again. Pages only read what is stored.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, time
from statistics import median

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_workflow import Status as AppealStatus
from engage.moderation.models import Decision, ModerationItem, RefusalReason
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_workflow import Status as NoticeStatus
from engage.moderation.register_models import RegisterMonth
from engage.moderation.workflow import Action, Status
from engage.proposals.workflow import READ_WITHIN

SHOWN = 12
"""Months on the page; the file has them all."""

FEWEST = 10
"""Results are broken down from this many on: fewer could point at somebody (product rule)."""

NOT_TEXTS = "notices"
"""Items about texts that are public already are counted as reports, not as texts."""


@dataclass(frozen=True)
class Counts:
    """One month, or several together. Delays in hours; `reasons`: code of the charter → refusals.

    `median_hours` is None where nothing was decided.
    """

    received: int = 0
    published: int = 0
    masked: int = 0
    corrected: int = 0
    refused: int = 0
    redirected: int = 0
    merged: int = 0
    decided: int = 0
    on_time: int = 0
    median_hours: int | None = None
    stood_in: int = 0
    appeals: int = 0
    upheld: int = 0
    overturned: int = 0
    notices: int = 0
    hidden_meanwhile: int = 0
    kept: int = 0
    hidden: int = 0
    notice_masked: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Month:
    """What is stored of one month; `is_over`: nothing is added any more."""

    month: date
    counts: Counts
    counted_at: datetime

    @property
    def is_over(self) -> bool:
        return self.counted_at >= _bounds(self.month)[1]


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _bounds(month: date) -> tuple[datetime, datetime]:
    """The moments at which a month begins and ends on the town's clocks."""
    first, last = (
        datetime.combine(day, time(), clock.zone()).astimezone(UTC) for day in (month, _next(month))
    )
    return first, last


def store(database: Database) -> int:
    """Count what is not final yet and store it; returns how many months. Rerun-safe."""
    with database.reading() as db:
        counted = [(month, count(db, month)) for month in _open_months(db)]
    now = clock.now()
    with database.transaction() as db:
        for month, counts in counted:
            db.merge(RegisterMonth(month=month, counts=asdict(counts), counted_at=now))
    return len(counted)


def _open_months(db: Session) -> list[date]:
    """From the first one that is not final to the running one."""
    began = db.scalar(select(func.min(ModerationItem.created_at)))
    if began is None:
        return []
    final = {row.month for row in months(db, most=None) if row.is_over}
    month, found = clock.local(began).date().replace(day=1), []
    while month <= clock.today():
        if month not in final:
            found.append(month)
        month = _next(month)
    return found


def count(db: Session, month: date) -> Counts:
    """What happened in a month, counted from the rows themselves by their indexes."""
    first, last = _bounds(month)

    def within(column: InstrumentedAttribute[datetime | None]) -> ColumnElement[bool]:
        return (column >= first) & (column < last)

    texts = ModerationItem.subject_type != NOT_TEXTS
    ended, middle = _ended(db, within(ModerationItem.decided_at), texts)
    received = select(func.count()).where(within(ModerationItem.created_at), texts)
    return Counts(
        received=db.scalar(received) or 0,
        corrected=_acts(db, Action.ASK_CORRECTION, first, last),
        stood_in=_acts(db, Action.STAND_IN, first, last),
        reasons=_reasons(db, within(ModerationItem.decided_at) & texts),
        median_hours=middle,
        **ended,
        **_appeals(db, first, last),
        **_notices(db, first, last),
    )


def _ended(db: Session, *wanted: ColumnElement[bool]) -> tuple[dict[str, int], int | None]:
    """How the decided ones ended, and the hours that half of them took at most."""
    counts, hours = dict.fromkeys(Status, 0), []
    rows = db.execute(
        select(ModerationItem.status, ModerationItem.created_at, ModerationItem.decided_at)
        .where(*wanted)
        .execution_options(yield_per=1000)
    )
    for status, came, done in rows:
        counts[status] += 1
        assert done is not None, "it was asked for"
        hours.append((done - came).total_seconds() / 3600)
    masked = (
        select(func.count(Decision.id))
        .join(ModerationItem, ModerationItem.id == Decision.item_id)
        .where(*wanted, Decision.action == Action.PUBLISH_MASKED)
    )
    ended = {
        "published": counts[Status.PUBLISHED],
        "masked": db.scalar(masked) or 0,
        "refused": counts[Status.REFUSED],
        "redirected": counts[Status.REDIRECTED],
        "merged": counts[Status.MERGED],
        "decided": len(hours),
        "on_time": sum(each <= READ_WITHIN.total_seconds() / 3600 for each in hours),
    }
    return ended, round(median(hours)) if hours else None


def _acts(db: Session, action: Action, first: datetime, last: datetime) -> int:
    """How often something happened, by the audit trail."""
    name = f"moderation_item.{action.value}"
    there = (AuditEntry.action == name, AuditEntry.at >= first, AuditEntry.at < last)
    return db.scalar(select(func.count()).where(*there)) or 0


def _reasons(db: Session, wanted: ColumnElement[bool]) -> dict[str, int]:
    final = Decision.action.in_([Action.CONFIRM_REFUSAL, Action.REFUSE])
    rows = db.execute(
        select(RefusalReason.code, func.count())
        .join(Decision, Decision.reason_id == RefusalReason.id)
        .join(ModerationItem, ModerationItem.id == Decision.item_id)
        .where(wanted, ModerationItem.status == Status.REFUSED, final)
        .group_by(RefusalReason.code)
        .order_by(RefusalReason.code)
    )
    return dict(rows.all())


def _appeals(db: Session, first: datetime, last: datetime) -> dict[str, int]:
    asked = select(func.count()).where(Appeal.created_at >= first, Appeal.created_at < last)
    rows = db.execute(
        select(Appeal.status, func.count())
        .where(Appeal.decided_at >= first, Appeal.decided_at < last)
        .group_by(Appeal.status)
    )
    judged = dict(rows.all())
    return {
        "appeals": db.scalar(asked) or 0,
        "upheld": judged.get(AppealStatus.UPHELD, 0),
        "overturned": judged.get(AppealStatus.OVERTURNED, 0),
    }


def _notices(db: Session, first: datetime, last: datetime) -> dict[str, int]:
    sent = select(func.count()).where(Notice.created_at >= first, Notice.created_at < last)
    meanwhile = select(func.count()).where(
        NoticeCase.hidden_at >= first, NoticeCase.hidden_at < last
    )
    rows = db.execute(
        select(NoticeCase.status, func.count())
        .where(NoticeCase.decided_at >= first, NoticeCase.decided_at < last)
        .group_by(NoticeCase.status)
    )
    decided = dict(rows.all())
    return {
        "notices": db.scalar(sent) or 0,
        "hidden_meanwhile": db.scalar(meanwhile) or 0,
        "kept": decided.get(NoticeStatus.KEPT, 0),
        "hidden": decided.get(NoticeStatus.HIDDEN, 0),
        "notice_masked": decided.get(NoticeStatus.MASKED, 0),
    }


KNOWN = frozenset(f.name for f in fields(Counts))


def months(db: Session, *, most: int | None = SHOWN) -> list[Month]:
    """What is stored, the newest month first; counts that a newer version wrote are left out."""
    rows = db.scalars(select(RegisterMonth).order_by(RegisterMonth.month.desc()).limit(most))
    return [
        Month(
            row.month,
            Counts(**{name: n for name, n in row.counts.items() if name in KNOWN}),
            row.counted_at,
        )
        for row in rows
    ]


def together(rows: Sequence[Month]) -> Counts:
    """Several months as one; medians can not be added, so there is none."""
    sums: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for row in rows:
        for each in fields(Counts):
            value = getattr(row.counts, each.name)
            if isinstance(value, int) and each.name != "median_hours":
                sums[each.name] = sums.get(each.name, 0) + value
        for code, n in row.counts.reasons.items():
            reasons[code] = reasons.get(code, 0) + n
    return Counts(**sums, reasons=reasons)


def last_month(db: Session) -> Month | None:
    """The month that ended last, once it is counted for good."""
    before = clock.today().replace(day=1)
    row = db.scalar(
        select(RegisterMonth)
        .where(RegisterMonth.month < before)
        .order_by(RegisterMonth.month.desc())
        .limit(1)
    )
    if row is None or _next(row.month) != before:
        return None
    known = {name: n for name, n in row.counts.items() if name in KNOWN}
    found = Month(row.month, Counts(**known), row.counted_at)
    return found if found.is_over else None
