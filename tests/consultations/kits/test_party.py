"""A party: days counted from it, deadlines and the agenda that follow, what partners answer."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.agenda.models import Event
from engage.consultations.kits import party, plan, queries
from engage.consultations.kits.models import Party, PartyTask
from engage.consultations.models import Purpose
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.services import Services
from engage.deadlines.models import Deadline
from engage.reminders import items as reminders
from engage.reminders.commands import ACTS, Given
from engage.reminders.messages import summary
from engage.reminders.models import AnswerKind, Level
from engage.reminders.rules import level_at
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.consultations.kits.making import SATURDAY, held, make_party
from tests.counting import count_statements
from tests.factories import make_organisation, make_person


@pytest.fixture
def council(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


def task(db: Session, found: Party, code: str) -> PartyTask:
    return next(t for t in queries.tasks(db, found.consultation_id) if t.code == code)


def owed(db: Session) -> list[Deadline]:
    open_ = (Deadline.met_at.is_(None), Deadline.withdrawn_at.is_(None))
    return list(db.scalars(select(Deadline).where(*open_).order_by(Deadline.due_at)))


def given_to(db: Session, found: Party, code: str, council: Person, **values: object) -> PartyTask:
    """A task of the plan in the hands of an organisation."""
    row = task(db, found, code)
    partner = make_organisation(db, name="Ville")
    todo = {
        "title": row.title,
        "words": row.words,
        "days": row.days,
        "working": row.working,
        "fixed_on": None,
        "organisation_id": partner.id,
        **values,
    }
    party.change_task(
        db,
        found,
        row,
        party.Todo(**todo),
        version=row.version,
        actor=council,  # type: ignore[arg-type]
    )
    return row


@pytest.mark.parametrize(
    ("days", "working", "expected"),
    [
        (-120, False, date(2026, 6, 5)),
        (-7, False, date(2026, 9, 26)),
        (0, False, SATURDAY),
        (0, True, SATURDAY),
        (3, False, date(2026, 10, 6)),
        (3, True, date(2026, 10, 7)),
        (-1, True, date(2026, 10, 2)),
        (-58, True, date(2026, 7, 15)),
        (-59, True, date(2026, 7, 13)),  # the 14th is a holiday
    ],
)
def test_days_count_from_the_party_with_or_without_weekends_and_holidays(
    days: int, working: bool, expected: date
) -> None:
    assert plan.counted(SATURDAY, days, working=working) == expected


def test_the_template_goes_from_120_days_before_to_15_after(db: Session) -> None:
    found = make_party(db)
    days = [step.days for step in queries.steps(db, found.consultation_id, SATURDAY)]
    assert (days[0], days[-1], len(days)) == (-120, 15, 13)
    codes = {row.code for row in queries.tasks(db, found.consultation_id)}
    assert {"public_space", "insurance", "music", "bar", "declaration", "cleaning"} <= codes
    assert len(queries.needs(db, found.consultation_id)) == 6


def test_the_declaration_falls_between_fifteen_and_three_clear_days_before(db: Session) -> None:
    row = task(db, make_party(db), "declaration")
    due = plan.day_of(row, SATURDAY)
    assert due is not None
    assert timedelta(3) < SATURDAY - due <= timedelta(15)


def test_a_plan_is_made_once_and_of_an_announced_party_only(db: Session, council: Person) -> None:
    found = make_party(db)
    asked = found.consultation_id
    for values in ({"purpose": Purpose.VOTE}, {"purpose": Purpose.PARTY, "is_draft": True}):
        with pytest.raises(Conflict):
            party.prepare(db, make_consultation(db, **values), actor=council)
    with pytest.raises(Conflict):
        party.prepare(db, db.get_one(type(make_consultation(db)), asked), actor=council)


@pytest.mark.parametrize("role", [Role.AGENT, Role.MEDIATOR, Role.ADMIN, None])
def test_only_the_coordinator_and_the_council_organise(db: Session, role: Role | None) -> None:
    found, person = make_party(db), make_person(db, *([role] if role else []))
    row = task(db, found, "music")
    todo = party.Todo({"fr": "Sono"}, {}, -3, False, None, None)
    for act in (
        lambda: party.hold(db, found, held(found), version=found.version, actor=person),
        lambda: party.add_task(db, found, todo, actor=person),
        lambda: party.change_task(db, found, row, todo, version=row.version, actor=person),
        lambda: party.remove_task(db, row, actor=person),
        lambda: party.tick(db, found, row, done=True, actor=person),
    ):
        with pytest.raises(Denied):
            act()


def test_what_an_organisation_owes_moves_with_the_party_until_it_is_done(
    db: Session, council: Person
) -> None:
    found = make_party(db)
    given_to(db, found, "public_space", council)
    bar = given_to(db, found, "bar", council)
    assert owed(db) == []  # no day yet, nothing to count from
    party.hold(db, found, held(found), version=found.version, actor=council)
    assert [clock.local(one.due_at).date() for one in owed(db)] == [
        SATURDAY - timedelta(90),
        SATURDAY - timedelta(25),
    ]
    party.tick(db, found, bar, done=True, actor=council)
    later = SATURDAY + timedelta(7)
    party.hold(db, found, held(found, later), version=found.version, actor=council)
    [left] = owed(db)
    assert (left.title, clock.local(left.due_at).date()) == (
        "Demander la place et le matériel à la Ville",
        later - timedelta(90),
    )
    met = db.scalars(select(Deadline).where(Deadline.subject_id == bar.id)).one()
    assert clock.local(met.due_at).date() == SATURDAY - timedelta(25)


def test_a_fixed_day_stays_and_a_task_of_ones_own_is_not_owed(db: Session, council: Person) -> None:
    found = make_party(db)
    given_to(db, found, "bar", council, fixed_on=date(2026, 9, 1))
    party.hold(db, found, held(found), version=found.version, actor=council)
    party.hold(
        db, found, held(found, SATURDAY + timedelta(9)), version=found.version, actor=council
    )
    assert [clock.local(one.due_at).date() for one in owed(db)] == [date(2026, 9, 1)]
    row = task(db, found, "bar")
    own = party.Todo(row.title, {}, -25, False, None, None)
    party.change_task(db, found, row, own, version=row.version, actor=council)
    assert owed(db) == []


def test_what_is_not_done_after_all_is_owed_again(db: Session, council: Person) -> None:
    found = make_party(db)
    row = given_to(db, found, "bar", council)
    party.hold(db, found, held(found), version=found.version, actor=council)
    party.tick(db, found, row, done=True, actor=council)
    assert owed(db) == []
    party.tick(db, found, row, done=False, actor=council)
    party.tick(db, found, row, done=False, actor=council)
    assert len(owed(db)) == 1
    party.remove_task(db, row, actor=council)
    assert owed(db) == []


def test_the_party_enters_the_agenda_when_it_is_decided_and_moves_there(
    db: Session, council: Person
) -> None:
    found = make_party(db)
    party.hold(db, found, held(found), version=found.version, actor=council)
    assert found.event_id is None
    decided = held(found, decided=True)
    party.hold(db, found, decided, version=found.version, actor=council)
    event = db.get_one(Event, found.event_id)
    assert clock.local(event.starts_at).date() == SATURDAY
    moved = held(found, SATURDAY + timedelta(7), starts=time(15), ends=time(20))
    party.hold(db, found, moved, version=found.version, actor=council)
    assert clock.local(event.starts_at).hour == 15
    assert db.scalars(select(Event.id)).all() == [event.id]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": date(2026, 6, 1)}, "day"),
        ({"ends": time(13), "decided": True}, "ends"),
        ({"place_words": "", "decided": True}, "place_words"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(
    db: Session, council: Person, values: dict[str, object], field: str
) -> None:
    found = make_party(db)
    with pytest.raises(InvalidInput) as refusal:
        party.hold(db, found, held(found, **values), version=found.version, actor=council)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_nothing_is_overwritten_unseen(db: Session, council: Person) -> None:
    found = make_party(db)
    seen = found.version
    party.hold(db, found, held(found), version=seen, actor=council)
    with pytest.raises(Conflict):
        party.hold(db, found, held(found), version=seen, actor=council)
    row = given_to(db, found, "bar", council)
    given = party.Todo(row.title, {}, -1, False, None, None)
    with pytest.raises(Conflict):
        party.change_task(db, found, row, given, version=row.version - 1, actor=council)


def test_a_partner_is_reminded_of_its_task_and_answers(db: Session, council: Person) -> None:
    found = make_party(db)
    row = given_to(db, found, "bar", council)
    party.hold(db, found, held(found), version=found.version, actor=council)
    [deadline] = owed(db)
    [item] = reminders.items(db, [deadline])
    assert item.public_page == f"/concertations/{found.consultation_id}/fete"
    assert (item.what, item.expected) == (row.title["fr"], "à faire pour la fête")
    assert "1 tâche pour la fête" in summary([item], now=clock.now())
    assert level_at(deadline, deadline.due_at - timedelta(30)) is None
    assert level_at(deadline, deadline.due_at - timedelta(20)) is Level.ANNOUNCE
    answer(db, deadline, Given(AnswerKind.PLANNED, clock.today() + timedelta(9)))
    assert (row.done_on, deadline.silenced_until is None) == (None, False)
    answer(db, deadline, Given(AnswerKind.DONE, clock.today()))
    assert (row.done_on, deadline.is_open) == (clock.today(), False)


def answer(db: Session, deadline: Deadline, given: Given) -> None:
    partner = make_organisation(db)
    ACTS[deadline.subject_type](db, partner, deadline, given)


def test_a_task_that_is_not_theirs_comes_back_to_the_organisers(
    db: Session, council: Person
) -> None:
    found = make_party(db)
    row = given_to(db, found, "bar", council)
    party.hold(db, found, held(found), version=found.version, actor=council)
    answer(db, owed(db)[0], Given(AnswerKind.NOT_OURS, note="La préfecture"))
    assert (row.organisation_id, owed(db)) == (None, [])
    party.hold(
        db, found, held(found, SATURDAY + timedelta(7)), version=found.version, actor=council
    )
    assert owed(db) == []


def test_calling_the_party_off_ends_what_is_owed_and_tells_the_agenda(
    db: Session, council: Person
) -> None:
    found = make_party(db)
    given_to(db, found, "bar", council)
    party.hold(db, found, held(found, decided=True), version=found.version, actor=council)
    asked = db.get_one(type(make_consultation(db)), found.consultation_id)
    db.expire(found)
    party.call_off(db, asked, reason="Pas assez de bras.", actor=council)
    assert owed(db) == []
    assert db.get_one(Event, found.event_id).cancel_reason == "Pas assez de bras."


def test_each_act_is_written_down_without_a_word(db: Session, council: Person) -> None:
    found = make_party(db, actor=council)
    party.hold(db, found, held(found), version=found.version, actor=council)
    row = task(db, found, "music")
    party.tick(db, found, row, done=True, actor=council)
    acts = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("party")] == [
        "party.prepare",
        "party.hold",
        "party_task.do",
    ]


def test_the_page_of_a_concertation_says_how_its_party_goes_in_few_statements(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        found, member = make_party(db), make_person(db, Role.COUNCIL)
        bare = make_consultation(db, purpose=Purpose.PARTY).id
    client.get(f"/concertations/{bare}")  # what all pages keep for a minute
    with count_statements(town.database) as counted:
        client.get(f"/concertations/{found.consultation_id}")
    assert "Fait : 0 sur 13" in client.text
    assert len(counted) <= 8
    with count_statements(town.database) as counted:
        client.get(f"/concertations/{found.consultation_id}/fete")
    assert len(counted) <= 8
    client.get(f"/concertations/{bare}")
    assert "Préparer la fête" not in client.text
    client.sign_in(member)
    client.get(f"/concertations/{bare}")
    client.submit(f"/concertations/fete/{bare}", action="/preparer")
    client.get(f"/concertations/{bare}/fete")
    assert "J\N{MINUS SIGN}120" in client.text
