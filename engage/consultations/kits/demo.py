"""The fictive party and works of the demo: a plan half done, helpers, meetings, answers."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.agenda.models import Event
from engage.consultations.kits import helping, party, queries, works, works_queries
from engage.consultations.kits.models import Concern, ConcernKind, Party, PartyTask
from engage.consultations.models import Consultation
from engage.core import clock
from engage.territory.models import Organisation, Place

Row = dict[str, Any]
Made = Mapping[str, Consultation]
SATURDAY = 5


def load(db: Session, data: Row, people: Mapping[str, Person], made: Made) -> list[Concern]:
    """Make both by the real commands; returns the worries that the council has not read yet."""
    _party(db, data["party"], people, made)
    return _works(db, data["works"], people, made)


def _party(db: Session, row: Row, people: Mapping[str, Person], made: Made) -> None:
    organiser = people["conseil"]
    with clock.at(clock.now() - timedelta(days=row["prepared_days_ago"])):
        found = party.prepare(db, made[row["consultation"]], actor=organiser)
        party.hold(db, found, _held(db, row), version=found.version, actor=organiser)
    tasks = {task.code: task for task in queries.tasks(db, found.consultation_id)}
    vote_ends = clock.today() + timedelta(days=row["date_in_days"])
    _change(db, found, tasks["date"], organiser, fixed_on=vote_ends)
    for changed in row["tasks"]:
        _carry_out(db, found, tasks[changed["code"]], changed, organiser)
    _helpers(db, found, row["helpers"], people)


def _held(db: Session, row: Row) -> party.Held:
    """The first Saturday from so many days on."""
    day = clock.today() + timedelta(days=row["prepared_days_ago"] + row["in_days"])
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    return party.Held(
        day=day,
        starts=time.fromisoformat(row["starts"]),
        ends=time.fromisoformat(row["ends"]),
        place_id=db.scalars(select(Place.id).where(Place.code == row["place"])).one(),
        place_words=row["place_words"],
        organisation_id=_organisation(db, row["organisation"]),
        decided=False,
    )


def _organisation(db: Session, code: str) -> int:
    return db.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def _carry_out(db: Session, found: Party, task: PartyTask, row: Row, organiser: Person) -> None:
    if code := row.get("organisation"):
        _change(db, found, task, organiser, organisation_id=_organisation(db, code))
    if days := row.get("done_days_ago"):
        with clock.at(clock.now() - timedelta(days=days)):
            party.tick(db, found, task, done=True, actor=organiser)


def _change(
    db: Session,
    found: Party,
    task: PartyTask,
    organiser: Person,
    *,
    fixed_on: date | None = None,
    organisation_id: int | None = None,
) -> None:
    todo = party.Todo(
        title=task.title,
        words=task.words,
        days=task.days,
        working=task.working,
        fixed_on=fixed_on,
        organisation_id=organisation_id,
    )
    party.change_task(db, found, task, todo, version=task.version, actor=organiser)


def _helpers(db: Session, found: Party, rows: list[Row], people: Mapping[str, Person]) -> None:
    needs = {need.title["fr"]: need.id for need in queries.needs(db, found.consultation_id)}
    for row in rows:
        for code, name in row["names"].items():
            helping.promise(db, needs[row["need"]], name=name, person=people[code])


def _works(db: Session, row: Row, people: Mapping[str, Person], made: Made) -> list[Concern]:
    asked, coordinator = made[row["consultation"]], people["coordinatrice"]
    for met in row["meetings"]:
        _meet(db, asked, met, coordinator)
    return [c for one in row["concerns"] if (c := _raise(db, asked, one, people)) is not None]


def _meet(db: Session, asked: Consultation, row: Row, coordinator: Person) -> None:
    event = db.scalars(select(Event).where(Event.title["fr"].as_string() == row["title"])).one()
    works.add_meeting(db, asked, event, actor=coordinator)
    meeting = works_queries.meeting(db, asked.id, event.id)
    assert meeting is not None, "just added"
    if minutes := row["minutes"]:
        with clock.at(clock.now() - timedelta(days=minutes["days_ago"])):
            version = meeting.version
            works.write_minutes(db, meeting, minutes["text"], version=version, actor=coordinator)


def _raise(
    db: Session, asked: Consultation, row: Row, people: Mapping[str, Person]
) -> Concern | None:
    """The worry, where it waits to be read; else it is published and perhaps answered."""
    raised = works.Raised(ConcernKind(row["kind"]), row["theme"], row["body"])
    with clock.at(clock.now() - timedelta(days=row["days_ago"])):
        made = works.raise_concern(db, asked, raised)
        if row.get("waits"):
            return made
        works.publish(db, made, actor_id=people["conseil2"].id)
        db.flush()
    if given := row["answer"]:
        words = {code: text for code, text in given.items() if code != "days_ago"}
        answered = works.Answered(words, asked.organisation_id or 0, row["theme"])
        with clock.at(clock.now() - timedelta(days=given["days_ago"])):
            by = people["coordinatrice"]
            works.answer(db, made, asked, answered, version=made.version, actor=by)
    return None
