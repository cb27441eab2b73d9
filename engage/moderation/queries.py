"""Reads of moderation: the queue, one item, its figures, the reasons told to an author."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts.models import Person
from engage.core import clock, masking
from engage.moderation.models import Decision, ModerationItem, RefusalReason
from engage.moderation.policy import OPEN
from engage.moderation.workflow import Action, Status
from engage.proposals.models import Proposal, ProposalRevision
from engage.proposals.queries import Refusal
from engage.territory import queries as territory

LATE = timedelta(hours=48)
QUEUE_PAGE = 20
RECENT = 200
"""How many of the last decisions the mean delay is made of."""


@dataclass(frozen=True)
class Figures:
    """What stands on top of the queue; `delay_hours` is None before the first decision."""

    waiting: int
    second_look: int
    late: int
    delay_hours: int | None


_COUNTS = (
    select(
        ModerationItem.status,
        func.count(),
        func.count().filter(ModerationItem.created_at < bindparam("late_since")),
    )
    .where(ModerationItem.status.in_(OPEN))
    .group_by(ModerationItem.status)
)

_DELAYS = (
    select(ModerationItem.created_at, ModerationItem.decided_at)
    .where(ModerationItem.status.not_in(OPEN))
    .order_by(ModerationItem.id.desc())
    .limit(RECENT)
)


def figures(db: Session, delay_hours: int | None) -> Figures:
    """How the queue is doing; `delay_hours` is what `mean_delay` found, perhaps a minute ago."""
    rows = db.execute(_COUNTS, {"late_since": clock.now() - LATE}).all()
    counts = {status: n for status, n, _late in rows}
    return Figures(
        waiting=counts.get(Status.WAITING, 0),
        second_look=counts.get(Status.SECOND_LOOK, 0),
        late=sum(late for _status, _n, late in rows),
        delay_hours=delay_hours,
    )


def mean_delay(db: Session) -> int | None:
    """The hours between arrival and decision of the last ones decided; None before the first."""
    rows = db.execute(_DELAYS).all()
    hours = [(done - came).total_seconds() / 3600 for came, done in rows if done is not None]
    return round(sum(hours) / len(hours)) if hours else None


@dataclass(frozen=True)
class Line:
    """One item of the list, as one member sees it."""

    id: int
    title: str
    created_at: datetime
    status: Status
    flagged: bool
    held: bool
    own: bool
    judged: bool

    @property
    def is_free(self) -> bool:
        """Whether this member may read it now."""
        return not (self.held or self.own or self.judged)


_QUEUE = (
    select(
        ModerationItem.id,
        ModerationItem.created_at,
        ModerationItem.status,
        ModerationItem.author_id,
        ModerationItem.taken_by_id,
        ModerationItem.taken_until,
        ProposalRevision.title,
        ProposalRevision.body,
        exists()
        .where(
            Decision.item_id == ModerationItem.id, Decision.moderator_id == bindparam("person_id")
        )
        .label("judged"),
    )
    .join(ProposalRevision, ProposalRevision.id == ModerationItem.revision_id)
    .where(ModerationItem.status.in_(OPEN), ModerationItem.id > bindparam("after_id"))
    .order_by(ModerationItem.id)
    .limit(QUEUE_PAGE + 1)
)


def queue(db: Session, person: Person, *, after_id: int = 0) -> tuple[list[Line], int | None]:
    """The oldest open items after `after_id`, and where the list continues."""
    now = clock.now()
    rows = db.execute(_QUEUE, {"person_id": person.id, "after_id": after_id}).all()
    lines = [_line(row, person.id, now) for row in rows[:QUEUE_PAGE]]
    return lines, lines[-1].id if len(rows) > QUEUE_PAGE else None


def _line(row: Any, person_id: int, now: datetime) -> Line:
    held = row.taken_until is not None and row.taken_until > now
    return Line(
        id=row.id,
        title=row.title,
        created_at=row.created_at,
        status=row.status,
        flagged=bool(masking.findings(f"{row.title}\n{row.body}")),
        held=held and row.taken_by_id != person_id,
        own=row.author_id == person_id,
        judged=row.judged,
    )


def item(db: Session, item_id: int) -> ModerationItem | None:
    """One item with its decisions and their reasons."""
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(ModerationItem.id == item_id)
    )


def items_about(
    db: Session, ids: Sequence[int], *, subject_type: str = Proposal.__tablename__
) -> Sequence[ModerationItem]:
    """All that was or is in the queue about these ideas, or things of another type."""
    subject = ModerationItem.subject_type == subject_type
    return db.scalars(
        select(ModerationItem).where(subject, ModerationItem.subject_id.in_(ids))
    ).all()


def item_to_decide(db: Session, item_id: int) -> ModerationItem | None:
    """The same, locked: the second of two members waits and then sees what the first did."""
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(ModerationItem.id == item_id)
        .with_for_update(of=ModerationItem)
    )


def next_free(db: Session, moderator: Person) -> ModerationItem | None:
    """The oldest open item that `moderator` may judge and nobody else reads now.

    Several members may ask at once: each gets another one.
    """
    judged = exists().where(
        Decision.item_id == ModerationItem.id, Decision.moderator_id == moderator.id
    )
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(
            ModerationItem.status.in_(OPEN),
            or_(ModerationItem.author_id.is_(None), ModerationItem.author_id != moderator.id),
            or_(
                ModerationItem.taken_until.is_(None),
                ModerationItem.taken_until <= clock.now(),
                ModerationItem.taken_by_id == moderator.id,
            ),
            ~judged,
        )
        .order_by(ModerationItem.id)
        .limit(1)
        .with_for_update(of=ModerationItem, skip_locked=True)
    )


def reasons(db: Session) -> Sequence[RefusalReason]:
    """Why something may be refused, in the charter's order."""
    return db.scalars(select(RefusalReason).order_by(RefusalReason.position)).all()


def refusal_of(db: Session, proposal: Proposal) -> Refusal | None:
    """The statement of reasons of a refused idea, as its author reads it."""
    decision = db.scalar(
        select(Decision)
        .join(
            ModerationItem,
            and_(
                ModerationItem.id == Decision.item_id,
                ModerationItem.subject_type == proposal.__tablename__,
                ModerationItem.subject_id == proposal.id,
            ),
        )
        .options(joinedload(Decision.reason))
        .where(Decision.action == Action.CONFIRM_REFUSAL)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    if decision is None or decision.reason is None:
        return None
    rule, rules = decision.reason.charter_rule, territory.town(db).charter
    return Refusal(
        decided_on=decision.at,
        reason=decision.reason.label,
        next_step=decision.reason.next_step,
        charter_rule=rule,
        charter_text=rules[rule - 1] if rule and rule <= len(rules) else None,
        excerpt=decision.excerpt,
        note=decision.note,
    )
