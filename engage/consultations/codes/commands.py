"""Writes of printed codes: letters, and codes that are lost, spoiled and replaced.

The audit says that codes were made, looked at or cancelled, by whom and how many; never which.
"""

from collections.abc import Sequence

from sqlalchemy import exists, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.codes import queries
from engage.consultations.codes.policy import can_check_code, can_make_letters
from engage.consultations.codes.queries import CodeState
from engage.consultations.models import Consultation, RollEntry, VotingCode, unit_of_code
from engage.consultations.queries import code_hash
from engage.consultations.sealing import lock
from engage.core import audit, clock
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.secrets import new_printed_code

MOST_LETTERS = 1000
"""At a time; more are made in several batches."""


def draw(count: int) -> list[str]:
    """New codes in plain, kept nowhere yet: print them, then `keep_letters`."""
    return [new_printed_code() for _number in range(count)]


def keep_letters(
    db: Session,
    consultation: Consultation,
    codes: Sequence[str],
    *,
    key: bytes,
    batch: int,
    actor: Person,
    first: int = 1,
    neighbourhood_id: int | None = None,
) -> None:
    """Let each of `codes` vote once a question: hashes alone are kept, with the letter's number.

    Numbers run from `first`. Raises `Denied`, and `Conflict` when other letters took the numbers
    meanwhile. Rows are written in the order of their hashes, so that ids do not tell numbers.
    """
    require(can_make_letters, actor, consultation)
    rows = [
        {
            "consultation_id": consultation.id,
            "code_hash": code_hash(key, code),
            "batch": batch,
            "serial": serial,
            "neighbourhood_id": neighbourhood_id or consultation.neighbourhood_id,
        }
        for serial, code in enumerate(codes, first)
    ]
    try:
        db.execute(insert(VotingCode), sorted(rows, key=lambda row: str(row["code_hash"])))
    except IntegrityError:
        raise Conflict(_("D’autres lettres viennent d’être faites. Recommencez.")) from None
    audit.record(
        db, "consultation.make_codes", consultation, actor_id=actor.id, count=len(rows), batch=batch
    )


def check_code(
    db: Session, consultation: Consultation, code: VotingCode | None, *, actor: Person
) -> CodeState:
    """Whether the code in hand is used; that somebody looked is written down, not at which one."""
    require(can_check_code, actor)
    audit.record(db, "consultation.check_code", consultation, actor_id=actor.id)
    return queries.state(db, code)


def cancel_code(
    db: Session, consultation: Consultation, code: VotingCode, *, actor: Person
) -> None:
    """Let a lost or spoiled code vote no more; raises `Conflict` when it has voted or is cancelled.

    Waits for the votes that are being cast: none of them can use the code afterwards.
    """
    require(can_make_letters, actor, consultation)
    lock.alone(db, consultation.id)
    if queries.is_used(db, code):
        raise Conflict(_("Ce code a déjà voté. On ne peut plus l’annuler."))
    gone = db.execute(
        update(VotingCode)
        .where(VotingCode.id == code.id, VotingCode.cancelled_at.is_(None))
        .values(cancelled_at=clock.now())
    )
    if gone.rowcount == 0:  # type: ignore[attr-defined]
        raise Conflict(_("Ce code est déjà annulé."))
    audit.record(db, "consultation.cancel_code", consultation, actor_id=actor.id)


def cancel_batch(db: Session, consultation: Consultation, batch: int, *, actor: Person) -> None:
    """Let no letter of this batch vote that has not yet: their file was lost before printing.

    How many that are is told to nobody: it would be a turnout.
    """
    require(can_make_letters, actor, consultation)
    lock.alone(db, consultation.id)
    ids = [question.id for question in consultation.questions]
    used = exists().where(
        RollEntry.question_id.in_(ids),
        RollEntry.unit == func.concat(unit_of_code(0)[:-1], VotingCode.id),
    )
    db.execute(
        update(VotingCode)
        .where(
            VotingCode.consultation_id == consultation.id,
            VotingCode.batch == batch,
            VotingCode.cancelled_at.is_(None),
            ~used,
        )
        .values(cancelled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    audit.record(db, "consultation.cancel_codes", consultation, actor_id=actor.id, batch=batch)
