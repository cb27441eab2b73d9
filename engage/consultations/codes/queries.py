"""Reads of printed codes: the one in hand, the letters that were made. Never who has used theirs.

There is no list of used codes, for nobody: a dwelling's code tells whether the dwelling voted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.consultations.models import (
    Consultation,
    Question,
    RollEntry,
    VotingCode,
    unit_of_code,
)
from engage.consultations.queries import code_hash
from engage.core.secrets import clean_printed_code


class CodeState(StrEnum):
    """What is told of a code in hand."""

    UNUSED = "unused"
    USED = "used"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Letters:
    """Letters that were made together; `standing` of them are not cancelled, used or not."""

    batch: int
    made: int
    standing: int


def asked(db: Session, consultation_id: int) -> Consultation | None:
    """A concertation for staff, drafts included, with its questions, options and neighbourhood."""
    return db.scalar(
        select(Consultation)
        .options(
            joinedload(Consultation.neighbourhood),
            selectinload(Consultation.questions).selectinload(Question.options),
        )
        .where(Consultation.id == consultation_id)
    )


def in_hand(db: Session, consultation_id: int, key: bytes, typed: str) -> VotingCode | None:
    """The code of this concertation that was typed or scanned; None when there is none."""
    code = clean_printed_code(after_mark(typed))
    if not code:
        return None
    return db.scalar(
        select(VotingCode).where(
            VotingCode.code_hash == code_hash(key, code),
            VotingCode.consultation_id == consultation_id,
        )
    )


def after_mark(typed: str) -> str:
    """The code alone: a scanner that types gives the whole address of the letter's QR code."""
    return typed.rpartition("#")[2].rpartition("=")[2]


def by_number(db: Session, consultation_id: int, batch: int, serial: int) -> VotingCode | None:
    """The code of the letter with this number."""
    return db.scalar(
        select(VotingCode).where(
            VotingCode.consultation_id == consultation_id,
            VotingCode.batch == batch,
            VotingCode.serial == serial,
        )
    )


def state(db: Session, code: VotingCode | None) -> CodeState:
    """Used once one question is answered with it, online or on paper."""
    if code is None:
        return CodeState.UNKNOWN
    if code.cancelled_at is not None:
        return CodeState.CANCELLED
    return CodeState.USED if is_used(db, code) else CodeState.UNUSED


def is_used(db: Session, code: VotingCode) -> bool:
    """Whether the roll holds an entry of this code."""
    mine = exists().where(
        RollEntry.question_id == Question.id, RollEntry.unit == unit_of_code(code.id)
    )
    found = select(Question.id).where(Question.consultation_id == code.consultation_id, mine)
    return db.scalar(found.limit(1)) is not None


def letters(db: Session, consultation_id: int) -> Sequence[Letters]:
    """The letters of each batch, the newest first."""
    rows = db.execute(
        select(
            VotingCode.batch,
            func.count(),
            func.count().filter(VotingCode.cancelled_at.is_(None)),
        )
        .where(VotingCode.consultation_id == consultation_id, VotingCode.batch.is_not(None))
        .group_by(VotingCode.batch)
        .order_by(VotingCode.batch.desc())
    )
    return [Letters(batch or 0, made, standing) for batch, made, standing in rows]


def next_batch(db: Session, consultation_id: int) -> int:
    """The number of the letters to be made next."""
    last = select(func.max(VotingCode.batch)).where(VotingCode.consultation_id == consultation_id)
    return (db.scalar(last) or 0) + 1


def next_serial(db: Session, consultation_id: int, batch: int) -> int:
    """The number of a letter that replaces one of this batch."""
    last = select(func.max(VotingCode.serial)).where(
        VotingCode.consultation_id == consultation_id, VotingCode.batch == batch
    )
    return (db.scalar(last) or 0) + 1
