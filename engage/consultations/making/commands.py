"""Writes of making a concertation: begin a draft, change a part of it, announce, drop it.

Before anything changes, the row is read again and locked in the transaction that writes: between
the form and the click the vote may have come too near.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Column, Select, Table, delete, exists, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations import roll
from engage.consultations.kits import party
from engage.consultations.making import checks, history, policy, queries, questions
from engage.consultations.making.drafts import (
    Calendar,
    Draft,
    Part,
    Texts,
    Voters,
    Wording,
)
from engage.consultations.making.models import ChangeKind, ConsultationChange
from engage.consultations.models import Consultation, Option, Question, VotingCode
from engage.consultations.outcome import deadline
from engage.consultations.policy import can_announce
from engage.core import audit, clock
from engage.core.db import Base
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.policy import require

PARTS = {Wording: "wording", Voters: "voters", Calendar: "calendar"}
"""How the public history and the journal name what a step writes."""


def create(db: Session, draft: Draft, *, actor: Person) -> Consultation:
    """Begin a concertation that only those who make some see; nothing is checked yet."""
    require(policy.can_make, actor)
    made = Consultation(is_draft=True, decision_statement={}, questions=[])
    for part in (draft.wording, draft.voters, draft.calendar):
        _write(made, part)
    for position, asked in enumerate(draft.questions, 1):
        made.questions.append(questions.made(asked, position))
    db.add(made)
    db.flush()
    audit.record(db, "consultation.draft", made, actor_id=actor.id)
    return made


def _write(consultation: Consultation, part: Part) -> None:
    for field in fields(part):
        setattr(consultation, field.name, getattr(part, field.name))


def edit(
    db: Session, consultation: Consultation, part: Part, *, version: int, actor: Person
) -> None:
    """Write one part anew (`consultation` with its questions); `version` is that of the form.

    Raises `Conflict` once people may vote soon, or when somebody else changed it meanwhile, and
    `InvalidInput` where it is announced and would not hold together any more.
    """
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    if isinstance(part, Voters):
        _check_codes(db, consultation, part)
    if isinstance(part, Calendar):
        _check_calendar(consultation, part)
    _write(consultation, part)
    changed(db, consultation, PARTS[type(part)], actor=actor)


def lock(
    db: Session,
    consultation: Consultation,
    rule: Callable[[Person | None, Consultation, datetime], bool],
    *,
    actor: Person,
    version: int,
) -> None:
    """Hold the row, read all of it again; raises `Denied`, or `Conflict` where `rule` says no."""
    held = select(Consultation.id).where(Consultation.id == consultation.id).with_for_update()
    if db.scalar(held) is None:
        raise NotFound
    queries.consultation(db, consultation.id, again=True)
    policy.require_stage(rule, actor, consultation)
    if consultation.version != version:
        raise Conflict("Quelqu’un a changé cette concertation entre-temps. Relisez-la.")


def _check_codes(db: Session, consultation: Consultation, voters: Voters) -> None:
    """Letters are printed: who votes by which right stands."""
    if voters.electorate is consultation.electorate:
        return
    if _has_codes(db, consultation):
        raise InvalidInput(
            "electorate", "Des codes sont imprimés. La façon de voter ne change plus."
        )


def _has_codes(db: Session, consultation: Consultation) -> bool:
    codes = exists().where(VotingCode.consultation_id == consultation.id)
    return bool(db.scalar(select(codes)))


def _check_calendar(consultation: Consultation, calendar: Calendar) -> None:
    now = clock.now()
    checks.check_years(calendar.opens_at, now)
    checks.check_dates(*(getattr(calendar, field.name) for field in fields(calendar)))
    if consultation.is_draft:
        return
    if calendar.opens_at <= now + policy.SETTLED:
        raise InvalidInput("opens_at", "Le vote ouvre dans une heure au plus tôt.")
    if consultation.announced_at <= now and calendar.announced_at != consultation.announced_at:
        raise InvalidInput("announced_at", "C’est déjà annoncé. Cette date ne change plus.")


def changed(db: Session, consultation: Consultation, part: str, *, actor: Person) -> None:
    """What follows every change: what is announced still holds together, history and journal."""
    if not consultation.is_draft:
        checks.check(consultation)
        deadline.moved(db, consultation)
    history.note(db, consultation, part)
    audit.record(db, "consultation.change", consultation, actor_id=actor.id, part=part)
    db.flush()


def announce(db: Session, consultation: Consultation, *, actor: Person) -> None:
    """Publish a concertation, questions and options included, from its announcement on.

    Raises `InvalidInput` when dates are out of order, when the decision would come later than 30
    days after the closing, when the level of residence is none of ours, or when a question cannot
    be counted or has not exactly one "none of these".
    """
    require(can_announce, actor)
    checks.check(consultation)
    consultation.is_draft = False
    db.add(consultation)
    db.flush()
    audit.record(db, "consultation.announce", consultation, actor_id=actor.id)
    deadline.owe(db, consultation)


def announce_draft(db: Session, consultation: Consultation, *, version: int, actor: Person) -> None:
    """Publish a draft (with its questions and options), now or at its announcement if later.

    Raises `Conflict` when it is announced already and `InvalidInput` on what is missing.
    """
    lock(db, consultation, policy.can_announce_draft, actor=actor, version=version)
    now = clock.now()
    checks.check_opening(consultation, now)
    consultation.announced_at = max(consultation.announced_at, now)
    checks.check_texts(consultation)
    announce(db, consultation, actor=actor)


def extend(
    db: Session,
    consultation: Consultation,
    *,
    closes_at: datetime,
    reason: Texts,
    version: int,
    actor: Person,
) -> None:
    """Let people vote longer, in public and with a reason; the decision moves by as much.

    It stays as many days after the closing as it was, on the town's calendar: thirty at most.
    Raises `InvalidInput` when the new closing is not later, `Conflict` when the vote is over.
    """
    lock(db, consultation, policy.can_extend, actor=actor, version=version)
    before = consultation.closes_at
    if closes_at <= before:
        raise InvalidInput("closes_day", "Choisissez une fin plus tard que celle prévue.")
    if closes_at > before + checks.LONGEST_EXTENSION:
        raise InvalidInput("closes_day", "Trois mois de plus au maximum. Vérifiez l’année.")
    later = checks.wall_time(closes_at) - checks.wall_time(before)
    consultation.closes_at = closes_at
    consultation.decision_due_at = clock.local(consultation.decision_due_at) + later
    roll.hold_departed(db, consultation)
    _tell(db, consultation, ChangeKind.EXTENDED, reason, old=before, new=closes_at)
    audit.record(db, "consultation.extend", consultation, actor_id=actor.id)
    deadline.moved(db, consultation)
    db.flush()


def cancel(
    db: Session, consultation: Consultation, *, reason: Texts, version: int, actor: Person
) -> None:
    """Call it off for good, in public and with a reason; what was answered is never counted.

    Raises `Conflict` once the ballots are sealed: a result is not taken back.
    """
    lock(db, consultation, policy.can_cancel, actor=actor, version=version)
    consultation.cancelled_at = clock.now()
    consultation.cancel_reason = reason["fr"]
    _tell(db, consultation, ChangeKind.CANCELLED, reason)
    audit.record(db, "consultation.cancel", consultation, actor_id=actor.id)
    deadline.withdrawn(db, consultation)
    party.call_off(db, consultation, reason=reason["fr"], actor=actor)
    db.flush()


def _tell(
    db: Session,
    consultation: Consultation,
    kind: ChangeKind,
    reason: Texts,
    *,
    old: datetime | None = None,
    new: datetime | None = None,
) -> None:
    db.add(
        ConsultationChange(
            consultation_id=consultation.id,
            kind=kind,
            on_day=clock.today(),
            old_closes_at=old,
            new_closes_at=new,
            reason=reason,
        )
    )


def drop(db: Session, consultation: Consultation, *, version: int, actor: Person) -> None:
    """Throw a draft away, with all that was typed; what was announced stays for good."""
    lock(db, consultation, policy.can_announce_draft, actor=actor, version=version)
    if _has_codes(db, consultation):
        raise Conflict("Des codes sont imprimés. Annoncez ce brouillon, puis annulez-le.")
    audit.record(db, "consultation.drop", consultation, actor_id=actor.id)
    for table, column in _belonging(Option, Question):
        db.execute(delete(table).where(column.in_(_ids_in(column, consultation.id))))
    for table, column in _belonging(Consultation):
        db.execute(delete(table).where(column == consultation.id))
    db.execute(delete(Consultation).where(Consultation.id == consultation.id))
    db.expire_all()


def _belonging(*models: type[Base]) -> Iterator[tuple[Table, Column[int]]]:
    """The tables that point at these, last made first, each with the column that does."""
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column.table.name in {model.__tablename__ for model in models}:
                yield table, key.parent


def _ids_in(column: Column[int], consultation_id: int) -> Select[int]:
    """The questions, or answers, of a concertation: whatever `column` points at."""
    asked = select(Question.id).where(Question.consultation_id == consultation_id)
    [key] = column.foreign_keys
    if key.column.table.name == Question.__tablename__:
        return asked
    return select(Option.id).where(Option.question_id.in_(asked))
