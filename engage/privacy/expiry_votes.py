"""What time removes around votes: who promised a hand, words that were not published."""

from sqlalchemy import and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from engage.consultations.kits.models import Concern, Party, PartyHelper, PartyNeed
from engage.consultations.models import Consultation
from engage.consultations.written.models import WrittenAnswer
from engage.core import clock
from engage.core.words import Visibility
from engage.moderation import forgetting as judgements
from engage.moderation.models import ModerationItem
from engage.privacy.expiry import Due


def party_helpers(db: Session, due: Due) -> int:
    """Who promised a hand or a thing, once the party is over or was called off."""
    no_day = and_(Party.day.is_(None), Consultation.closes_at <= due.limit)
    found = (
        select(PartyHelper.need_id, PartyHelper.person_id)
        .join(PartyNeed, PartyNeed.id == PartyHelper.need_id)
        .join(Party, Party.consultation_id == PartyNeed.consultation_id)
        .join(Consultation, Consultation.id == PartyNeed.consultation_id)
        .where(
            or_(
                Party.day < clock.local(due.limit).date(),
                Consultation.cancelled_at <= due.limit,
                no_day,
            )
        )
    )
    rows = db.execute(found.limit(due.most)).all()
    key = tuple_(PartyHelper.need_id, PartyHelper.person_id)
    db.execute(delete(PartyHelper).where(key.in_([tuple(row) for row in rows])))
    return len(rows)


def refused_words(db: Session, due: Due) -> int:
    """Written answers and worries that were not published, or hidden since; the reason stays."""
    models = (WrittenAnswer, Concern)
    return sum(_blank(db, model, due) for model in models)


def _blank(db: Session, model: type[WrittenAnswer] | type[Concern], due: Due) -> int:
    kind = model.__tablename__
    decided = exists().where(
        ModerationItem.subject_type == kind,
        ModerationItem.subject_id == model.id,
        ModerationItem.decided_at <= due.limit,
    )
    wanted = (model.visibility == Visibility.HIDDEN, model.body != "", decided)
    ids = db.scalars(select(model.id).where(*wanted).limit(due.most)).all()
    db.execute(update(model).where(model.id.in_(ids)).values(body=""))
    judgements.forget_words(db, ids, subject_type=kind)
    return len(ids)
