"""Whom the queue reminds, when, of what; when the coordinator stands in."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.outbox import Later, OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation import commands, reading, rhythms, rota_reminders, rota_standing_in
from engage.moderation.rota import Habits
from engage.moderation.workflow import Status
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item

BASE = "https://quartier.example"


def member(db: Session, name: str, *, until: date | None = None) -> Person:
    return make_person(db, Role.COUNCIL, email=f"{name}@example.org", ends_on=until)


def reminded(db: Session) -> list[str]:
    rows = db.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind.in_([rota_reminders.TO_MEMBER, rota_reminders.TO_COORDINATOR]))
        .order_by(OutboxMessage.id)
    )
    return [row.recipient.partition("@")[0] for row in rows]


def words(db: Session) -> str:
    """The newest reminder as it would leave now."""
    message = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert message is not None
    made = rota_reminders.RENDERERS[message.kind](db, message, BASE)
    return "" if made is None else f"{made.subject} {' '.join(made.text.split())}"


def test_members_hear_after_24_and_48_hours_once_each(db: Session, moment: Moment) -> None:
    member(db, "samira")
    make_item(db)
    moment.forward(hours=23, minutes=59)
    assert rota_reminders.remind(db) == 0
    moment.forward(minutes=1)
    assert rota_reminders.remind(db) == 1
    assert rota_reminders.remind(db) == 0
    moment.forward(hours=2)
    assert rota_reminders.remind(db) == 0
    moment.forward(hours=22)
    assert rota_reminders.remind(db) == 1
    moment.forward(hours=24)  # past 72 h nothing new for members
    assert rota_reminders.remind(db) == 0
    assert reminded(db) == ["samira", "samira"]


def test_several_texts_are_one_message_a_day_with_counts_alone(db: Session, moment: Moment) -> None:
    member(db, "samira")
    for _ in range(3):
        make_item(db, title="Le jardin de Karim")
    moment.forward(hours=25)
    make_item(db)
    rota_reminders.remind(db)
    said = words(db)
    assert "3 textes attendent le conseil citoyen" in said
    assert f"{BASE}/moderation" in said
    assert "Karim" not in said
    moment.forward(hours=24)
    rota_reminders.remind(db)
    assert "4 textes" in words(db)
    assert "3 d’entre eux attendent depuis plus de 48 heures" in words(db)
    assert len(reminded(db)) == 2


def test_quiet_hours_pauses_and_days_off_are_respected(db: Session, moment: Moment) -> None:
    people = {name: member(db, name) for name in ("nuit", "pause", "jeudi", "fini")}
    rhythms.choose(db, Habits(quiet_from=0, quiet_until=0), person=people["nuit"])
    rhythms.choose(db, Habits(paused_until=date(2026, 6, 9)), person=people["pause"])
    rhythms.choose(db, Habits(duty=frozenset({3})), person=people["jeudi"])
    people["fini"].mandates[0].ends_on = date(2026, 6, 2)
    db.flush()
    make_item(db)
    moment.forward(hours=34)  # Wednesday, 20 h
    rota_reminders.remind(db)
    assert reminded(db) == ["nuit"]
    moment.forward(hours=14)  # Thursday, 10 h
    rota_reminders.remind(db)
    assert reminded(db) == ["nuit", "nuit", "jeudi"]


def test_nothing_comes_on_the_weekend_and_all_of_it_on_monday(db: Session, moment: Moment) -> None:
    member(db, "samira")
    moment.forward(days=3, hours=8)  # Friday, 18 h
    make_item(db)
    for _ in range(2):
        moment.forward(days=1)
        assert rota_reminders.remind(db) == 0
    moment.forward(hours=16)  # Monday, 10 h
    assert rota_reminders.remind(db) == 1
    assert "depuis plus de 48 heures" in words(db)


def test_what_a_member_can_not_judge_reminds_them_of_nothing(db: Session, moment: Moment) -> None:
    samira, other = member(db, "samira"), member(db, "omar")
    make_item(db, author=samira)
    stepped, judged = make_item(db), make_item(db)
    reading.recuse(db, stepped, moderator=samira)
    deciding.propose_refusal(db, judged, samira)
    make_item(db, language="ar")
    moment.forward(hours=24)
    rota_reminders.remind(db)
    assert reminded(db) == [other.contact_points[0].value.partition("@")[0]]


def test_what_was_read_meanwhile_is_said_no_more(db: Session, moment: Moment) -> None:
    samira = member(db, "samira")
    item = make_item(db)
    moment.forward(hours=24)
    rota_reminders.remind(db)
    deciding.publish(db, item, samira)
    assert words(db) == ""


def test_a_message_that_was_held_up_waits_for_the_morning(db: Session, moment: Moment) -> None:
    member(db, "samira")
    make_item(db)
    moment.forward(hours=24)
    rota_reminders.remind(db)
    moment.forward(hours=12)
    with pytest.raises(Later):
        words(db)


def test_the_coordinator_hears_at_72_hours_and_of_what_waits_for_them(
    db: Session, moment: Moment
) -> None:
    make_person(db, Role.COORDINATOR, email="claire@example.org")
    make_item(db)
    moment.forward(hours=71)
    assert rota_reminders.remind(db) == 0
    moment.forward(hours=3)
    rota_reminders.remind(db)
    assert reminded(db) == ["claire"]
    assert "1 en retard (72 h)" in words(db)


def test_with_two_members_who_can_read_nobody_stands_in(db: Session) -> None:
    first = member(db, "samira")
    member(db, "omar")
    item = make_item(db)
    deciding.propose_refusal(db, item, first)
    assert rota_standing_in.stand_in(db) == 0
    assert item.status is Status.SECOND_LOOK


@pytest.mark.parametrize("why", ["pause", "mandate", "recusal", "author", "alone"])
def test_without_a_second_member_the_coordinator_is_the_second_reader(
    db: Session, why: str
) -> None:
    first = member(db, "samira")
    second = None if why == "alone" else member(db, "omar")
    item = make_item(db, author=second if why == "author" else None)
    if why == "pause":
        rhythms.choose(db, Habits(paused_until=date(2026, 7, 1)), person=second or first)
    if why == "mandate" and second is not None:
        second.mandates[0].ends_on = date(2026, 6, 1)
        db.flush()
    if why == "recusal" and second is not None:
        reading.recuse(db, item, moderator=second)
    assert rota_standing_in.stand_in(db) == 0  # one member can still be the first reader
    deciding.propose_refusal(db, item, first)
    assert rota_standing_in.stand_in(db) == 1
    assert item.status is Status.TO_COORDINATOR
    claire = make_person(db, Role.COORDINATOR)
    commands.take(db, item, moderator=claire)


def test_without_any_member_the_coordinator_reads(db: Session) -> None:
    item = make_item(db)
    assert rota_standing_in.stand_in(db) == 1
    assert item.status is Status.TO_COORDINATOR


def test_a_pause_ends_in_the_future_within_a_year(db: Session) -> None:
    samira = member(db, "samira")
    for day in (clock.today(), date(2025, 1, 1), date(2028, 1, 1)):
        with pytest.raises(InvalidInput):
            rhythms.choose(db, Habits(paused_until=day), person=samira)


def test_a_member_says_when_on_a_page(app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        samira = make_person(db, Role.COUNCIL)
    browser, address = Browser(app).sign_in(samira), "/moderation/mes-horaires"
    browser.get(address)
    assert browser.page is not None
    assert browser.page.forms[-1].fields["duty"] == [str(day) for day in range(7)]
    browser.submit(
        address,
        {"quiet_from": "22", "quiet_until": "7", "duty": ["2"], "paused_until": "2026-06-20"},
    )
    with town.database.reading() as db:
        assert rota_reminders.habits_of(db, samira.id) == Habits(
            22, 7, False, frozenset({2}), date(2026, 6, 20)
        )
    browser.submit(address, {"paused_until": "2026-06-01"}, 422)
    assert "Choisissez un jour à venir" in browser.text
    for wrong in ({"quiet_from": "24"}, {"duty": "9"}, {"paused_until": "demain"}):
        browser.submit(address, wrong, 422)
