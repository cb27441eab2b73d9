"""The agenda: what comes, what changed, and a word the evening before to who asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import ContactPoint, Person, Role
from engage.agenda import commands, jobs, messages, policy, queries
from engage.agenda.commands import Planned
from engage.agenda.models import Event, EventKind, EventReminder
from engage.agenda.queries import Narrowed
from engage.core import clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import Later, OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, make_place, neighbourhood
from tests.proposals.test_views import identify

NEW = "/agenda/nouveau"
BASE = "https://q.example.org"
EVENING = datetime(2026, 6, 4, 15, 30, tzinfo=UTC)
"""17:30 in Paris, the day before the date of `made`."""


def planned(db: Session, **values: Any) -> Planned:
    starts_at = values.pop("starts_at", datetime(2026, 6, 5, 12, tzinfo=UTC))
    return Planned(
        kind=EventKind.WALK,
        title={"fr": "Marche du soir"},
        words=values.pop("words", {}),
        neighbourhood_id=values.pop("neighbourhood_id", neighbourhood(db).id),
        place_id=values.pop("place_id", None),
        place_words=values.pop("place_words", "Devant les jeux"),
        starts_at=starts_at,
        ends_at=values.pop("ends_at", starts_at + timedelta(hours=1)),
        organisation_id=make_organisation(db).id,
    )


@pytest.fixture
def keeper(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, Role.MEDIATOR)


@pytest.fixture
def nour(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, email="nour@example.org")


def made(town: Services, **values: Any) -> Event:
    """A date on Friday 5 June at 14 h."""
    with town.database.transaction() as db:
        starts_at = values.pop("starts_at", datetime(2026, 6, 5, 12, tzinfo=UTC))
        return make_event(db, starts_at=starts_at, **values)


def outbox(db: Session) -> list[OutboxMessage]:
    kinds = list(messages.RENDERERS)
    found = select(OutboxMessage).where(OutboxMessage.kind.in_(kinds))
    return list(db.scalars(found.order_by(OutboxMessage.id)))


def words_of(db: Session, message: OutboxMessage) -> str:
    said = messages.RENDERERS[message.kind](db, message, BASE)
    return "" if said is None else f"{said.subject}\n{said.text}"


def test_mediators_the_council_and_the_coordinator_keep_it_and_nobody_else(db: Session) -> None:
    for role in (Role.MEDIATOR, Role.COUNCIL, Role.COORDINATOR):
        commands.add(db, planned(db), actor=make_person(db, role))
    for person in (make_person(db, Role.AGENT), make_person(db, Role.ADMIN), make_person(db)):
        with pytest.raises(Denied):
            commands.add(db, planned(db), actor=person)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_at": datetime(2026, 6, 5, 12, tzinfo=UTC)}, "ends"),
        ({"starts_at": datetime(2026, 6, 2, 7, tzinfo=UTC)}, "day"),
        ({"starts_at": datetime(2206, 6, 2, 7, tzinfo=UTC)}, "day"),
        ({"place_words": ""}, "place_words"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    db: Session, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        commands.add(db, planned(db, **values), actor=make_person(db, Role.MEDIATOR))
    assert refused.value.field == field


def test_a_place_of_another_neighbourhood_is_refused(db: Session) -> None:
    place, elsewhere = make_place(db), neighbourhood(db, "escales").id
    wrong = planned(db, place_id=place.id, neighbourhood_id=elsewhere)
    with pytest.raises(InvalidInput):
        commands.add(db, wrong, actor=make_person(db, Role.MEDIATOR))


def test_lists_hold_what_comes_by_neighbourhood_and_kind_and_what_is_past(db: Session) -> None:
    here, there = neighbourhood(db).id, neighbourhood(db, "escales").id
    now = clock.now()
    walk = make_event(db, neighbourhood_id=here, kind=EventKind.WALK)
    everywhere = make_event(db, starts_at=now + timedelta(days=1))
    running = make_event(db, neighbourhood_id=there, starts_at=now - timedelta(hours=1))
    over = make_event(db, neighbourhood_id=here, starts_at=now - timedelta(days=9))

    def ids(page: Any) -> list[int]:
        return [event.id for event in page.items]

    assert ids(queries.upcoming(db)) == [running.id, everywhere.id, walk.id]
    assert ids(queries.upcoming(db, Narrowed(here))) == [everywhere.id, walk.id]
    assert ids(queries.upcoming(db, Narrowed(there))) == [running.id, everywhere.id]
    assert ids(queries.upcoming(db, Narrowed(None, EventKind.WALK))) == [walk.id]
    assert ids(queries.past(db)) == [over.id]
    assert [event.id for event in queries.next_ones(db, 2)] == [everywhere.id, walk.id]


def test_pages_continue_where_the_last_one_ended_even_at_the_same_moment(db: Session) -> None:
    now = clock.now()
    coming = [make_event(db, starts_at=now + timedelta(days=1 + n // 9)).id for n in range(25)]
    gone = [make_event(db, starts_at=now - timedelta(days=2 + n // 9)).id for n in range(25)]
    first = queries.upcoming(db)
    second = queries.upcoming(db, after_id=first.next_key)
    assert [e.id for e in [*first.items, *second.items]] == coming
    assert (len(first.items), second.next_key) == (20, None)
    past = queries.past(db)
    rest = queries.past(db, before_id=past.next_key)
    assert sorted(e.id for e in [*past.items, *rest.items]) == gone


def test_a_reminder_leaves_once_the_evening_before(db: Session, moment: Moment) -> None:
    event = make_event(db, starts_at=datetime(2026, 6, 5, 12, tzinfo=UTC))
    person = make_person(db, email="nour@example.org")
    assert commands.ask_reminder(db, event, person=person)
    assert not commands.ask_reminder(db, event, person=person)
    for day, hour, queued in (
        (3, 15, 0),
        (4, 14, 0),
        (4, 15, 1),
        (4, 16, 0),
        (4, 17, 0),
        (5, 15, 0),
    ):
        moment.move_to(datetime(2026, 6, day, hour, 10, tzinfo=UTC))
        assert jobs.remind(db) == queued, (day, hour)
    moment.move_to(EVENING)
    (message,) = outbox(db)
    said = words_of(db, message)
    assert said.startswith("Demain : Stand du bus\n")
    for part in ("vendredi 5 juin 2026, de 14\xa0h à 16\xa0h", f"{BASE}/agenda/arret/"):
        assert part in said
    message.channel = "sms"
    assert len(words_of(db, message)) <= 160


def test_who_asked_twice_after_stopping_is_reminded_once(db: Session, moment: Moment) -> None:
    event, person = make_event(db), make_person(db, email="nour@example.org")
    for act in (commands.ask_reminder, commands.withdraw_reminder, commands.ask_reminder):
        assert act(db, event, person=person)
        db.flush()
    moment.move_to(EVENING)
    assert [jobs.remind(db), jobs.remind(db)] == [1, 0]


def test_nothing_is_sent_to_who_stopped_left_or_has_no_address(db: Session, moment: Moment) -> None:
    event = make_event(db)
    stopped, left, card = (make_person(db, email=f"{n}@example.org") for n in "abc")
    for person in (stopped, left, card):
        commands.ask_reminder(db, event, person=person)
    for point in card.contact_points:
        db.delete(point)
    left.closed_at = clock.now()
    db.flush()
    moment.move_to(EVENING)
    assert jobs.remind(db) == 1
    commands.withdraw_reminder(db, event, person=stopped)
    db.flush()
    assert [words_of(db, message) for message in outbox(db)] == [""]


def test_a_date_called_off_is_told_and_no_reminder_leaves(db: Session, moment: Moment) -> None:
    event, person = make_event(db), make_person(db, email="nour@example.org")
    mediator = make_person(db, Role.MEDIATOR)
    commands.ask_reminder(db, event, person=person)
    moment.move_to(EVENING)
    jobs.remind(db)
    commands.cancel(db, event, reason="Le bus est en panne.", version=event.version, actor=mediator)
    db.flush()
    moment.forward(minutes=5)
    assert jobs.remind(db) == 0
    reminder, notice = outbox(db)
    assert words_of(db, reminder) == ""
    assert words_of(db, notice).startswith("Annulé : Stand du bus\n")
    assert "Le bus est en panne." in words_of(db, notice)
    assert event.sequence == 1
    with pytest.raises(Conflict):
        commands.cancel(db, event, reason="Non.", version=event.version, actor=mediator)
    with pytest.raises(Denied):
        commands.ask_reminder(db, event, person=make_person(db))


def test_another_time_or_place_is_told_and_other_words_are_not(db: Session, moment: Moment) -> None:
    mediator, person = make_person(db, Role.MEDIATOR), make_person(db, email="nour@example.org")
    first = planned(db)
    event = commands.add(db, first, actor=mediator)
    commands.ask_reminder(db, event, person=person)

    def change(**values: Any) -> None:
        nonlocal first
        first = replace(first, **values)
        commands.change(db, event, first, version=event.version, actor=mediator)
        db.flush()
        db.expire(event)

    change()
    assert (event.sequence, outbox(db)) == (0, [])
    change(words={"fr": "Venez."})
    assert (event.sequence, outbox(db)) == (1, [])
    change(starts_at=first.starts_at + timedelta(days=1), ends_at=first.ends_at + timedelta(days=1))
    assert event.sequence == 2
    (notice,) = outbox(db)
    assert "samedi 6 juin 2026" in words_of(db, notice)
    moment.move_to(EVENING)
    assert jobs.remind(db) == 0
    moment.forward(days=1)
    assert jobs.remind(db) == 1


def test_a_word_held_up_waits_for_the_morning_and_says_it_is_today(
    db: Session, moment: Moment
) -> None:
    event = make_event(db, starts_at=datetime(2026, 6, 5, 12, tzinfo=UTC))
    commands.ask_reminder(db, event, person=make_person(db, email="nour@example.org"))
    moment.move_to(EVENING)
    jobs.remind(db)
    (message,) = outbox(db)
    moment.move_to(datetime(2026, 6, 4, 20, tzinfo=UTC))
    with pytest.raises(Later) as held:
        words_of(db, message)
    assert clock.local(held.value.until).hour == messages.MORNING
    moment.move_to(held.value.until)
    assert words_of(db, message).startswith("Aujourd’hui : Stand du bus\n")
    moment.move_to(event.starts_at)
    assert words_of(db, message) == ""


def test_reminders_are_taken_until_those_of_the_day_before_have_left(db: Session) -> None:
    event = make_event(db, starts_at=datetime(2026, 6, 5, 12, tzinfo=UTC))
    assert policy.takes_reminders(event, datetime(2026, 6, 4, 16, 59, tzinfo=UTC))
    assert not policy.takes_reminders(event, datetime(2026, 6, 4, 17, tzinfo=UTC))


def test_a_visitor_asks_first_and_says_who_afterwards(client: Browser, town: Services) -> None:
    event = made(town)
    page = f"/agenda/{event.id}"
    client.get(page)
    assert f"{page}/rappel" in client.page.links  # type: ignore[union-attr]
    address = client.submit(f"{page}/rappel").headers["Location"]
    assert address.startswith("/compte/connexion?brouillon=")
    assert identify(client, town, address) == f"{page}-stand-du-bus"
    client.get(page)
    assert "Un rappel vous attend" in client.text
    client.submit(f"{page}/rappel", action="arreter")
    client.get(page)
    assert "Un rappel vous attend" not in client.text
    with town.database.reading() as db:
        assert db.scalars(select(EventReminder)).all() == []


def test_the_link_of_a_reminder_stops_it_without_signing_in(
    client: Browser, town: Services, nour: Person, moment: Moment
) -> None:
    event = made(town)
    with town.database.transaction() as db:
        commands.ask_reminder(db, event, person=db.merge(nour))
    moment.move_to(EVENING)
    with town.database.transaction() as db:
        jobs.remind(db)
    with town.database.reading() as db:
        (message,) = outbox(db)
        letter = messages.RENDERERS[message.kind](db, message, BASE)
    assert letter is not None
    address = f"/agenda/arret/{message.secret}"
    assert f"{BASE}{address}\n" in letter.text
    assert ("List-Unsubscribe", f"<{BASE}{address}>") in letter.headers

    client.get(address)
    assert "Stand du bus" in client.text
    with town.database.reading() as db:
        assert queries.reminder_of(db, event.id, nour), "opening a link changes nothing"
    client.post(address, {"List-Unsubscribe": "One-Click"}, expects=200)
    assert "C’est arrêté" in client.text
    with town.database.reading() as db:
        assert queries.reminder_of(db, event.id, nour) is None
    for link in (address, "/agenda/arret/inconnu"):
        client.get(link, expects=404)


def test_who_is_known_asks_with_one_button(client: Browser, town: Services, nour: Person) -> None:
    event = made(town)
    client.sign_in(nour)
    client.get(f"/agenda/{event.id}/rappel")
    assert "nour@example.org" in client.text
    for _again in range(2):
        client.http.get(f"/agenda/{event.id}/rappel")
    client.submit(f"/agenda/{event.id}/rappel")
    with town.database.reading() as db:
        assert db.scalars(select(EventReminder.person_id)).all() == [nour.id]


def typed(town: Services, **values: Any) -> dict[str, Any]:
    with town.database.transaction() as db:
        organisation = make_organisation(db).id
        hood = neighbourhood(db).id
    return {
        "kind": "walk",
        "title_fr": "Marche du soir",
        "words_fr": "Venez avec une lampe.",
        "title_ar": "جولة مسائية",
        "day": "2026-06-05",
        "starts": "18:30",
        "ends": "19:45",
        "neighbourhood": str(hood),
        "place_words": "Rendez-vous aux jeux",
        "organisation": str(organisation),
        **values,
    }


def test_a_date_is_added_copied_changed_and_called_off(
    client: Browser, app: Engage, town: Services, keeper: Person
) -> None:
    staff = Browser(app).sign_in(keeper)
    page = staff.submit(NEW, typed(town)).headers["Location"]
    client.get("/agenda")
    for words in ("vendredi 5 juin", "de 18\xa0h\xa030", "Rendez-vous aux jeux, Terre-Rouge"):
        assert words.replace("\xa0", " ") in client.text.replace("\xa0", " ")
    staff.submit(f"{NEW}?copie=1")
    client.get("/agenda?quartier=terre-rouge&type=walk")
    assert "vendredi 12 juin" in client.text
    client.get("/agenda?quartier=escales")
    assert "Rien pour le moment" in client.text
    staff.submit("/agenda/modifier/1", {"starts": "19:00"})
    staff.submit("/agenda/annuler/1", {"reason": "Il pleut."})
    client.get(page)
    for words in ("Cette date est annulée.", "Il pleut.", "de 19"):
        assert words in client.text
    staff.get("/agenda/modifier/1", expects=409)
    client.http.set_cookie("langue", "ar")
    client.get(page)
    assert "جولة مسائية" in client.text
    assert "Venez avec une lampe." in client.text  # typed in French alone


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"day": "2026-02-31"}, "Écrivez un jour qui existe"),
        ({"starts": "25:99"}, "Écrivez une heure qui existe"),
        ({"ends": "18:00"}, "L’heure de fin vient après le début"),
        ({"title_fr": ""}, "Donnez un titre en français."),
        ({"place_words": ""}, "Dites où cela se passe."),
        ({"title_ar": "ا" * 101}, "Ce texte est trop long."),
    ],
)
def test_what_was_typed_comes_back_with_what_is_wrong(
    client: Browser, town: Services, keeper: Person, values: dict[str, str], sentence: str
) -> None:
    client.sign_in(keeper).submit(NEW, typed(town, **values), expects=422)
    assert sentence in client.text
    assert client.page is not None
    assert client.page.forms[-1].fields["words_fr"][0].strip() == "Venez avec une lampe."


def test_of_two_changes_at_once_the_second_reads_first(
    client: Browser, town: Services, keeper: Person
) -> None:
    event = made(town, place_words="Ici")
    client.sign_in(keeper)
    with town.database.transaction() as db:
        other = db.get_one(Event, event.id)
        other.place_words = "Là"
    client.submit(
        f"/agenda/annuler/{event.id}", {"reason": "Non.", "version": str(event.version)}, 409
    )


def test_what_nobody_plans_is_not_found(client: Browser) -> None:
    for path in ("/agenda/99", "/agenda/99.ics", "/agenda?quartier=x", "/agenda.ics?type=x"):
        client.get(path, expects=404)


def test_pages_of_the_agenda_ask_few_statements_however_many_dates(
    client: Browser, town: Services
) -> None:
    event, counts = made(town), []
    for more in (1, 25):
        for _number in range(more):
            made(town)
        for path in ("/agenda", f"/agenda/{event.id}", "/agenda/passe", "/agenda.ics"):
            town.cache.clear()
            town.pages.clear()
            with count_statements(town.database) as seen:
                client.get(path)
            counts.append(len(seen))
    assert counts[:4] == counts[4:]
    assert max(counts) <= 6


def test_one_who_has_both_is_written_to_by_e_mail(db: Session, moment: Moment) -> None:
    person, event = make_person(db, email="nour@example.org"), make_event(db)
    number = "+33639980042"
    db.add(ContactPoint(person_id=person.id, kind="phone", value=number, verified_at=clock.now()))
    commands.ask_reminder(db, event, person=person)
    moment.move_to(EVENING)
    jobs.remind(db)
    assert [message.channel for message in outbox(db)] == ["email"]
