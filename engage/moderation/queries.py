"""Reads of moderation: one item, what is known around it, the reasons told to an author."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.discussions.models import Comment
from engage.moderation.appeals_policy import last_day
from engage.moderation.models import Decision, ModerationItem, RefusalReason, Translation
from engage.moderation.workflow import Action, Status
from engage.proposals.models import Proposal
from engage.proposals.queries import Refusal
from engage.territory import queries as territory

NOT_PUBLISHED = {
    Action.CONFIRM_REFUSAL: "two",
    Action.REFUSE: "coordinator",
    Action.REDIRECT: "one",
}
"""The decisions that keep something from being published, and who took them."""


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


def proposed_refusal(item: ModerationItem) -> Decision | None:
    """Why a first member would not publish these words; `item.decisions` must be loaded."""
    proposed = [
        decision
        for decision in item.decisions
        if decision.action is Action.PROPOSE_REFUSAL and decision.revision_id == item.revision_id
    ]
    return proposed[-1] if proposed else None


def disagreement(item: ModerationItem) -> Decision | None:
    """Why a second member would not publish them either, when it is for another reason."""
    others = [
        decision
        for decision in item.decisions
        if decision.action is Action.DISAGREE and decision.revision_id == item.revision_id
    ]
    return others[-1] if others else None


def correction_of(db: Session, subject_type: str, subject_id: int) -> Decision | None:
    """What the author is asked to correct now, with the reason, the passage and a word."""
    return db.scalar(
        select(Decision)
        .join(ModerationItem, ModerationItem.id == Decision.item_id)
        .options(joinedload(Decision.reason))
        .where(
            ModerationItem.subject_type == subject_type,
            ModerationItem.subject_id == subject_id,
            ModerationItem.status == Status.CORRECTION,
            Decision.action == Action.ASK_CORRECTION,
            Decision.revision_id == ModerationItem.revision_id,
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )


def earlier_refusals(db: Session, item: ModerationItem) -> int:
    """How many texts of the same author were not published before; 0 for nobody's."""
    if item.author_id is None:
        return 0
    counted = select(func.count()).where(
        ModerationItem.author_id == item.author_id,
        ModerationItem.status == Status.REFUSED,
        ModerationItem.id != item.id,
    )
    return db.scalar(counted) or 0


def translation(db: Session, item: ModerationItem) -> Translation | None:
    """A mediator's help to read the words as they are now."""
    if not item.translated:
        return None
    return db.scalar(
        select(Translation).where(
            Translation.item_id == item.id, Translation.revision_id == item.revision_id
        )
    )


def reasons(db: Session) -> Sequence[RefusalReason]:
    """Why something may be refused, in the charter's order."""
    return db.scalars(select(RefusalReason).order_by(RefusalReason.position)).all()


def refusal_of(db: Session, refused: Proposal | Comment) -> Refusal | None:
    """The statement of reasons of what was refused, as its author reads it."""
    decision = db.scalar(
        select(Decision)
        .join(
            ModerationItem,
            and_(
                ModerationItem.id == Decision.item_id,
                ModerationItem.subject_type == refused.__tablename__,
                ModerationItem.subject_id == refused.id,
            ),
        )
        .options(joinedload(Decision.reason))
        .where(Decision.action.in_(NOT_PUBLISHED))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return statement(db, decision) if decision is not None else None


def statement(db: Session, decision: Decision) -> Refusal | None:
    """Why somebody's words are not shown as they were sent (DSA, article 17; domaine §8.6)."""
    if decision.reason is None:
        return None
    town = territory.town(db)
    rule, rules = decision.reason.charter_rule, town.charter
    refused = decision.action in NOT_PUBLISHED
    services = [door for door in town.contacts_to_call if door["code"] == decision.contact]
    return Refusal(
        decided_on=decision.at,
        reason=decision.reason.label,
        next_step=decision.reason.next_step,
        charter_rule=rule,
        charter_text=rules[rule - 1] if rule and rule <= len(rules) else None,
        excerpt=decision.excerpt,
        note=decision.note,
        who=NOT_PUBLISHED.get(decision.action, "one"),
        service=services[0] if services else None,
        appeal=f"/nouvelle-lecture/{decision.item_id}" if refused else "",
        appeal_until=last_day(decision.at) if refused else None,
    )
