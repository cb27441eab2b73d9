"""Writes of concertations. Casting a ballot leaves no trace but a roll entry and a ballot."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.consultations import queries
from engage.consultations.models import (
    Consultation,
    Question,
    QuestionKind,
    VotingCode,
    code_of,
)
from engage.consultations.policy import can_announce, can_decide, can_vote
from engage.consultations.standing import DECLARING, Standing
from engage.core import audit, clock
from engage.core.db import Database
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.i18n import _, label, moment
from engage.core.policy import require
from engage.core.quick import QuickStatement
from engage.core.secrets import new_printed_code
from engage.core.words import ContributionChannel

DECISION_WITHIN = timedelta(days=30)
"""How long after the closing the decision is published at the latest (domain rule)."""


class AlreadyVoted(Conflict):
    """This unit has answered this question: its first answer is counted and stays."""


class NotOpen(Conflict):
    """The vote is not open yet, over, or cancelled."""


_USE_RIGHT = QuickStatement(
    "INSERT INTO roll_entries (question_id, unit, consultation_id, channel, captured_by_id)"
    " SELECT CAST(:question_id AS INTEGER), CAST(:unit AS VARCHAR(40)), id,"
    " CAST(:channel AS VARCHAR(12)), CAST(:captured_by AS INTEGER) FROM consultations"
    " WHERE id = :consultation_id AND cancelled_at IS NULL"
    " AND opens_at <= :now AND closes_at > :now"
    " AND (:code_id = 0 OR EXISTS (SELECT 1 FROM voting_codes WHERE voting_codes.id = :code_id"
    " AND voting_codes.consultation_id = :consultation_id AND voting_codes.cancelled_at IS NULL))"
    " ON CONFLICT DO NOTHING"
)
"""Checks that the vote is open and the code stands, and takes the right, in one atomic step."""

_DROP_IN = QuickStatement(
    "INSERT INTO ballots (key, question_id, answers) VALUES (:key, :question_id, :answers)"
)


def cast_ballot(
    db: Session,
    question: Question,
    *,
    unit: str,
    choices: Collection[int],
    standing: Standing = DECLARING,
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by: int | None = None,
) -> None:
    """Count the answer of `unit` to `question` (with its options and concertation loaded).

    `choices` are option ids. `standing` is that of the person, read in this transaction; no row
    of theirs is written or locked here, which would join them to the ballot. Raises `NotOpen`,
    `Denied` (not of this electorate), `InvalidInput` on "choix", `AlreadyVoted`. Two rows without
    a common key, and nothing else: no audit, no message, no time. Both rows are of one
    transaction; what seals them comes after the closing. The primary key of the roll decides
    between two votes of one unit at the same moment.
    """
    now = clock.now()
    asked = question.consultation
    _require_open(asked.cancelled_at, asked.opens_at, asked.closes_at, now=now)
    require(can_vote, asked, unit, now, standing)
    answers = checked(question, choices)
    connection = db.connection()
    used = _USE_RIGHT.run(
        connection,
        question_id=question.id,
        unit=unit,
        consultation_id=asked.id,
        channel=channel.value,
        captured_by=captured_by,
        code_id=code_of(unit),
        now=now,
    )
    if not used:
        _refuse(db, question, unit, now)
    key = secrets.token_hex(16)
    _DROP_IN.run(connection, key=key, question_id=question.id, answers=answers)


def cast_waiting(
    database: Database,
    consultation: Consultation,
    *,
    unit: str,
    answers: Mapping[int, Collection[int]],
    standing: Callable[[Session], Standing],
) -> frozenset[int]:
    """Count `answers`, option ids by question id; returns the questions answered before.

    Each in a transaction of its own: one for all would join the answers of a voter to each other.
    Raises `NotOpen` when nothing could be counted, and what `cast_ballot` raises.
    """
    before: set[int] = set()
    counted = 0
    for question in consultation.questions:
        if question.id not in answers:
            continue
        try:
            with database.transaction() as db:
                how, choices = standing(db), answers[question.id]
                cast_ballot(db, question, unit=unit, choices=choices, standing=how)
            counted += 1
        except AlreadyVoted:
            before.add(question.id)
        except NotOpen:
            if not counted:
                raise
    return frozenset(before)


def _refuse(db: Session, question: Question, unit: str, now: datetime) -> None:
    """Say why the right could not be used: what was loaded before may have changed meanwhile."""
    dates = db.execute(
        select(Consultation.cancelled_at, Consultation.opens_at, Consultation.closes_at).where(
            Consultation.id == question.consultation_id
        )
    ).one()
    _require_open(*dates, now=now)
    code_id = code_of(unit)
    if code_id and queries.standing_code(db, code_id, question.consultation_id) is None:
        raise Denied(_("Ce code ne vote plus ici. Utilisez la lettre la plus récente."))
    raise AlreadyVoted(_("Vous avez déjà voté. Votre réponse est comptée."))


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


def checked(question: Question, choices: Collection[int]) -> list[int]:
    """The answer as it is kept: option ids, sorted; raises `InvalidInput` on "choix"."""
    chosen = set(choices)
    none_of_these = {option.id for option in question.options if option.is_none}
    if not chosen:
        raise InvalidInput("choix", _("Choisissez une réponse."))
    if not chosen <= {option.id for option in question.options}:
        raise InvalidInput("choix", _("Cette réponse n’est pas dans la liste. Choisissez encore."))
    if chosen & none_of_these and len(chosen) > 1:
        alone = label(next(o.label for o in question.options if o.is_none))
        raise InvalidInput(
            "choix",
            _("Gardez «\xa0{answer}\xa0» tout seul, ou enlevez-le.").format(answer=alone),
        )
    if len(chosen) > question.max_choices:
        raise InvalidInput("choix", _too_many(question, len(chosen)))
    return sorted(chosen)


def _too_many(question: Question, number: int) -> str:
    if question.kind is QuestionKind.SINGLE:
        return _("Choisissez une seule réponse.")
    return _("Choisissez-en {max} au plus. Vous en avez coché {n}.").format(
        max=question.max_choices, n=number
    )


def announce(db: Session, consultation: Consultation, *, actor: Person) -> None:
    """Publish a new concertation, questions and options included.

    Raises `InvalidInput` when dates are out of order, when the decision would come later than 30
    days after the closing, when the level of residence is none of ours, or when a question has not
    exactly one "none of these".
    """
    require(can_announce, actor)
    _check_dates(consultation)
    if consultation.min_residence not in (None, *ResidenceLevel):
        raise InvalidInput("min_residence", _("Cette preuve n’existe pas."))
    for question in consultation.questions:
        _check_question(question)
    db.add(consultation)
    db.flush()
    audit.record(db, "consultation.announce", consultation, actor_id=actor.id)


def _check_dates(consultation: Consultation) -> None:
    dates = (
        consultation.announced_at,
        consultation.opens_at,
        consultation.closes_at,
        consultation.decision_due_at,
    )
    if sorted(dates) != list(dates) or consultation.opens_at == consultation.closes_at:
        raise InvalidInput("closes_at", _("Ces dates ne se suivent pas."))
    if consultation.decision_due_at - consultation.closes_at > DECISION_WITHIN:
        raise InvalidInput(
            "decision_due_at", _("La décision vient 30 jours après le vote au plus.")
        )


def _check_question(question: Question) -> None:
    real = [option for option in question.options if not option.is_none]
    if len(question.options) - len(real) != 1 or not real:
        raise InvalidInput("options", _("Il manque une réponse «\xa0Aucune\xa0»."))
    most = 1 if question.kind is QuestionKind.SINGLE else len(real)
    if not 1 <= question.max_choices <= most:
        raise InvalidInput("max_choices", _("Ce nombre de réponses n’est pas possible."))


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


def publish_decision(
    db: Session, consultation: Consultation, *, statement: dict[str, str], actor: Person
) -> None:
    """Say what was decided and why; only after the closing."""
    require(can_decide, actor, consultation, clock.now())
    consultation.decision_statement = statement
    consultation.decided_on = clock.today()
    audit.record(db, "consultation.decide", consultation, actor_id=actor.id)
