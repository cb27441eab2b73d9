"""What time removes around moderation: words of comments, alerts, reader reports, appeals."""

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session

from engage.core.words import Visibility
from engage.discussions import forgetting
from engage.discussions.models import Comment
from engage.moderation import forgetting as judgements
from engage.moderation import taking_out
from engage.moderation.alerts_models import Alert
from engage.moderation.appeals_models import Appeal
from engage.moderation.models import ModerationItem
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_workflow import Status as CaseStatus
from engage.privacy import leaving
from engage.privacy.expiry import Due
from engage.proposals import forgetting as ideas
from engage.proposals.models import Proposal


def alerts(db: Session, due: Due) -> int:
    """What was done about an old alert; that there was one, and when, stays."""
    wanted = (Alert.closed_at <= due.limit, Alert.word != "")
    ids = db.scalars(select(Alert.id).where(*wanted).limit(due.most)).all()
    db.execute(update(Alert).where(Alert.id.in_(ids)).values(word=""))
    return len(ids)


def notices(db: Session, due: Due) -> int:
    """Who reported a text and with which words, once it is decided long ago."""
    full = or_(
        Notice.explanation != "",
        Notice.name != "",
        Notice.email != "",
        Notice.reporter_id.is_not(None),
    )
    old = select(NoticeCase.id).where(NoticeCase.decided_at <= due.limit)
    found = select(Notice.id).where(Notice.case_id.in_(old), full).limit(due.most)
    ids = db.scalars(found).all()
    blank = {"explanation": "", "name": "", "email": "", "reporter_id": None}
    db.execute(update(Notice).where(Notice.id.in_(ids)).values(blank))
    return len(ids)


def hidden_ideas(db: Session, due: Due) -> int:
    """Words, photos and author of ideas that two members hid after reports, long ago."""
    hidden = select(NoticeCase.subject_id).where(
        NoticeCase.subject_type == Proposal.__tablename__,
        NoticeCase.status == CaseStatus.HIDDEN,
        NoticeCase.decided_at <= due.limit,
    )
    wanted = (
        Proposal.id.in_(hidden),
        Proposal.visibility == Visibility.HIDDEN,
        Proposal.author_id.is_not(None),
    )
    ids = db.scalars(select(Proposal.id).where(*wanted).limit(due.most)).all()
    ideas.erase(db, ids)
    taking_out.take_out(db, Proposal.__tablename__, ids, actor_id=None)
    leaving.remove_tickets(db, Proposal.__tablename__, ids)
    return len(ids)


def appeals(db: Session, due: Due) -> int:
    """The words of an appeal and of its answer; what came of it stays."""
    full = or_(Appeal.word != "", Appeal.answer != "", Appeal.author_id.is_not(None))
    wanted = and_(Appeal.decided_at <= due.limit, full)
    ids = db.scalars(select(Appeal.id).where(wanted).limit(due.most)).all()
    blank = {"word": "", "answer": "", "author_id": None}
    db.execute(update(Appeal).where(Appeal.id.in_(ids)).values(blank))
    return len(ids)


def refused_comments(db: Session, due: Due) -> int:
    """Words and author of comments that were not published, or hidden since; the reason stays."""
    kind = Comment.__tablename__
    decided = exists().where(
        ModerationItem.subject_type == kind,
        ModerationItem.subject_id == Comment.id,
        ModerationItem.decided_at <= due.limit,
    )
    wanted = (Comment.visibility == Visibility.HIDDEN, Comment.body != "", decided)
    ids = db.scalars(select(Comment.id).where(*wanted).limit(due.most)).all()
    forgetting.erase(db, ids)
    judgements.forget_words(db, ids, subject_type=kind)
    return len(ids)
