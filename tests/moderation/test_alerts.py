"""Somebody is in danger: who is called, when, with which words; who acts; what is left of it."""

from functools import partial
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage import clockwork
from engage.accounts.models import ContactPoint, Person, Role
from engage.core import clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation import alerts, alerts_messages, commands, queue
from engage.moderation.alerts_models import Alert
from engage.moderation.alerts_workflow import TRANSITIONS, Action, Kind
from engage.moderation.alerts_workflow import Status as AlertStatus
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.proposals.ideas import make_item

BASE = "https://quartier.example"
WORDS = "Mon voisin enferme ses enfants"


@pytest.fixture
def member(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


def coordinator(db: Session, name: str, phone: str = "") -> Person:
    person = make_person(db, Role.COORDINATOR, email=f"{name}@example.org", public_name=name)
    if phone:
        now = clock.now()
        db.add(ContactPoint(person_id=person.id, kind="phone", value=phone, verified_at=now))
        db.flush()
    return person


def called(db: Session) -> list[tuple[str, str]]:
    rows = db.scalars(
        select(OutboxMessage).filter_by(kind=alerts_messages.KIND).order_by(OutboxMessage.id)
    )
    return [(row.channel, row.recipient) for row in rows]


def test_the_coordinator_and_the_deputy_are_called_at_once_by_mail_and_sms_at_night(
    db: Session, member: Person, moment: Moment
) -> None:
    moment.forward(hours=17)  # 3 h in the night
    coordinator(db, "claire", "+33639980041")
    coordinator(db, "denis", "+33639980042")
    former = coordinator(db, "ancien")
    former.mandates[0].ends_on = clock.today().replace(day=1)
    alerts.raise_danger(db, make_item(db), member=member)
    assert called(db) == [
        ("email", "claire@example.org"),
        ("sms", "+33639980041"),
        ("email", "denis@example.org"),
        ("sms", "+33639980042"),
    ]
    due = db.scalars(select(OutboxMessage.not_before)).all()
    assert set(due) == {clock.now()}


def test_no_budget_of_the_day_holds_an_alert() -> None:
    assert alerts_messages.KIND in clockwork.NEVER_HELD


def test_the_call_holds_a_link_and_no_word_of_the_text(db: Session, member: Person) -> None:
    coordinator(db, "claire", "+33639980041")
    alerts.raise_danger(db, make_item(db, title=WORDS, text=WORDS), member=member)
    for message in db.scalars(select(OutboxMessage).filter_by(kind=alerts_messages.KIND)):
        made = alerts_messages.render(db, message, BASE)
        assert made is not None
        said = made.subject + made.text
        assert f"{BASE}/moderation/alertes" in said
        assert "voisin" not in said
        if message.channel == "sms":
            assert len(made.text) <= 160


def test_the_item_leaves_the_volunteers_for_the_coordinator(db: Session, member: Person) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    alerts.raise_danger(db, item, member=member)
    assert item.status is Status.TO_COORDINATOR
    assert item.taken_by_id is None
    other = make_person(db, Role.COUNCIL)
    assert commands.take_next(db, moderator=other) is None
    assert queue.queue(db, other, ["fr"])[0] == []


def test_nobody_takes_their_own_text_from_the_volunteers(db: Session, member: Person) -> None:
    item = make_item(db, author=member)
    with pytest.raises(Denied):
        alerts.raise_danger(db, item, member=member)
    alert = alerts.raise_threat(db, item, member=member)
    assert (alert.kind, alert.item_id) == (Kind.THREAT, item.id)
    assert item.status is Status.WAITING


def test_two_who_say_the_same_make_one_alert_and_one_call(db: Session, member: Person) -> None:
    coordinator(db, "claire")
    item = make_item(db)
    first = alerts.raise_danger(db, item, member=member)
    assert alerts.raise_danger(db, item, member=make_person(db, Role.COUNCIL)) is first
    assert len(called(db)) == 1


def test_after_five_alerts_in_an_hour_those_of_one_member_cost_no_more_sms(
    db: Session, member: Person, moment: Moment
) -> None:
    coordinator(db, "claire", "+33639980041")
    for _ in range(7):
        alerts.raise_danger(db, make_item(db), member=member)
    assert [channel for channel, _to in called(db)].count("sms") == 5
    assert [channel for channel, _to in called(db)].count("email") == 7
    moment.forward(hours=1)
    alerts.raise_danger(db, make_item(db), member=member)
    assert called(db)[-1][0] == "sms"


def test_a_threatened_member_needs_no_item(db: Session, member: Person) -> None:
    coordinator(db, "claire")
    alert = alerts.raise_threat(db, None, member=member)
    assert (alert.kind, alert.item_id) == (Kind.THREAT, None)
    item = make_item(db)
    alerts.raise_threat(db, item, member=member)
    assert item.status is Status.TO_COORDINATOR
    message = db.scalars(select(OutboxMessage).filter_by(kind=alerts_messages.KIND)).first()
    assert message is not None
    made = alerts_messages.render(db, message, BASE)
    assert made is not None
    assert "on le menace" in made.text


@pytest.mark.parametrize("role", [None, Role.AGENT, Role.ADMIN])
def test_others_raise_no_alert(db: Session, role: Role | None) -> None:
    person = make_person(db, *([role] if role else []))
    with pytest.raises(Denied):
        alerts.raise_danger(db, make_item(db), member=person)
    with pytest.raises(Denied):
        alerts.raise_threat(db, None, member=person)


def test_one_takes_it_a_deputy_may_take_over_and_says_what_was_done(
    db: Session, member: Person
) -> None:
    claire, denis = coordinator(db, "claire"), coordinator(db, "denis")
    item = make_item(db)
    alert = alerts.raise_danger(db, item, member=member)
    alerts.take(db, alert, person=claire, version=alert.version)
    shown = alert.version
    alerts.take(db, alert, person=denis, version=shown)
    with pytest.raises(Conflict):
        alerts.take(db, alert, person=claire, version=shown)
    with pytest.raises(InvalidInput):
        alerts.close(db, alert, person=denis, version=alert.version, word="  ", give_back=False)
    alerts.close(
        db, alert, person=denis, version=alert.version, word="Appel au 119.", give_back=True
    )
    assert (alert.status, alert.taken_by_id) == (AlertStatus.CLOSED, denis.id)
    assert item.status is Status.WAITING


def test_the_text_may_stay_with_the_coordinator(db: Session, member: Person) -> None:
    claire, item = coordinator(db, "claire"), make_item(db)
    alert = alerts.raise_danger(db, item, member=member)
    alerts.take(db, alert, person=claire, version=alert.version)
    alerts.close(db, alert, person=claire, version=alert.version, word="Vu.", give_back=False)
    assert item.status is Status.TO_COORDINATOR


def test_a_member_does_not_answer_alerts(db: Session, member: Person) -> None:
    alert = alerts.raise_danger(db, make_item(db), member=member)
    with pytest.raises(Denied):
        alerts.take(db, alert, person=member, version=alert.version)
    with pytest.raises(Denied):
        alerts.close(db, alert, person=member, version=alert.version, word="Fait.", give_back=True)


def test_only_the_moves_of_the_table_are_possible(db: Session, member: Person) -> None:
    claire = coordinator(db, "claire")
    for status, action in product(AlertStatus, Action):
        alert = alerts.raise_danger(db, make_item(db), member=member)
        alert.status = status
        db.flush()
        more = {} if action is Action.TAKE else {"word": "Fait.", "give_back": False}
        act = partial(
            alerts.take if action is Action.TAKE else alerts.close,
            db,
            alert,
            person=claire,
            version=alert.version,
            **more,
        )
        if (status, action) in TRANSITIONS:
            act()
            continue
        with pytest.raises(Conflict):
            act()


def test_where_nobody_answers_in_30_minutes_everybody_hears_again_once(
    db: Session, member: Person, moment: Moment
) -> None:
    claire = coordinator(db, "claire")
    make_person(db, Role.ADMIN, email="admin@example.org")
    alert = alerts.raise_danger(db, make_item(db), member=member)
    moment.forward(minutes=29)
    assert alerts.call_again(db) == 0
    moment.forward(minutes=1)
    alerts.call_again(db)
    alerts.call_again(db)
    assert [to for _channel, to in called(db)] == [
        "claire@example.org",
        "claire@example.org",
        "admin@example.org",
    ]
    again = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert again is not None
    made = alerts_messages.render(db, again, BASE)
    assert made is not None
    assert "plus de 30 minutes" in made.text
    alerts.take(db, alert, person=claire, version=alert.version)
    assert alerts_messages.render(db, again, BASE) is None


def test_a_closed_alert_calls_nobody_any_more(db: Session, member: Person) -> None:
    claire = coordinator(db, "claire")
    alert = alerts.raise_danger(db, make_item(db), member=member)
    alerts.take(db, alert, person=claire, version=alert.version)
    alerts.close(db, alert, person=claire, version=alert.version, word="Fait.", give_back=False)
    message = db.scalars(select(OutboxMessage).filter_by(kind=alerts_messages.KIND)).one()
    assert alerts_messages.render(db, message, BASE) is None


@pytest.fixture
def item(town: Services) -> ModerationItem:
    with town.database.transaction() as db:
        return make_item(db, title=WORDS)


@pytest.fixture
def reader(app: Engage, town: Services) -> Browser:
    with town.database.transaction() as db:
        person = make_person(db, Role.COUNCIL, public_name="Samira")
    return Browser(app).sign_in(person)


@pytest.fixture
def desk(app: Engage, town: Services) -> Browser:
    with town.database.transaction() as db:
        person = coordinator(db, "claire", "+33639980041")
    return Browser(app).sign_in(person)


def alarm(reader: Browser, item: ModerationItem) -> None:
    reader.get("/compte")
    token = {"csrf_token": reader.csrf_token()}
    answer = reader.post(f"/moderation/{item.id}/danger", token, expects=303)
    assert answer.headers["Location"] == "/moderation/qui-appeler/danger"


def test_one_tap_shows_whom_to_call_and_tells_the_coordinator(
    reader: Browser, desk: Browser, town: Services, item: ModerationItem
) -> None:
    alarm(reader, item)
    reader.get("/moderation/qui-appeler/danger")
    assert reader.page is not None
    for number in ("15", "17", "112", "119", "3919", "3114"):
        assert f"tel:{number}" in reader.page.links
    assert "sms:114" in reader.page.links
    clockwork.sender(town).deliver_all()
    with town.database.reading() as db:
        sent = db.scalars(select(OutboxMessage).filter_by(kind=alerts_messages.KIND)).all()
        assert {message.delivery for message in sent} <= {Delivery.KEPT, Delivery.SENT}
    desk.get("/moderation/alertes")
    assert "Personne ne s’en occupe" in desk.text
    assert "Samira" in desk.text
    assert WORDS not in desk.text
    assert "à confirmer par le juriste de la ville" in desk.text
    assert "Il n’y a pas de suppléant." in desk.text


def test_the_coordinator_takes_and_closes_with_a_word(
    reader: Browser, desk: Browser, town: Services, item: ModerationItem
) -> None:
    alarm(reader, item)
    desk.submit("/moderation/alertes", action="/prendre")
    desk.get("/moderation/alertes")
    assert "claire s’en occupe" in desk.text
    desk.submit("/moderation/alertes", {"word": " "}, 422, action="/clore")
    assert "Écrivez en quelques mots ce qui a été fait." in desk.text
    desk.submit("/moderation/alertes", {"word": "Appel au 17.", "give_back": "y"}, action="/clore")
    desk.get("/moderation/alertes")
    assert "Aucune alerte en cours" in desk.text
    assert "Appel au 17." in desk.text
    with town.database.reading() as db:
        assert db.scalars(select(ModerationItem.status)).one() is Status.WAITING


def test_a_member_is_threatened_and_sees_whom_to_call(
    reader: Browser, desk: Browser, town: Services
) -> None:
    reader.get("/compte")
    token = {"csrf_token": reader.csrf_token()}
    answer = reader.post("/moderation/menace", token, expects=303)
    reader.get(answer.headers["Location"])
    assert "Elle vous appelle." in reader.text
    desk.get("/moderation/alertes")
    assert "Un membre est menacé" in desk.text
    assert "Appelez ce membre maintenant." in desk.text
    for item in ("x", "-1", "999999999999999999999"):
        reader.post("/moderation/menace", token | {"item": item}, expects=422)
    reader.post("/moderation/menace", token | {"item": "99999"}, expects=404)


def test_the_alerts_are_for_the_coordinator_alone(reader: Browser, item: ModerationItem) -> None:
    alarm(reader, item)
    reader.get("/moderation/alertes", expects=403)


def test_what_was_on_an_old_page_does_not_count(
    reader: Browser, desk: Browser, town: Services, item: ModerationItem
) -> None:
    alarm(reader, item)
    desk.get("/moderation/alertes")
    assert desk.page is not None
    form = desk.page.forms[0]
    desk.post(form.action, form.fields)
    desk.post(form.action, form.fields, expects=409)
    with town.database.reading() as db:
        assert db.scalars(select(Alert.status)).one() is AlertStatus.TAKEN
