"""Writes of concertations. Casting a ballot leaves no trace but a roll entry and a ballot."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engage.consultations import queries
from engage.consultations.counting.answers import checked
from engage.consultations.models import (
    Consultation,
    Question,
    VotingCode,
    code_of,
)
from engage.consultations.policy import can_vote
from engage.consultations.sealing import lock, secrets
from engage.consultations.standing import DECLARING, Standing
from engage.core import audit, clock
from engage.core.db import Database
from engage.core.errors import Conflict, Denied
from engage.core.i18n import _, moment
from engage.core.policy import require
from engage.core.quick import QuickStatement
from engage.core.secrets import new_printed_code
from engage.core.words import ContributionChannel


class AlreadyVoted(Conflict):
    """This unit has answered in a way that nobody can find again: the answer stands.

    On paper, or before the database was restored from a backup.
    """


class NotOpen(Conflict):
    """The vote is not open yet, over, or cancelled."""


_USE = (
    "INSERT INTO roll_entries (question_id, unit, consultation_id, channel, captured_by_id)"
    " SELECT CAST(:question_id AS INTEGER), CAST(:unit AS VARCHAR(40)), id,"
    " CAST(:channel AS VARCHAR(12)), CAST(:captured_by AS INTEGER) FROM consultations"
    " WHERE id = :consultation_id AND cancelled_at IS NULL AND sealed_at IS NULL"
    " AND NOT is_draft AND opens_at <= :now AND closes_at > :now"
    " AND (:code_id = 0 OR EXISTS (SELECT 1 FROM voting_codes WHERE voting_codes.id = :code_id"
    " AND voting_codes.consultation_id = :consultation_id AND voting_codes.cancelled_at IS NULL))"
)

USE_RIGHT = QuickStatement(f"{_USE} ON CONFLICT DO NOTHING")
"""Checks that the vote is open and the code stands, and takes the right, in one atomic step.

Only for who shares the lock of the vote already.
"""

_DROP_IN = QuickStatement(
    "INSERT INTO ballots (key, question_id, answers) VALUES (:key, :question_id, :answers)"
)

_AT_ONCE = QuickStatement(
    f"WITH used AS ({_USE} AND {lock.TRY} ON CONFLICT DO NOTHING RETURNING question_id)"  # noqa: S608
    " INSERT INTO ballots (key, question_id, answers)"
    " SELECT CAST(:key AS VARCHAR(32)), question_id, CAST(:answers AS JSON) FROM used"
)
"""PostgreSQL: lock, right and ballot in one journey, which touches nothing where one is missing.

