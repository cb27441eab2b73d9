"""Writes of making a concertation: begin a draft, change a part of it, announce, drop it.

Before anything changes, the row is read again and locked in the transaction that writes: between
the form and the click the vote may have come too near.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from engage.accounts.models import Person
from engage.consultations.making import checks, policy, questions
from engage.consultations.making.drafts import Calendar, Draft, Part, Voters, Wording
from engage.consultations.making.models import ChangeKind, ConsultationChange
from engage.consultations.models import Consultation, VotingCode
from engage.consultations.policy import can_announce
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
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
    note_change(db, consultation, PARTS[type(part)], actor=actor)


def lock(
    db: Session,
    consultation: Consultation,
    rule: Callable[[Person | None, Consultation, datetime], bool],
    *,
    actor: Person,
    version: int,
) -> None:
    """Read the row again and hold it; raises `Denied`, or `Conflict` where `rule` says no."""
    db.refresh(consultation, with_for_update=True)
    policy.require_stage(rule, actor, consultation)
    if consultation.version != version:
        raise Conflict(_("Quelqu’un a changé cette concertation entre-temps. Relisez-la."))


def _check_codes(db: Session, consultation: Consultation, voters: Voters) -> None:
    """Letters are printed: who votes by which right stands."""
    if voters.electorate is consultation.electorate:
        return
    if db.scalar(select(exists().where(VotingCode.consultation_id == consultation.id))):
        raise InvalidInput(
            "electorate", _("Des codes sont imprimés. La façon de voter ne change plus.")
        )


def _check_calendar(consultation: Consultation, calendar: Calendar) -> None:
    now = clock.now()
    checks.check_years(calendar.opens_at, now)
    checks.check_dates(*(getattr(calendar, field.name) for field in fields(calendar)))
    if consultation.is_draft:
        return
    if calendar.opens_at <= now + policy.SETTLED:
        raise InvalidInput("opens_at", _("Le vote ouvre dans une heure au plus tôt."))
    if consultation.announced_at <= now and calendar.announced_at != consultation.announced_at:
        raise InvalidInput("announced_at", _("C’est déjà annoncé. Cette date ne change plus."))


def note_change(db: Session, consultation: Consultation, part: str, *, actor: Person) -> None:
    """Check what is announced, make a new version of it, and say in public what changed."""
    if not consultation.is_draft:
        checks.check(consultation)
        if consultation.announced_at <= clock.now():
            _tell(db, consultation, part)
    flag_modified(consultation, "title")  # a change of a question is a new version of the whole
    audit.record(db, "consultation.change", consultation, actor_id=actor.id, part=part)
    db.flush()


def _tell(db: Session, consultation: Consultation, part: str) -> None:
    """One line a day and part, however often it was changed."""
    told = select(ConsultationChange.id).where(
        ConsultationChange.consultation_id == consultation.id,
        ConsultationChange.part == part,
        ConsultationChange.on_day == clock.today(),
    )
    if db.scalar(told) is None:
        db.add(
            ConsultationChange(
                consultation_id=consultation.id,
                kind=ChangeKind.CHANGED,
                part=part,
                on_day=clock.today(),
            )
        )


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


def announce_draft(db: Session, consultation: Consultation, *, version: int, actor: Person) -> None:
    """Publish a draft (with its questions and options), now or at its announcement if later.

    Raises `Conflict` when it is announced already and `InvalidInput` on what is missing.
    """
    lock(db, consultation, policy.can_announce_draft, actor=actor, version=version)
    now = clock.now()
    if consultation.opens_at < now:
        raise InvalidInput("opens_at", _("L’ouverture est passée. Changez le calendrier."))
    consultation.announced_at = max(consultation.announced_at, now)
    checks.check_texts(consultation)
    announce(db, consultation, actor=actor)
