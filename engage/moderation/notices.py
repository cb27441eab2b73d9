"""Reader reports (DSA, article 16): received, gathered by text, put into the queue, ended."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import audit, clock
from engage.core.policy import require
from engage.moderation import commands, notices_messages
from engage.moderation.alerts import in_charge
from engage.moderation.models import FIRST_TURN, Decision, RefusalReason
from engage.moderation.notices_decisions import KIND, item_of, with_notices
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_policy import ENOUGH, can_report, may_hide, voices
from engage.moderation.notices_targets import REPORTABLE, Target
from engage.moderation.notices_workflow import Status
from engage.moderation.policy import has_judged
from engage.moderation.workflow import Action as QueueAction

FLAG = "reported"


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a text, in good faith; name and address only if the reader wishes."""

    reason: RefusalReason
    explanation: str
    name: str = ""
    email: str = ""
    language: str = "fr"


def send(db: Session, target: Target, complaint: Complaint, *, reporter: Person | None) -> Notice:
    """Receive a report: it joins those of the same text that nobody decided on yet.

    Somebody signed in who reported this text already gets that report back, and of them only the
    number is kept. To who types an address nothing says whether it was typed before: an author
    could ask that way who reported. Raises `Denied` for one's own text.
    """
    require(can_report, reporter, target)
    case = _open_case(db, target)
    earlier = _earlier(case, reporter)
    if earlier is not None:
        return earlier
    notice = Notice(
        case_id=case.id,
        reporter_id=reporter.id if reporter else None,
        name="" if reporter else complaint.name,
        email="" if reporter else complaint.email.casefold(),
        language=complaint.language,
        reason_id=complaint.reason.id,
        explanation=complaint.explanation,
        created_at=clock.now(),
        reason=complaint.reason,
        reporter=reporter,
    )
    case.notices.append(notice)
    db.flush()
    audit.record(db, "notice.send", notice, actor_id=reporter.id if reporter else None)
    _put_into_queue(db, case, reporter)
    _hide_meanwhile(db, case)
    notices_messages.received(db, notice)
    return notice


def _open_case(db: Session, target: Target) -> NoticeCase:
    """The case of this text that is open, or a new one; of two at once the index lets one in."""
    case = _find_open(db, target)
    if case is not None:
        return case
    made = NoticeCase(
        subject_type=target.subject_type,
        subject_id=target.subject_id,
        revision_id=target.revision_id,
        author_id=target.author_id,
        status=Status.OPEN,
        created_at=clock.now(),
        notices=[],
    )
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:
        case = _find_open(db, target)
        assert case is not None
        return case
    return made


def _find_open(db: Session, target: Target) -> NoticeCase | None:
    return db.scalar(
        with_notices()
        .where(
            NoticeCase.subject_type == target.subject_type,
            NoticeCase.subject_id == target.subject_id,
            NoticeCase.status == Status.OPEN,
        )
        .with_for_update(of=NoticeCase)
    )


def _earlier(case: NoticeCase, reporter: Person | None) -> Notice | None:
    """The report that the same account made of this text."""
    if reporter is None:
        return None
    return next((n for n in case.notices if n.reporter_id == reporter.id), None)


def _put_into_queue(db: Session, case: NoticeCase, reporter: Person | None) -> None:
    """The case is one item of the queue, on top from the third reader on.

    A member of the council who reports a text does not judge it, nor does a coordinator while there
    is another one.
    """
    item = item_of(db, case)
    if item is None:
        item = commands.receive(
            db,
            subject_type=KIND,
            subject_id=case.id,
            revision_id=case.revision_id,
            author_id=case.author_id,
            flags=(FLAG,),
        )
    if voices(case.notices) >= ENOUGH:
        item.turn = FIRST_TURN
    if reporter is not None and _stands_back(db, reporter) and not has_judged(reporter, item):
        item.decisions.append(
            Decision(
                item_id=item.id,
                moderator_id=reporter.id,
                revision_id=item.revision_id,
                action=QueueAction.RECUSE,
                at=clock.now(),
            )
        )
    db.flush()


def _stands_back(db: Session, reporter: Person) -> bool:
    if any(mandate.role == "council" for mandate in reporter.mandates):
        return True
    return reporter.holds(Role.COORDINATOR) and len(in_charge(db)) > 1


def _hide_meanwhile(db: Session, case: NoticeCase) -> None:
    """Hide the text until the decision where the rule says so, and tell its author."""
    others = db.execute(
        select(NoticeCase.hidden_at, NoticeCase.status).where(
            NoticeCase.subject_type == case.subject_type,
            NoticeCase.subject_id == case.subject_id,
        )
    ).all()
    hidden = any(row.hidden_at is not None for row in others)
    kept = any(row.status is Status.KEPT for row in others)
    if not may_hide(case.notices, hidden_before=hidden, kept_before=kept):
        return
    text = REPORTABLE[case.subject_type]
    if not text.is_public(db, case.subject_id):
        return
    text.hide(db, case.subject_id, actor_id=None)
    case.hidden_at = clock.now()
    audit.record(db, "notice_case.hide_meanwhile", case)
    db.flush()
    notices_messages.hidden_meanwhile(db, case)