It sees what was there when it began, a moment before it had the lock. Nothing can be sealed in
that moment: sealing comes `sealing.commands.AFTER` the closing, and `IN_TIME` is shorter.
"""

IN_TIME = timedelta(minutes=5)

_CHANGE = QuickStatement(
    "UPDATE ballots SET answers = :answers WHERE key = :key AND question_id = :question_id"
)


@dataclass(frozen=True)
class Cast:
    """A vote that is counted; `receipt` finds it in the list that is published after sealing."""

    receipt: str
    changed: bool
    """Whether it took the place of an earlier answer."""


def cast_ballot(
    db: Session,
    question: Question,
    *,
    unit: str,
    choices: Collection[Any],
    standing: Standing = DECLARING,
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by: int | None = None,
) -> Cast:
    """Count the answer of `unit` to `question` (with its options and concertation loaded).

    A second answer takes the place of the first; the channel stays that of the first. `choices`
    are what `counting.answers.checked` takes. `standing` is that of the person, read in this
    transaction; no row of theirs is written or locked here, which would join them to the ballot.
    Raises `NotOpen`, `Denied` (not of this electorate), `InvalidInput` on "choix", `AlreadyVoted`
    (the first answer can't be found). Two rows, and nothing else: no audit, no message, no time.
    What ties them is a key made with a secret outside the database, until the vote is sealed. The
    primary key of the roll decides between two votes of one unit at the same moment.
    """
    require_right(question, unit, standing)
    answers = checked(question, choices)
    secret = secrets.read(db, question.consultation_id)  # before any lock: nobody waits for it
    if secret and db.get_bind().dialect.name == "postgresql":
        values = _ballot(question, unit, answers, secret)
        if _use(_AT_ONCE, db, question, unit, channel, captured_by, **values):
            return Cast(secrets.receipt(secret, question.id, unit), changed=False)
    is_first = take_right(db, question, unit, channel=channel, captured_by=captured_by)
    if not secret:  # made by somebody else meanwhile, or now; a change makes nothing
        find = secrets.read_or_make if is_first else secrets.read
        secret = find(db, question.consultation_id)
    return _put(db, question, unit, answers, secret, is_first=is_first)


def require_right(question: Question, unit: str, standing: Standing) -> None:
    """Raise `NotOpen`, or `Denied` where `unit` is not of this electorate."""
    asked, now = question.consultation, clock.now()
    _require_open(asked.cancelled_at, asked.opens_at, asked.closes_at, now=now)
    require(can_vote, asked, unit, now, standing)


def take_right(
    db: Session,
    question: Question,
    unit: str,
    *,
    channel: ContributionChannel,
    captured_by: int | None,
) -> bool:
    """Note on the roll that `unit` answers, and hold sealing off; False when it did before.

    Raises `NotOpen` and `Denied`: what was loaded before may have changed meanwhile.
    """
    lock.share(db.connection(), question.consultation_id)
    used = _use(USE_RIGHT, db, question, unit, channel, captured_by)
    if not used:
        _require_standing(db, question, unit)
    return used


def _use(
    how: QuickStatement,
    db: Session,
    question: Question,
    unit: str,
    channel: ContributionChannel,
    captured_by: int | None,
    **more: Any,
) -> bool:
    now = clock.now()
    touched = how.run(
        db.connection(),
        question_id=question.id,
        unit=unit,
        consultation_id=question.consultation_id,
        channel=channel.value,
        captured_by=captured_by,
        code_id=code_of(unit),
        now=now,
        **more,
    )
    if clock.now() - now > IN_TIME:
        raise NotOpen(_("C’était trop long. Votre réponse n’est pas comptée. Recommencez."))
    return bool(touched)


def _put(
    db: Session,
    question: Question,
    unit: str,
    answers: list[Any],
    secret: bytes | None,
    *,
    is_first: bool,
) -> Cast:
    """Drop the ballot in, or change the one that lies under the key of this unit."""
    statement = _DROP_IN if is_first else _CHANGE
    values = _ballot(question, unit, answers, secret) if secret else {}
    if not secret or not statement.run(db.connection(), question_id=question.id, **values):
        raise AlreadyVoted(_("Vous avez déjà voté. Votre réponse est comptée."))
    return Cast(secrets.receipt(secret, question.id, unit), changed=not is_first)


def _ballot(question: Question, unit: str, answers: list[Any], secret: bytes) -> dict[str, Any]:
    return {"key": secrets.ballot_key(secret, question.id, unit), "answers": answers}


@dataclass(frozen=True)
class Waited:
    """What met an earlier answer of its voter, by question id."""

    changed: frozenset[int]
    stood: frozenset[int]
    """Those whose earlier answer nobody can find again: it counts."""


def cast_waiting(
    database: Database,
    consultation: Consultation,
    *,
    unit: str,
    answers: Mapping[int, Collection[Any]],
    standing: Callable[[Session], Standing],
    how: Callable[..., Cast] = cast_ballot,
) -> Waited:
    """Count `answers` by question id, each with `how`, which takes what `cast_ballot` takes.

    Each in a transaction of its own: one for all would join the answers of a voter to each other.
    Raises `NotOpen` when nothing could be counted, and what `cast_ballot` raises.
    """
    cast: dict[int, Cast | None] = {}
    for question in consultation.questions:
        if question.id not in answers:
            continue
        try:
            with database.transaction() as db:
                known, choices = standing(db), answers[question.id]
                cast[question.id] = how(db, question, unit=unit, choices=choices, standing=known)
        except AlreadyVoted:
            cast[question.id] = None
        except NotOpen:
            if not any(cast.values()):
                raise
    return Waited(
        frozenset(id_ for id_, vote in cast.items() if vote and vote.changed),
        frozenset(id_ for id_, vote in cast.items() if vote is None),
    )


def _require_standing(db: Session, question: Question, unit: str) -> None:
    """Say why the right can't be used, if so: what was loaded before may have changed meanwhile."""
    dates = db.execute(
        select(Consultation.cancelled_at, Consultation.opens_at, Consultation.closes_at).where(
            Consultation.id == question.consultation_id
        )
    ).one()
    _require_open(*dates, now=clock.now())
    code_id = code_of(unit)
    if code_id and queries.standing_code(db, code_id, question.consultation_id) is None:
        raise Denied(_("Ce code ne vote plus ici. Utilisez la lettre la plus récente."))
    if not queries.answered(db, [question], unit):
        raise NotOpen(_("Le vote n’est plus ouvert. Votre réponse n’est pas comptée."))


def _require_open(
    cancelled_at: datetime | None, opens_at: datetime, closes_at: datetime, *, now: datetime
) -> None:
    """Raise `NotOpen` with a sentence that says why."""
    if cancelled_at is not None:
        raise NotOpen(_("Cette concertation est annulée. Votre réponse n’est pas comptée."))
    if now < opens_at:
        opens = moment(opens_at)
        raise NotOpen(_("Le vote n’est pas encore ouvert. Il ouvre {day}.").format(day=opens))
    if closes_at <= now:
        closed = moment(closes_at)
        raise NotOpen(
            _("Le vote est fini depuis {day}. Votre réponse n’est pas comptée.").format(day=closed)
        )


def make_codes(db: Session, consultation: Consultation, key: bytes, count: int) -> list[str]:
    """Make `count` printed codes, one a dwelling; returned once in plain, kept as hashes only."""
    codes = [new_printed_code() for _number in range(count)]
    keep_codes(db, consultation, key, codes)
    return codes


def keep_codes(db: Session, consultation: Consultation, key: bytes, codes: Sequence[str]) -> None:
    """Let each of `codes` vote once a question; raises `Conflict` where accounts vote."""
    if not consultation.electorate.by_code:
        raise Conflict(_("Ici, on vote avec un compte, sans code."))
    rows = [
        {"consultation_id": consultation.id, "code_hash": queries.code_hash(key, code)}
        for code in codes
    ]
    if rows:
        db.execute(insert(VotingCode), rows)
    audit.record(db, "consultation.make_codes", consultation, count=len(rows))
