"""Writes about a party: its plan, its day, what is done; deadlines and the agenda follow."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.agenda import commands as agenda
from engage.agenda.models import Event, EventKind
from engage.consultations.kits import plan, queries
from engage.consultations.kits.models import Party, PartyTask
from engage.consultations.kits.policy import can_organise
from engage.consultations.models import Consultation, Purpose
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.territory.models import Organisation

STARTS, ENDS = time(14), time(18)
COUNCIL_KIND = "citizen_body"
"""The kind of organisation that the citizen council is in the contract file: it invites."""

TITLE = {"fr": "La fête du quartier", "ar": "حفل الحي"}
"""What the agenda calls it until its organisers give it another name there."""


@dataclass(frozen=True)
class Held:
    """When and where the party is; `decided` puts it into the agenda."""

    day: date
    starts: time
    ends: time
    place_id: int | None
    place_words: str
    organisation_id: int
    decided: bool


@dataclass(frozen=True)
class Todo:
    """One task: so many days before (negative) or after the party, or on a day of its own."""

    title: dict[str, str]
    words: dict[str, str]
    days: int
    working: bool
    fixed_on: date | None
    organisation_id: int | None


def prepare(db: Session, consultation: Consultation, *, actor: Person) -> Party:
    """Give a party its plan and its list of hands and things, from the template.

    Raises `Conflict` when it has them, when the concertation is no party, or not announced yet.
    """
    require(can_organise, actor)
    if consultation.is_draft:
        raise Conflict(_("Annoncez d’abord la concertation."))
    if consultation.purpose is not Purpose.PARTY or db.get(Party, consultation.id) is not None:
        raise Conflict(_("Cette fête est déjà préparée."))
    party = Party(
        consultation_id=consultation.id,
        starts=STARTS,
        ends=ENDS,
        organisation_id=_who_invites(db, consultation),
    )
    db.add(party)
    db.add_all([*plan.tasks(consultation.id), *plan.needs(consultation.id)])
    db.flush()
    audit.record(db, "party.prepare", consultation, actor_id=actor.id)
    return party


def _who_invites(db: Session, consultation: Consultation) -> int:
    """Who owes the decision, else the council, else whoever the contract names first."""
    if consultation.organisation_id is not None:
        return consultation.organisation_id
    council = (Organisation.kind != COUNCIL_KIND, Organisation.id)
    return db.scalars(select(Organisation.id).order_by(*council).limit(1)).one()


def hold(db: Session, party: Party, held: Held, *, version: int, actor: Person) -> None:
    """Set or move the party; what is not done moves with it, the date of the agenda too.

    Raises `InvalidInput` on days and places that make no sense, `Conflict` when somebody else
    changed it meanwhile.
    """
    require(can_organise, actor)
    if party.version != version:
        raise Conflict(_("Quelqu’un a changé la fête entre-temps. Relisez-la."))
    if held.day < clock.today():
        raise InvalidInput("day", _("Choisissez un jour à venir."))
    for name, value in vars(held).items():
        if name != "decided":
            setattr(party, name, value)
    if held.decided or party.event_id is not None:
        _into_agenda(db, party, actor)
    db.flush()
    audit.record(
        db, "party.hold", db.get_one(Consultation, party.consultation_id), actor_id=actor.id
    )
    for task in queries.tasks(db, party.consultation_id):
        _follow(db, task, party.day)


def _into_agenda(db: Session, party: Party, actor: Person) -> None:
    assert party.day is not None, "a party in the agenda has a day"
    event = db.get(Event, party.event_id) if party.event_id else None
    consultation = db.get_one(Consultation, party.consultation_id)
    planned = agenda.Planned(
        kind=EventKind.PARTY,
        title=event.title if event else TITLE,
        words=event.words if event else consultation.summary,
        neighbourhood_id=consultation.neighbourhood_id,
        place_id=party.place_id,
        place_words=party.place_words,
        starts_at=datetime.combine(party.day, party.starts, clock.zone()),
        ends_at=datetime.combine(party.day, party.ends, clock.zone()),
        organisation_id=party.organisation_id,
    )
    if event is None:
        party.event_id = agenda.add(db, planned, actor=actor).id
    else:
        agenda.change(db, event, planned, version=event.version, actor=actor)


def _follow(db: Session, task: PartyTask, party_day: date | None) -> None:
    """Let the organisation of a task owe it until its day, and nobody owe what is done."""
    day = plan.day_of(task, party_day)
    if task.done_on is not None:
        deadlines.meet(db, DeadlineKind.PARTY_TASK, task, at=_moment(task.done_on))
    elif task.organisation_id is None or day is None:
        deadlines.withdraw_all(db, task)
    else:
        deadlines.owe(
            db,
            DeadlineKind.PARTY_TASK,
            task,
            organisation_id=task.organisation_id,
            due_at=end_of_day(day),
            title=task.title["fr"],
        )


def _moment(day: date) -> datetime:
    """The evening of an earlier day, or now."""
    return min(end_of_day(day), clock.now())


def add_task(db: Session, party: Party, todo: Todo, *, actor: Person) -> PartyTask:
    """Put one more thing into the plan."""
    require(can_organise, actor)
    task = PartyTask(consultation_id=party.consultation_id, **vars(todo))
    db.add(task)
    db.flush()
    audit.record(db, "party_task.add", task, actor_id=actor.id)
    _follow(db, task, party.day)
    return task


def change_task(
    db: Session, party: Party, task: PartyTask, todo: Todo, *, version: int, actor: Person
) -> None:
    """Write a task anew; raises `Conflict` when somebody else changed it meanwhile."""
    require(can_organise, actor)
    if task.version != version:
        raise Conflict(_("Quelqu’un a changé cette tâche entre-temps. Relisez-la."))
    for name, value in vars(todo).items():
        setattr(task, name, value)
    db.flush()
    audit.record(db, "party_task.change", task, actor_id=actor.id)
    _follow(db, task, party.day)


def remove_task(db: Session, task: PartyTask, *, actor: Person) -> None:
    """Take a thing out of the plan: nobody owes it any more."""
    require(can_organise, actor)
    deadlines.withdraw_all(db, task)
    audit.record(db, "party_task.remove", task, actor_id=actor.id)
    db.delete(task)
    db.flush()


def tick(db: Session, party: Party, task: PartyTask, *, done: bool, actor: Person) -> None:
    """Say that a task is done today, or that it is not after all."""
    require(can_organise, actor)
    if (task.done_on is not None) is done:
        return
    if done:
        task.done_on = clock.today()
        audit.record(db, "party_task.do", task, actor_id=actor.id)
    else:
        task.done_on = None
        audit.record(db, "party_task.undo", task, actor_id=actor.id)
    _follow(db, task, party.day)


def note_done(db: Session, task_id: int, *, on: date) -> None:
    """Its organisation answered that it is done; the deadline is met by who takes the answer."""
    task = db.get(PartyTask, task_id)
    if task is not None and task.done_on is None:
        task.done_on = on
        audit.record(db, "party_task.do", task)


def hand_back(db: Session, task_id: int) -> None:
    """Its organisation answered that it is not theirs: the organisers find another one."""
    task = db.get(PartyTask, task_id)
    if task is not None:
        task.organisation_id = None
        audit.record(db, "party_task.hand_back", task)


def call_off(db: Session, consultation: Consultation, *, reason: str, actor: Person) -> None:
    """The concertation is cancelled: nobody owes anything for it, the agenda says why."""
    party = queries.party(db, consultation.id)
    if party is None:
        return
    for task in queries.tasks(db, consultation.id):
        deadlines.withdraw_all(db, task)
    event = party.event
    if event is not None and event.cancelled_at is None and clock.now() < event.ends_at:
        agenda.cancel(db, event, reason=reason, version=event.version, actor=actor)
