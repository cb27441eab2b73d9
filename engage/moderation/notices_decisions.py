"""What the council decides on a reported text: kept, masked or hidden; both sides hear it."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, selectinload

from engage.core import clock
from engage.core.workflow import advance
from engage.moderation import ballots, notices_messages, queries
from engage.moderation.closing import close
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.notices_workflow import TRANSITIONS, Action, Status

KIND = "notices"
"""The subject type of these items in the queue; their subject is the case."""


def keep(db: Session, case: NoticeCase, *, actor_id: int) -> None:
    """The text stays, or comes back; both sides are told."""
    advance(db, case, Action.KEEP, TRANSITIONS, actor_id=actor_id)
    _show(db, case, actor_id)
    decided(db, case)


def show_again(db: Session, case: NoticeCase, *, actor_id: int) -> None:
    """After an appeal: the text comes back, its reporters hear it; the appeal tells the author."""
    advance(db, case, Action.KEEP, TRANSITIONS, actor_id=actor_id)
    _show(db, case, actor_id)
    db.flush()
    notices_messages.tell_reporters(db, case)


def hide(db: Session, case: NoticeCase, *, actor_id: int) -> None:
    """Two members agreed: nobody reads the text any more but its author.

    Nothing else that waits about it, its own first reading or other words, is left to decide.
    """
    advance(db, case, Action.HIDE, TRANSITIONS, actor_id=actor_id)
    text = REPORTABLE[case.subject_type]
    if text.is_public(db, case.subject_id):
        text.hide(db, case.subject_id, actor_id=actor_id)
    ballots.leave(db, case.subject_type, case.subject_id)
    about = queries.items_about(db, [case.subject_id], subject_type=case.subject_type)
    close(db, about, actor_id=actor_id)
    decided(db, case)


def begin_mask(db: Session, case: NoticeCase, *, actor_id: int) -> None:
    """The text is public when masked words take its place: show it first where it is hidden.

    Nobody is left to accept the words as they were.
    """
    advance(db, case, Action.MASK, TRANSITIONS, actor_id=actor_id)
    revision_id = REPORTABLE[case.subject_type].revision(db, case.subject_id)
    about = queries.items_about(db, [case.subject_id], subject_type=case.subject_type)
    close(db, [item for item in about if item.revision_id == revision_id], actor_id=actor_id)
    _show(db, case, actor_id)


def end_mask(db: Session, case: NoticeCase) -> None:
    """The masked words are public; both sides are told."""
    decided(db, case)


def _show(db: Session, case: NoticeCase, actor_id: int | None) -> None:
    text = REPORTABLE[case.subject_type]
    if not text.is_public(db, case.subject_id):
        text.show(db, case.subject_id, actor_id=actor_id)


def decided(db: Session, case: NoticeCase) -> None:
    """Note the day and tell both sides."""
    case.decided_at = clock.now()
    db.flush()
    notices_messages.decided(db, case)


def with_notices() -> Select[NoticeCase]:
    """Cases with their reports, the reasons and who reported."""
    of_notices = selectinload(NoticeCase.notices)
    return select(NoticeCase).options(
        of_notices.joinedload(Notice.reason), of_notices.joinedload(Notice.reporter)
    )


def case(db: Session, case_id: int) -> NoticeCase | None:
    """One case with its reports, their reasons and who reported."""
    return db.scalar(with_notices().where(NoticeCase.id == case_id))


def is_hidden(db: Session, subject_type: str, subject_id: int) -> bool:
    """Whether the council decided that nobody reads this text any more."""
    hidden = exists().where(
        NoticeCase.subject_type == subject_type,
        NoticeCase.subject_id == subject_id,
        NoticeCase.status == Status.HIDDEN,
    )
    return bool(db.scalar(select(hidden)))


def item_of(db: Session, case: NoticeCase) -> ModerationItem | None:
    """The item in which the council reads this case, decisions loaded."""
    return db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(ModerationItem.subject_type == KIND, ModerationItem.subject_id == case.id)
    )


def end(
    db: Session, subject_type: str, subject_ids: Sequence[int], *, actor_id: int | None
) -> list[int]:
    """The texts are gone, taken back by their authors: nothing is left to decide.

    What readers wrote of them goes, too. Returns the ids of all their cases.
    """
    cases = db.scalars(
        select(NoticeCase).where(
            NoticeCase.subject_type == subject_type, NoticeCase.subject_id.in_(subject_ids)
        )
    ).all()
    for case in cases:
        if case.status is Status.OPEN:
            advance(db, case, Action.END, TRANSITIONS, actor_id=actor_id)
            _take_out(db, case, actor_id)
            decided(db, case)
        case.author_id = None
    ids = [case.id for case in cases]
    db.execute(update(Notice).where(Notice.case_id.in_(ids)).values(explanation=""))
    return ids


def refused(db: Session, subject_type: str, subject_id: int, *, actor_id: int) -> None:
    """The text was refused at its own reading: nothing is left to decide; who reported it hears."""
    open_ones = with_notices().where(
        NoticeCase.subject_type == subject_type,
        NoticeCase.subject_id == subject_id,
        NoticeCase.status == Status.OPEN,
    )
    for case in db.scalars(open_ones):
        advance(db, case, Action.END, TRANSITIONS, actor_id=actor_id)
        _take_out(db, case, actor_id)
        decided(db, case)


def is_held_back(db: Session, subject_type: str, subject_id: int) -> bool:
    """Whether reports hide this text: until the council decides on them, or for good."""
    hides = exists().where(
        NoticeCase.subject_type == subject_type,
        NoticeCase.subject_id == subject_id,
        or_(
            NoticeCase.status == Status.HIDDEN,
            and_(NoticeCase.status == Status.OPEN, NoticeCase.hidden_at.is_not(None)),
        ),
    )
    return bool(db.scalar(select(hides)))


def _take_out(db: Session, case: NoticeCase, actor_id: int | None) -> None:
    """Nobody has to read it any more."""
    item = item_of(db, case)
    if item is not None:
        close(db, [item], actor_id=actor_id)
