"""The words of the mail: short, dated, grouped, and right in French."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engage.accounts.models import Mandate, Role
from engage.clockwork import sender
from engage.core import clock
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.services import Services
from engage.deadlines import commands as deadlines
from engage.deadlines.models import Deadline, DeadlineKind
from engage.reminders import messages as words
from engage.reminders.items import Item
from engage.reminders.models import ReplyLink
from engage.territory.models import ContactPerson, Organisation
from tests.conftest import Moment
from tests.factories import make_organisation, make_person
from tests.reminders.making import make_owed_incident, make_owed_report, messages, queue

NOW = datetime(2026, 6, 2, 8, tzinfo=UTC)


def item(
    *, urgent: bool = False, late: bool = False, report: bool = False, hood: str = "Terre-Rouge"
) -> Item:
    kind = DeadlineKind.ACTION_REPORT if report else DeadlineKind.RESOLVE
    due_at = NOW + timedelta(days=-3 if late else 3)
    owed = Deadline(id=1, kind=kind.value, due_at=due_at, urgent=urgent)
    return Item(
        (owed,), "G-1001", "Bilan" if report else "Lampe cassée", "", "" if report else hood
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([item()], "1 signalement vous attend"),
        ([item(urgent=True)], "1 signalement vous attend, urgent"),
        ([item(late=True)], "1 signalement vous attend, en retard"),
        ([item(), item()], "2 signalements vous attendent"),
        ([item(), item(urgent=True)], "2 signalements vous attendent, dont 1 urgent"),
        (
            [item(urgent=True), item(urgent=True), item(late=True)],
            "3 signalements vous attendent, dont 2 urgents et 1 en retard",
        ),
        ([item(late=True), item(late=True)], "2 signalements vous attendent, tous en retard"),
        (
            [item(urgent=True, late=True), item(urgent=True)],
            "2 signalements vous attendent, dont 1 en retard, tous urgents",
        ),
        ([item(report=True), item(report=True)], "2 bilans vous attendent"),
        ([item(), item(report=True)], "1 signalement et 1 bilan vous attendent"),
        (
            [item(late=True), item(late=True), item(report=True)],
            "2 signalements et 1 bilan vous attendent, dont 2 en retard",
        ),
    ],
)
def test_the_sentence_agrees_with_its_numbers(found: list[Item], expected: str) -> None:
    assert words.summary(found, now=NOW) == expected


def test_the_subject_names_what_a_single_report_is_and_its_day() -> None:
    assert words.subject([item(report=True)], sender="Grand Cahors", now=NOW) == (
        "[Grand Cahors] Bilan, attendu le vendredi 5 juin"
    )


def rendered(town: Services) -> OutboxMessage:
    """The first mail to a partner, after the sender has worked (no gateway: it is kept)."""
    sender(town).deliver_all()
    return messages(town)[0]


def owing(town: Services, *, reports: int = 1, **values: str) -> Organisation:
    with town.database.transaction() as db:
        partner = make_organisation(db, contacts=1, name="Bailleur d’essai")
        for _ in range(reports):
            make_owed_incident(db, partner, **values)
    return partner


def test_the_mail_says_reference_category_place_and_date_and_one_link(town: Services) -> None:
    owing(town)
    queue(town)
    mail = rendered(town)
    assert mail.delivery == Delivery.KEPT
    assert mail.subject == "[Terre-Rouge] 1 signalement vous attend"
    assert "- G-1001\N{NO-BREAK SPACE}: Lampadaire éteint" in mail.body
    assert "Placette, Terre-Rouge. Attendu le jeudi 4 juin, 18\N{NO-BREAK SPACE}h." in mail.body
    assert mail.body.count("http") == 1
    assert "jusqu’au jeudi 2 juillet 2026" in mail.body
    assert "EN RETARD" not in mail.body


def test_late_things_come_first_and_the_latest_before_all(town: Services, moment: Moment) -> None:
    partner = owing(town)
    moment.forward(days=6)
    with town.database.transaction() as db:
        make_owed_incident(db, partner)
        make_owed_report(db, partner, due_at=clock.now() - timedelta(days=20))
    queue(town)
    body = rendered(town).body
    places = [body.index(word) for word in ("EN RETARD", "action 3", "G-1001", "À VENIR", "G-1002")]
    assert places == sorted(places)
    assert "il y a 20 jours" in body


def test_no_word_of_a_resident_leaves(town: Services) -> None:
    owing(town, text="Mon voisin Marcel a cassé la lampe")
    queue(town)
    mail = rendered(town)
    assert "Marcel" not in mail.subject + mail.body


def test_a_coordinator_signs(town: Services) -> None:
    with town.database.transaction() as db:
        make_person(db, Role.COORDINATOR, public_name="Claire Besse")
    owing(town)
    queue(town)
    assert "\nClaire Besse\n" in rendered(town).body


def test_nobody_signs_whose_mandate_has_ended_or_not_begun(town: Services) -> None:
    with town.database.transaction() as db:
        for days in (-9, 9):
            person = make_person(db, Role.COORDINATOR, public_name="Claire Besse")
            mandate = db.scalars(select(Mandate).where(Mandate.person_id == person.id)).one()
            mandate.starts_on = clock.today() + timedelta(days=days)
            mandate.ends_on = mandate.starts_on + timedelta(days=8)
    owing(town)
    queue(town)
    assert "Claire Besse" not in rendered(town).body


def test_the_demo_says_that_it_is_one(town: Services) -> None:
    partner = owing(town)
    with town.database.transaction() as db:
        db.get_one(Organisation, partner.id).is_demo = True
    queue(town)
    assert "tout est fictif" in rendered(town).body


def test_what_was_answered_before_it_left_is_dropped(town: Services) -> None:
    owing(town, reports=2)
    queue(town)
    with town.database.transaction() as db:
        for deadline in db.scalars(select(Deadline).where(Deadline.subject_id == 1)):
            deadlines.fulfil(db, deadline, at=clock.now())
    mail = rendered(town)
    assert mail.subject == "[Terre-Rouge] 1 signalement vous attend"
    assert "G-1001" not in mail.body


def test_an_empty_digest_is_cancelled(town: Services) -> None:
    owing(town)
    queue(town)
    with town.database.transaction() as db:
        for deadline in db.scalars(select(Deadline)):
            deadlines.silence(db, deadline, until=clock.now() + timedelta(days=1))
    mail = rendered(town)
    assert (mail.delivery, mail.secret) == (Delivery.CANCELLED, "")


def test_a_moved_date_withdraws_what_was_not_sent(town: Services) -> None:
    owing(town)
    queue(town)
    with town.database.transaction() as db:
        for deadline in db.scalars(select(Deadline)):
            deadlines.move(db, deadline, due_at=deadline.due_at + timedelta(days=9))
    assert rendered(town).delivery == Delivery.CANCELLED


def test_a_revoked_link_or_a_contact_who_left_cancels(town: Services) -> None:
    owing(town)
    queue(town)
    with town.database.transaction() as db:
        link = db.scalars(select(ReplyLink)).one()
        db.get_one(ContactPerson, link.contact_id).ended_at = clock.now()
    assert rendered(town).delivery == Delivery.CANCELLED


def test_a_mail_kept_back_by_a_busy_server_waits_for_the_morning(
    town: Services, moment: Moment
) -> None:
    owing(town)
    queue(town)
    moment.move_to(datetime(2026, 6, 2, 17, 0, tzinfo=UTC))
    mail = rendered(town)
    assert (mail.delivery, mail.attempts) == (Delivery.QUEUED, 0)
    assert mail.not_before == datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
    moment.move_to(mail.not_before)
    assert rendered(town).delivery == Delivery.KEPT


def test_an_urgent_mail_leaves_at_night(town: Services, moment: Moment) -> None:
    moment.move_to(datetime(2026, 6, 1, 23, 0, tzinfo=UTC))
    owing(town, kind="VER03")
    queue(town)
    mail = rendered(town)
    assert mail.delivery == Delivery.KEPT
    assert mail.subject == "[Terre-Rouge] 1 signalement vous attend, urgent"
