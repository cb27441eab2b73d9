"""Writes about calls for participation: prepare, change, extend, stop, answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.proposals import call_policy as policy
from engage.proposals import call_queries as queries
from engage.proposals import news
from engage.proposals.call_models import Call
from engage.proposals.news import Happening
from engage.territory.models import Organisation

LONGEST = timedelta(days=366)
"""A call lasts a year at most, extensions included."""

AHEAD = timedelta(days=366)
"""Its first day is within a year."""


@dataclass(frozen=True)
class Asked:
    """What is asked, in words per language, by whom, where and from when until when."""

    title: dict[str, str]
    theme: dict[str, str]
    question: dict[str, str]
    explanation: dict[str, str]
    organisation_id: int
    neighbourhood_id: int | None
    opens_on: date
    closes_on: date


def prepare(db: Session, asked: Asked, *, actor: Person) -> Call:
    """Make a call; it is public from its first day on. Raises `InvalidInput` on bad days."""
    organisation = db.get_one(Organisation, asked.organisation_id)
    require(policy.can_ask_for, actor, organisation)
    _check_days(asked)
    call = Call(
        **vars(asked),
        organisation=organisation,
        answer={},
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    db.add(call)
    db.flush()
    audit.record(db, "call.prepare", call, actor_id=actor.id)
    _owe_answer(db, call)
    return call


def _owe_answer(db: Session, call: Call) -> None:
    """Who asks owes the public answer, and is reminded of it as of everything that is owed."""
    deadlines.owe(
        db,
        DeadlineKind.CALL_ANSWER,
        call,
        organisation_id=call.organisation_id,
        due_at=end_of_day(call.answer_due_on),
        title=call.title["fr"],
    )


def _check_days(asked: Asked) -> None:
    today = clock.today()
    if asked.opens_on < today:
        raise InvalidInput("opens_on", _("Choisissez aujourd’hui ou un jour à venir."))
    if asked.opens_on > today + AHEAD:
        raise InvalidInput("opens_on", _("Choisissez un jour dans l’année qui vient."))
    _check_last_day(asked.opens_on, asked.closes_on)


def _check_last_day(opens_on: date, closes_on: date) -> None:
    if closes_on < opens_on:
        raise InvalidInput("closes_on", _("Le dernier jour vient après le premier."))
    if closes_on - opens_on > LONGEST:
        raise InvalidInput("closes_on", _("Un appel dure un an au plus."))


def change(db: Session, call: Call, asked: Asked, *, version: int, actor: Person) -> None:
    """Write a call anew before its first day."""
    policy.require_stage(policy.can_change_call, actor, call)
    organisation = db.get_one(Organisation, asked.organisation_id)
    require(policy.can_ask_for, actor, organisation)
    _require_seen(call, version)
    _check_days(asked)
    for name, value in vars(asked).items():
        setattr(call, name, value)
    audit.record(db, "call.change", call, actor_id=actor.id)
    _owe_answer(db, call)


def extend(db: Session, call: Call, *, closes_on: date, version: int, actor: Person) -> None:
    """Give residents more days; the first last day stays on the page."""
    policy.require_stage(policy.can_extend_call, actor, call)
    _require_seen(call, version)
    if closes_on <= call.closes_on:
        raise InvalidInput("closes_on", _("Choisissez un jour après le dernier jour actuel."))
    _check_last_day(call.opens_on, closes_on)
    call.first_closes_on = call.first_closes_on or call.closes_on
    call.closes_on = closes_on
    audit.record(db, "call.extend", call, actor_id=actor.id)
    _owe_answer(db, call)


def stop(db: Session, call: Call, *, reason: str, version: int, actor: Person) -> None:
    """End a call before its time, with a reason that everybody reads; its ideas stay."""
    policy.require_stage(policy.can_stop_call, actor, call)
    _require_seen(call, version)
    call.cancelled_at, call.cancel_reason = clock.now(), reason
    audit.record(db, "call.stop", call, actor_id=actor.id)
    deadlines.withdraw_all(db, call)


def answer(
    db: Session,
    call: Call,
    *,
    words: dict[str, str],
    decided_by: str,
    version: int,
    actor: Person,
) -> None:
    """Publish what is done with the ideas, who decides it and why; once, after the last day."""
    policy.require_stage(policy.can_answer_call, actor, call)
    _require_seen(call, version)
    call.answer, call.decided_by = words, decided_by
    call.answered_on, call.answered_by_id = clock.today(), actor.id
    audit.record(db, "call.answer", call, actor_id=actor.id)
    deadlines.meet(db, DeadlineKind.CALL_ANSWER, call)
    for proposal in queries.public_ideas(db, call.id):
        news.tell(db, proposal, Happening.CALL_ANSWERED, actor_id=actor.id, call_id=call.id)


def _require_seen(call: Call, version: int) -> None:
    """Somebody else changed it since the form was shown: nothing is overwritten unseen."""
    if call.version != version:
        raise Conflict(_("Quelqu’un a changé cet appel entre-temps. Relisez-le."))


def answered_by(db: Session, call_id: int | None, *, sent_at: datetime | None) -> int | None:
    """The call that an idea answers; raises `InvalidInput` on "appel" when it takes none now.

    An idea that waited for its author's code since `sent_at` counts by that day. It is kept without
    a call that took none then or was stopped meanwhile: there is no form to go back to.
    """
    if call_id is None:
        return None
    call = queries.call(db, call_id)
    if call is not None and call.is_open(clock.local(sent_at or clock.now()).date()):
        return call.id
    if sent_at is not None:
        return None
    raise InvalidInput("appel", closed())


def closed() -> str:
    """What somebody reads whose idea answers a call that takes no more."""
    return _("Cet appel ne prend plus d’idées. Choisissez-en un autre, ou envoyez sans appel.")
