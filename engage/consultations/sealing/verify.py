"""Self-checks of sealed votes: recounted, and nothing left that could join answers to people."""

from collections.abc import Iterator

from sqlalchemy import exists, func, or_, select, text
from sqlalchemy.orm import Session, selectinload

from engage.consultations import final, roll
from engage.consultations.models import (
    Ballot,
    Consultation,
    FinalCounts,
    Question,
    QuestionKind,
    RollEntry,
)
from engage.consultations.sealing import counts, secrets
from engage.consultations.sealing.models import SealedBallot, SealedReceipt
from engage.core.words import ContributionChannel

_SEALED = Consultation.sealed_at.is_not(None)


def check(db: Session) -> Iterator[str]:
    """The faults found, a line each."""
    yield from _nothing_lies_about(db)
    yield from _one_writing(db)
    asked = (
        select(Consultation, FinalCounts)
        .join(FinalCounts, FinalCounts.consultation_id == Consultation.id)
        .options(selectinload(Consultation.questions).selectinload(Question.options))
        .where(_SEALED)
        .order_by(Consultation.id)
    )
    emptied = roll.emptied(db)
    for consultation, stored in db.execute(asked):
        name = f"concertation {consultation.id}"
        if not _adds_up(db, consultation, stored):
            yield f"{name}: the stored counts are not those of its ballots"
        elif consultation.id not in emptied and not _is_of_its_roll(db, consultation, stored):
            yield f"{name}: the stored counts are not those of its roll"


def _nothing_lies_about(db: Session) -> Iterator[str]:
    """No secret and no ballot under its old key once a vote is sealed or cancelled."""
    over = or_(_SEALED, Consultation.cancelled_at.is_not(None))
    for id_ in db.scalars(select(Consultation.id).where(over).order_by(Consultation.id)):
        if secrets.read(db, id_) is not None:
            yield f"concertation {id_}: its secret was not destroyed"
    mine = exists().where(
        Question.consultation_id == Consultation.id, Ballot.question_id == Question.id
    )
    for id_ in db.scalars(select(Consultation.id).where(over, mine).order_by(Consultation.id)):
        yield f"concertation {id_}: ballots are left under their old keys"
    counted = exists().where(FinalCounts.consultation_id == Consultation.id)
    for id_ in db.scalars(select(Consultation.id).where(_SEALED, ~counted)):
        yield f"concertation {id_}: it is sealed and nothing was counted"
    unsealed = exists().where(
        Question.consultation_id == Consultation.id, SealedBallot.question_id == Question.id
    )
    early = select(Consultation.id).where(Consultation.sealed_at.is_(None), unsealed)
    for id_ in db.scalars(early.order_by(Consultation.id)):
        yield f"concertation {id_}: ballots are sealed, but the vote is not"


def _one_writing(db: Session) -> Iterator[str]:
    """PostgreSQL: all sealed ballots of a question were written by one transaction."""
    if db.get_bind().dialect.name != "postgresql":
        return
    for question_id in db.scalars(
        text(
            "SELECT question_id FROM sealed_ballots GROUP BY question_id"
            " HAVING count(DISTINCT xmin::text) > 1 ORDER BY question_id"
        )
    ):
        yield f"question {question_id}: its sealed ballots were written one after the other"


def _adds_up(db: Session, sealed: Consultation, stored: FinalCounts) -> bool:
    """Whether ballots and receipts give the same again."""
    ids = [question.id for question in sealed.questions]
    try:
        again = counts.outcomes(db, sealed.questions)
    except ValueError:  # a ballot that cannot be counted
        return False
    ballots, receipts = _numbers(db, SealedBallot, ids), _numbers(db, SealedReceipt, ids)
    told = {row[0]: row[1:] for row in stored.counts["receipts"]}
    return final.outcomes(stored.counts) == again and all(
        id_ in told
        and receipts.get(id_, 0) == told[id_][0]
        and ballots.get(id_, 0) == sum(told[id_])
        for id_ in ids
    )


def _numbers(
    db: Session, model: type[SealedBallot] | type[SealedReceipt], question_ids: list[int]
) -> dict[int, int]:
    mine = model.question_id.in_(question_ids)
    rows = select(model.question_id, func.count()).where(mine).group_by(model.question_id)
    return dict(db.execute(rows).all())


def _is_of_its_roll(db: Session, sealed: Consultation, stored: FinalCounts) -> bool:
    """Whether the roll gives the same turnout, and a right used for each ballot not on paper."""
    given = select(RollEntry.question_id, func.count()).where(
        RollEntry.consultation_id == sealed.id, RollEntry.channel != ContributionChannel.PAPER
    )
    rights = dict(db.execute(given.group_by(RollEntry.question_id)).all())
    enough = all(
        question.kind is QuestionKind.TEXT or receipts + lost == rights.get(id_, 0)
        for question in sealed.questions
        for id_, receipts, _paper, lost in stored.counts["receipts"]
        if id_ == question.id
    )
    return enough and stored.counts["channels"] == counts.channels(db, sealed.id)
