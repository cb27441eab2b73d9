"""The order of the desk: what is owed next is kept with each report and read along an index."""

import re
from datetime import datetime, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from engage.accounts.models import Mandate, Person, Role
from engage.core import clock, migrate
from engage.core.clock import NEVER
from engage.core.db import Database
from engage.core.services import Services
from engage.core.storage import Storage
from engage.deadlines import commands as deadlines
from engage.deadlines import queries as owed
from engage.incidents import commands, desk
from engage.incidents.models import Incident
from engage.incidents.queries import Statement
from engage.ops import verify
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_organisation
from tests.incidents.making import Estate, link_of, make_estate, make_incident, repaired


@pytest.fixture
def estate(db: Session) -> Estate:
    return make_estate(db)


def kept(db: Session, incident: Incident) -> datetime | None:
    return db.scalar(select(Incident.next_due_at).where(Incident.id == incident.id))


def test_the_soonest_open_date_is_kept_through_the_life_of_a_report(
    db: Session, estate: Estate, moment: Moment
) -> None:
    incident = make_incident(db, estate)
    assert kept(db, incident) == NEVER
    commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    first, second = owed.open_deadlines_of(db, incident)
    assert kept(db, incident) == first.due_at < second.due_at
    commands.acknowledge(db, incident, actor=estate.agent)
    assert kept(db, incident) == second.due_at
    deadlines.move(db, second, due_at=second.due_at + timedelta(days=2))
    assert kept(db, incident) == second.due_at
    commands.send_back(db, incident, actor=estate.agent, word="Ce n’est pas chez nous.")
    assert kept(db, incident) == NEVER


def test_a_reopened_report_is_owed_again(
    db: Session, estate: Estate, storage: Storage, moment: Moment
) -> None:
    incident, token = repaired(db, estate, storage)
    assert kept(db, incident) == NEVER
    commands.reopen(db, incident, link=link_of(db, token))
    assert kept(db, incident) == min(d.due_at for d in owed.open_deadlines_of(db, incident))


def all_pages(db: Session, person: Person, state: str = "") -> list[int]:
    found: list[int] = []
    after = ""
    while True:
        page = desk.rows(db, person, state=state, after=after)
        found += [row.id for row in page.rows]
        after = page.next_key
        if not after:
            return found


@pytest.mark.parametrize("state", ["", "urgents", "retard", "a-qualifier"])
def test_the_pages_of_the_desk_hold_each_report_once_in_one_order(
    db: Session, estate: Estate, moment: Moment, state: str
) -> None:
    second = make_organisation(db)
    estate.agent.mandates.append(
        Mandate(role=Role.AGENT, organisation_id=second.id, starts_on=clock.today())
    )
    made = [make_incident(db, estate, "ASC01") for _ in range(23)]
    made += [make_incident(db, estate, assigned=True) for _ in range(22)]
    moment.forward(days=30)
    made += [make_incident(db, estate, "NUI01", assigned=True) for _ in range(3)]
    waiting = [make_incident(db, estate) for _ in range(2)]
    for incident in made[20:25]:
        commands.assign(db, incident, organisation=second, actor=estate.coordinator)
    db.flush()
    due = {incident.id: kept(db, incident) or NEVER for incident in made + waiting}
    tests = {
        "": lambda one: True,
        "urgents": lambda one: one.urgent,
        "retard": lambda one: due[one.id] < clock.now(),
        "a-qualifier": lambda one: one in waiting,
    }
    for person, theirs in ((estate.coordinator, made + waiting), (estate.agent, made)):
        wanted = sorted(
            filter(tests[state], theirs), key=lambda one: (not one.urgent, due[one.id], one.id)
        )
        assert all_pages(db, person, state) == [one.id for one in wanted]


def test_the_numbers_of_the_desk_are_those_of_its_lists(
    db: Session, estate: Estate, storage: Storage, moment: Moment
) -> None:
    make_incident(db, estate, assigned=True)
    make_incident(db, estate, "ASC01")
    repaired(db, estate, storage)
    moment.forward(days=30)
    make_incident(db, estate, "ASC01")
    make_incident(db, estate)
    assert desk.counts(db, estate.coordinator) == desk.Counts(2, 1, 2, 1)
    assert desk.counts(db, estate.agent) == desk.Counts(2, 0, 2, 1)


def test_a_decision_changes_the_numbers_at_once_and_time_within_a_minute(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
    client.sign_in(estate.coordinator).get("/gup")
    assert re.search(r"0\s*urgents", client.text)
    with town.database.transaction() as db:
        make_incident(db, estate, "ASC01")
    client.get("/gup")
    assert re.search(r"1\s*urgents", client.text)
    moment.forward(days=30)
    town.cache.clear()  # as when the minute is over
    client.sign_in(estate.coordinator).get("/gup")
    assert re.search(r"1\s*en retard", client.text)


def test_an_upgrade_finds_what_is_owed_next(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    make_incident(db, estate)
    db.execute(update(Incident).values(next_due_at=NEVER))
    script = ScriptDirectory.from_config(migrate.alembic_config()).get_revision("0002")
    db.execute(text(script.module.NEXT_DUE))
    assert kept(db, incident) == owed.open_deadlines_of(db, incident)[0].due_at


def test_a_date_that_is_not_the_soonest_is_found(town: Services) -> None:
    with town.database.transaction() as db:
        incident = make_incident(db, make_estate(db), assigned=True)
        assert not verify.desk_order(db, town)
        db.execute(update(Incident).values(next_due_at=NEVER))
    with town.database.reading() as db:
        assert len(verify.desk_order(db, town)) == 1
        assert f"incidents {incident.id} " in verify.desk_order(db, town)[0]


@pytest.mark.parametrize("sees_all", [True, False])
@pytest.mark.parametrize("after_urgent", [None, True, False])
@pytest.mark.parametrize("state", ["", "retard", "urgents", "finis"])
def test_a_page_of_the_desk_is_a_piece_of_an_index(
    database: Database, state: str, after_urgent: bool | None, sees_all: bool
) -> None:
    statement = desk._rows(
        state, sees_all=sees_all, by_neighbourhood=False, after_urgent=after_urgent
    )
    plan = plan_of(database, statement)
    index = "ix_incidents_ended" if state == "finis" else "ix_incidents_open"
    assert plan.count(index) == (1 if after_urgent is False else 2)


def plan_of(database: Database, statement: Statement) -> str:
    """How the database would read the rows; PostgreSQL, told not to read and sort small tables."""
    values = {"organisations": [1], "now": clock.now(), "moment": clock.now(), "id": 1}
    with database.reading() as db:
        connection = db.connection()
        asked = statement.compile(connection).construct_expanded_state(values)
        if database.is_sqlite:
            explain, given = "EXPLAIN QUERY PLAN", tuple(map(str, asked.positional_parameters))
            return str(connection.exec_driver_sql(f"{explain} {asked.statement}", given).all())
        for way in ("seqscan", "bitmapscan", "sort"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        found = connection.exec_driver_sql(f"EXPLAIN {asked.statement}", dict(asked.parameters))
        return str(found.all())
