"""The coordinator is the second reader where fewer than two members can read within two days."""

from collections.abc import Sequence

from sqlalchemy import case, distinct, func, or_, select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.workflow import advance
from engage.moderation import members
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.workflow import TRANSITIONS, Action

AT_ONCE = 200


def stand_in(db: Session) -> int:
    """Give to the coordinator what no member can read in time; returns how many. Rerun-safe.

    A first reading needs one member, a second one somebody else. Who wrote it, judged these words
    or stepped back does not count, nor whose mandate ends or whose pause lasts longer than two
    days. The register says how often it happened.
    """
    able = [member.person.id for member in members.able(db, clock.now())]
    found = _without_reader(db, able)
    for item in found:
        item.taken_by_id = item.taken_until = None
        advance(db, item, Action.STAND_IN, TRANSITIONS)
    db.flush()
    return len(found)


def _without_reader(db: Session, able: Sequence[int]) -> Sequence[ModerationItem]:
    """Open items on which every able member is out."""
    judged = (
        select(func.count(distinct(Decision.moderator_id)))
        .where(
            Decision.item_id == ModerationItem.id,
            Decision.moderator_id.in_(able),
            or_(
                Decision.revision_id == ModerationItem.revision_id,
                Decision.action == Action.RECUSE,
            ),
        )
        .scalar_subquery()
    )
    wrote = case((ModerationItem.author_id.in_(able), 1), else_=0)
    return db.scalars(
        select(ModerationItem)
        .where(ModerationItem.in_queue, judged + wrote >= len(able))
        .order_by(ModerationItem.id)
        .limit(AT_ONCE)
        .with_for_update(of=ModerationItem, skip_locked=True)
    ).all()
