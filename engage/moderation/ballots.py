"""Keeps the answers of votes that are ideas to what is public of these ideas.

Once a vote is open its wording stands: what people answered would mean something else. Only what
the council masks or hides leaves it: masked words, or the number of the idea, stand there then.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engage.consultations.models import Consultation, Option, Question
from engage.core import clock
from engage.core.words import Visibility
from engage.proposals.models import Proposal, ProposalRevision


def follow(db: Session, idea_id: int) -> None:
    """Say what is public of an idea now: its title, or its number while it is hidden."""
    row = db.execute(
        select(Proposal.visibility, ProposalRevision.title, ProposalRevision.language)
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .where(Proposal.id == idea_id)
    ).first()
    if row is None:
        return
    number = {"fr": f"Idée n° {idea_id}"}
    is_public = row.visibility is Visibility.PUBLIC
    for option, is_open in _options(db, idea_id):
        if not is_public:
            option.label = number
        elif not is_open or option.label == number:
            option.label = {"fr": row.title, row.language: row.title}
    db.flush()


def mask(db: Session, idea_id: int, title: str, language: str) -> None:
    """Words of the public idea are masked: they are in every vote, open or not."""
    for option, _is_open in _options(db, idea_id):
        option.label = {"fr": title, language: title}
    db.flush()


def leave(db: Session, subject_type: str, subject_id: int) -> None:
    """What is not public any more, for good, is no answer of a vote that is not open yet."""
    if subject_type != Proposal.__tablename__:
        return
    coming = select(Question.id).join(Question.consultation)
    not_open = coming.where(
        Consultation.is_draft | (Consultation.opens_at > clock.now())
    ).scalar_subquery()
    db.execute(
        delete(Option).where(Option.proposal_id == subject_id, Option.question_id.in_(not_open))
    )


def _options(db: Session, idea_id: int) -> list[tuple[Option, bool]]:
    """The answers that are this idea, with whether their vote has opened."""
    rows = db.execute(
        select(Option, Consultation.opens_at, Consultation.is_draft)
        .join(Question, Question.id == Option.question_id)
        .join(Question.consultation)
        .where(Option.proposal_id == idea_id)
    )
    now = clock.now()
    return [(option, not is_draft and opens_at <= now) for option, opens_at, is_draft in rows]
