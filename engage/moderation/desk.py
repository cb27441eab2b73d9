"""How the queue is doing, and how a member reads it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.moderation.models import ModerationItem, Moderator, PendingDecision
from engage.moderation.workflow import Action, Status

LATE = timedelta(hours=48)
RECENT = 200
"""How many of the last decisions the mean delay is made of."""

READ_BY_DEFAULT = frozenset({"fr"})
"""What members read who did not say which languages."""


@dataclass(frozen=True)
class Figures:
    """What stands on top of the queue; `delay_hours` is None before the first decision."""

    waiting: int
    second_look: int
    late: int
    to_translate: int
    delay_hours: int | None


def figures(db: Session, delay_hours: int | None) -> Figures:
    """How the queue is doing; `delay_hours` is what `mean_delay` found, perhaps a minute ago."""
    late = ModerationItem.created_at < clock.now() - LATE
    foreign = and_(~ModerationItem.translated, ModerationItem.language.not_in(READ_BY_DEFAULT))
    rows = db.execute(
        select(
            ModerationItem.status,
            func.count(),
            func.count().filter(late),
            func.count().filter(foreign),
        )
        .where(ModerationItem.in_queue)
        .group_by(ModerationItem.status)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    return Figures(
        waiting=counts.get(Status.WAITING, 0),
        second_look=counts.get(Status.SECOND_LOOK, 0),
        late=sum(row[2] for row in rows),
        to_translate=sum(row[3] for row in rows),
        delay_hours=delay_hours,
    )


def mean_delay(db: Session) -> int | None:
    """The hours between arrival and decision of the last ones decided; None before the first."""
    rows = db.execute(
        select(ModerationItem.created_at, ModerationItem.decided_at)
        .where(ModerationItem.decided_at.is_not(None))
        .order_by(ModerationItem.decided_at.desc())
        .limit(RECENT)
    ).all()
    hours = [(done - came).total_seconds() / 3600 for came, done in rows if done is not None]
    return round(sum(hours) / len(hours)) if hours else None


@dataclass(frozen=True)
class Undo:
    """A decision of the member that can still be taken back."""

    item_id: int
    action: Action


@dataclass(frozen=True)
class Desk:
    """How a member reads: languages, keys of the keyboard, and what can be undone now."""

    languages: frozenset[str]
    shortcuts: bool
    undo: Undo | None


def desk_of(db: Session, person: Person) -> Desk:
    """The member's settings, French alone where nothing was said."""
    row = db.execute(
        select(
            Moderator.languages,
            Moderator.shortcuts,
            PendingDecision.item_id,
            PendingDecision.action,
        )
        .select_from(Person)
        .outerjoin(Moderator, Moderator.person_id == Person.id)
        .outerjoin(
            PendingDecision,
            and_(
                PendingDecision.moderator_id == Person.id,
                PendingDecision.takes_effect_at > clock.now(),
            ),
        )
        .where(Person.id == person.id)
        .order_by(PendingDecision.takes_effect_at.desc())
        .limit(1)
    ).one()
    return Desk(
        languages=frozenset(row.languages) if row.languages else READ_BY_DEFAULT,
        shortcuts=bool(row.shortcuts),
        undo=Undo(row.item_id, row.action) if row.item_id else None,
    )
