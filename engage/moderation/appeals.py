"""Appeals: an author asks once for a new reading, somebody else judges, both decisions are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.workflow import advance
from engage.moderation import appeals_messages, marks, members, trusted
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_policy import (
    ANSWERED_WITHIN,
    can_appeal,
    can_judge_appeal,
    was_involved,
)
from engage.moderation.appeals_workflow import TRANSITIONS, Action, Status
from engage.moderation.masks import masked, of_signs
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Status as ItemStatus

MOST = 50


def ask(db: Session, item: ModerationItem, word: str, *, author: Person) -> Appeal:
    """Ask that somebody else reads it again; raises `Conflict` when that was asked before."""
    require(can_appeal, author, item)
    now = clock.now()
    appeal = Appeal(
        item_id=item.id,
        author_id=author.id,
        status=Status.OPEN,
        word=word,
        created_at=now,
        due_at=now + ANSWERED_WITHIN,
    )
    try:
        with db.begin_nested():
            db.add(appeal)
            db.flush()
    except IntegrityError:
        raise Conflict(_("Vous avez déjà demandé une nouvelle lecture de ce texte.")) from None
    audit.record(db, "appeal.ask", appeal, actor_id=author.id)
    appeals_messages.received(db, appeal)
    return appeal


def uphold(db: Session, appeal: Appeal, *, judge: Person, version: int, answer: str) -> None:
    """The first decision stands; the author reads why. Raises `InvalidInput` without a word."""
    _judge(db, appeal, Action.UPHOLD, judge, version, answer)
    appeals_messages.answered(db, appeal)


def overturn(db: Session, appeal: Appeal, *, judge: Person, version: int, answer: str) -> None:
    """Publish what was refused, show again what was hidden; the first decision stays in writing.

    Raises `Conflict` when the text is gone meanwhile, or its author's later words are public.
    """
    item = _judge(db, appeal, Action.OVERTURN, judge, version, answer)
    if _was_replaced(db, item):
        raise Conflict(_("D’autres mots de l’auteur sont publics depuis."))
    _mask_numbers(db, item, judge)
    trusted.publish(db, item, actor_id=judge.id)
    appeals_messages.answered(db, appeal)


def _was_replaced(db: Session, item: ModerationItem) -> bool:
    """Whether what its author sent later about the same thing was published."""
    later = exists().where(
        ModerationItem.subject_type == item.subject_type,
        ModerationItem.subject_id == item.subject_id,
        ModerationItem.id > item.id,
        ModerationItem.status == ItemStatus.PUBLISHED,
    )
    return bool(db.scalar(select(later)))


def _mask_numbers(db: Session, item: ModerationItem, judge: Person) -> None:
    """Numbers and addresses stay masked whoever publishes: who judges does not see them either.

    A text that was reported is public as a member saw it before.
    """
    if item.subject_type not in REPORTABLE:
        return
    kind = KINDS[item.subject_type]
    reading = kind.read(db, item)
    signs = marks.hidden(lifted=True, official=reading.official)
    title, body = of_signs(reading.title, signs), of_signs(reading.body, signs)
    if title or body:
        words = masked(reading.title, title), masked(reading.body, body)
        kind.mask(db, item, *words, {}, actor_id=judge.id)


def _judge(
    db: Session, appeal: Appeal, action: Action, judge: Person, version: int, answer: str
) -> ModerationItem:
    item = item_of(db, appeal)
    if not can_judge_appeal(judge, appeal, item, nobody_else=nobody_else(db, item)):
        raise Conflict if appeal.status is not Status.OPEN else Denied
    if appeal.version != version:
        raise Conflict
    if not answer.strip():
        raise InvalidInput("answer", _("Expliquez votre choix à l’auteur en une phrase."))
    advance(db, appeal, action, TRANSITIONS, actor_id=judge.id)
    appeal.judge_id, appeal.answer, appeal.decided_at = judge.id, answer, clock.now()
    db.flush()
    return item


def end(db: Session, items: Sequence[ModerationItem], *, actor_id: int | None) -> None:
    """The author took the text back: there is nothing to read again."""
    ids = [item.id for item in items]
    found = select(Appeal).where(Appeal.item_id.in_(ids), Appeal.status == Status.OPEN)
    for appeal in db.scalars(found):
        advance(db, appeal, Action.WITHDRAW, TRANSITIONS, actor_id=actor_id)
        appeal.word, appeal.author_id, appeal.decided_at = "", None, clock.now()
    db.flush()


def nobody_else(db: Session, item: ModerationItem) -> bool:
    """Whether no member who was not in the first decision can read within two days."""
    return not any(
        not was_involved(member.person, item) for member in members.able(db, clock.now())
    )


_DECISIONS = selectinload(ModerationItem.decisions).joinedload(Decision.reason)


def item_of(db: Session, appeal: Appeal) -> ModerationItem:
    """The item with its first decision."""
    wanted = select(ModerationItem).options(_DECISIONS).where(ModerationItem.id == appeal.item_id)
    return db.scalars(wanted).one()


def appealed(db: Session, item_id: int) -> tuple[ModerationItem, Appeal | None] | None:
    """An item with its decisions, and the appeal against them, if any."""
    item = db.scalar(select(ModerationItem).options(_DECISIONS).where(ModerationItem.id == item_id))
    if item is None:
        return None
    return item, db.scalar(select(Appeal).where(Appeal.item_id == item_id))


def appeal(db: Session, appeal_id: int) -> Appeal | None:
    """One appeal, to be looked at."""
    return db.get(Appeal, appeal_id)


def appeal_to_judge(db: Session, appeal_id: int) -> Appeal | None:
    """The same, locked: the second of two who judge sees what the first did."""
    return db.scalar(select(Appeal).where(Appeal.id == appeal_id).with_for_update(of=Appeal))


@dataclass(frozen=True)
class Waiting:
    """An open appeal as one person sees it."""

    appeal: Appeal
    mine_to_judge: bool


def waiting(db: Session, person: Person) -> list[Waiting]:
    """Open appeals, the first due first."""
    rows = db.scalars(
        select(Appeal)
        .join(Appeal.item)
        .options(contains_eager(Appeal.item).options(_DECISIONS))
        .where(Appeal.status == Status.OPEN)
        .order_by(Appeal.due_at, Appeal.id)
        .limit(MOST)
    ).all()
    able = [member.person for member in members.able(db, clock.now())] if rows else []
    return [
        Waiting(
            row,
            can_judge_appeal(
                person,
                row,
                row.item,
                nobody_else=not any(not was_involved(one, row.item) for one in able),
            ),
        )
        for row in rows
    ]


def decided(db: Session) -> Sequence[Appeal]:
    """The appeals judged last."""
    return db.scalars(
        select(Appeal)
        .options(joinedload(Appeal.item))
        .where(Appeal.status.in_([Status.UPHELD, Status.OVERTURNED]))
        .order_by(Appeal.id.desc())
        .limit(MOST)
    ).all()
