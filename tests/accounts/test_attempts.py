"""How often codes may be asked for: one person is stopped, a whole estate is not."""

import dataclasses

import pytest
from sqlalchemy import func, select

from engage.accounts import attempts, sms_alerts
from engage.accounts.models import Person, Role
from engage.clockwork import sender
from engage.core import clock, outbox, sms_budget
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.incidents.making import make_estate

SIGN_IN = "/compte/connexion"


def digits(town: Services) -> str:
    with town.database.reading() as db:
        newest = select(func.substr(OutboxMessage.secret, 1, 6)).order_by(OutboxMessage.id.desc())
        return db.scalars(newest).first() or ""


@pytest.fixture
def few(app: Engage, town: Services) -> Services:
    """The same town, which pays for five SMS a day."""
    config = dataclasses.replace(town.config, sms_daily=5)
    app.services = dataclasses.replace(app.services, config=config)
    return app.services


def sent(town: Services, count: int, kind: str = "sign_in_code") -> None:
    """As after `count` SMS of today."""
    with town.database.transaction() as db:
        for number in range(count):
            outbox.post(
                db,
                kind,
                channel="sms",
                recipient="+33639980009",
                dedupe_key=f"{kind}:{number}:{clock.now()}",
            )
        for message in db.scalars(select(OutboxMessage).filter_by(channel="sms")):
            message.delivery, message.sent_at = Delivery.SENT.value, clock.now()


def test_sixty_families_behind_one_address_sign_in_within_an_hour(
    app: Engage, town: Services, moment: Moment
) -> None:
    for family in range(60):
        moment.forward(seconds=50)
        phone = Browser(app)
        contact = f"06 39 98 {family // 10:02d} {family:02d}"
        phone.submit(SIGN_IN, {"contact": contact})  # nothing came: asked twice
        page = phone.submit(SIGN_IN, {"contact": contact}).headers["Location"]
        phone.submit(page, {"code": "000000"}, 422)
        phone.submit(page, {"code": digits(town)})
        phone.get("/compte")
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id))) == 60


def test_one_device_that_asks_for_many_addresses_is_stopped(
    client: Browser, app: Engage, town: Services
) -> None:
    for number in range(attempts.A_DEVICE):
        client.submit(SIGN_IN, {"contact": f"personne{number}@example.org"})
    answer = client.submit(SIGN_IN, {"contact": "encore@example.org"}, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    Browser(app).submit(SIGN_IN, {"contact": "encore@example.org"})
    with town.database.reading() as db:
        assert db.scalar(select(func.count(OutboxMessage.id))) == attempts.A_DEVICE + 1


def test_one_address_gets_twenty_codes_a_day_from_however_many_devices(
    app: Engage, moment: Moment
) -> None:
    for _quarter in range(4):
        for _time in range(attempts.A_QUARTER):
            Browser(app).submit(SIGN_IN, {"contact": "amina@example.org"})
        Browser(app).submit(SIGN_IN, {"contact": "amina@example.org"}, 429)
        moment.forward(minutes=15)
    answer = Browser(app).submit(SIGN_IN, {"contact": "amina@example.org"}, 429)
    assert int(answer.headers["Retry-After"]) > 3600
    moment.forward(hours=24)
    Browser(app).submit(SIGN_IN, {"contact": "amina@example.org"})


def test_the_chance_to_guess_that_the_module_states_is_the_one_of_its_limits() -> None:
    from engage.accounts.codes import CODE_TRIES

    assert attempts.A_DAY * CODE_TRIES / 1_000_000 == 1 / 10_000
    assert sms_budget.A_NUMBER_A_DAY * CODE_TRIES / 1_000_000 == 3 / 100_000
    assert round(1_000_000 / attempts.TRIES_OF_A_NETWORK / 24) == 139
    assert attempts.__doc__ is not None
    assert "10,000 a day" in attempts.__doc__


@pytest.mark.parametrize("number", ["+44 7400 123456", "+371 20 000 000", "08 99 12 34 56"])
def test_a_costly_number_is_refused_with_three_other_ways(client: Browser, number: str) -> None:
    client.submit(SIGN_IN, {"contact": number}, 422)
    for way in ("mobile français", "e-mail", "carte", "guichet"):
        assert way in client.text


def test_a_number_of_an_overseas_department_is_not(client: Browser) -> None:
    client.submit(SIGN_IN, {"contact": "+262 692 12 34 56"})


def test_past_the_cap_of_a_number_the_page_offers_email_card_and_counter(
    app: Engage, town: Services, moment: Moment
) -> None:
    for _code in range(sms_budget.A_NUMBER_A_DAY):
        Browser(app).submit(SIGN_IN, {"contact": "06 39 98 00 01"})
        moment.forward(minutes=10)
    phone = Browser(app)
    answer = phone.submit(f"{SIGN_IN}?suite=/propositions", {"contact": "06 39 98 00 01"}, 429)
    assert int(answer.headers["Retry-After"]) > 3600
    assert phone.page is not None
    for link in (f"{SIGN_IN}?suite=/propositions", "/compte/carte?suite=/propositions", "/aide"):
        assert link in phone.page.links


def test_when_the_town_has_no_sms_left_codes_still_go_by_email(
    client: Browser, few: Services
) -> None:
    sent(few, 5)
    client.submit(SIGN_IN, {"contact": "06 39 98 00 01"}, 429)
    assert "Ils reprennent demain" in client.text
    client.submit(SIGN_IN, {"contact": "amina@example.org"})


def test_the_next_day_begins_at_midnight_in_paris(
    client: Browser, few: Services, moment: Moment
) -> None:
    sent(few, 5)
    answer = client.submit(SIGN_IN, {"contact": "06 39 98 00 01"}, 429)
    assert int(answer.headers["Retry-After"]) == 14 * 3600
    moment.forward(hours=14)
    client.submit(SIGN_IN, {"contact": "06 39 98 00 01"})


def test_without_sms_a_report_leaves_and_says_why_nobody_is_told(
    client: Browser, few: Services
) -> None:
    sent(few, 5)
    with few.database.transaction() as db:
        place = make_estate(db).hall.code
    answer = client.submit("/signalements/nouveau?choix=COM01", {"lieu": place})
    page = answer.headers["Location"]
    client.submit(page, {"contact": "06 39 98 00 01"}, action="prevenir")
    client.get(page)
    assert "Votre signalement est bien parti" in client.text
    with few.database.reading() as db:
        assert not db.scalars(select(OutboxMessage).filter_by(kind="incident_followed")).all()


def test_known_and_unknown_numbers_are_counted_alike(client: Browser, town: Services) -> None:
    from engage.accounts.addresses import parse
    from engage.accounts.commands import join
    from tests.counting import count_statements

    with town.database.transaction() as db:
        join(db, parse("06 39 98 00 01"))
    seen_by = []
    for contact in ("06 39 98 00 01", "06 39 98 00 02"):
        client.get(SIGN_IN)
        assert client.page is not None
        form = client.page.forms[0].fields | {"contact": [contact]}
        with count_statements(town.database) as seen:
            client.post(SIGN_IN, form)
        seen_by.append([statement.split(" ")[:3] for statement in seen])
    assert seen_by[0] == seen_by[1]


def test_news_waits_for_the_morning_when_the_day_is_nearly_used_up(
    few: Services, moment: Moment
) -> None:
    sent(few, 4)
    with few.database.transaction() as db:
        for kind in ("incident_news", "sign_in_code"):
            outbox.post(
                db, kind, channel="sms", recipient="+33639980001", dedupe_key=kind, code_id=0
            )
    sender(few).deliver_all()
    with few.database.reading() as db:
        found = {m.dedupe_key: m for m in db.scalars(select(OutboxMessage))}
    news, code = found["incident_news"], found["sign_in_code"]
    assert (news.delivery, news.attempts) == (Delivery.QUEUED, 0)
    assert clock.local(news.not_before).strftime("%d %H:%M") == "03 08:00"
    assert code.delivery == Delivery.CANCELLED


def test_coordinators_and_admins_hear_once_at_80_and_once_at_100(few: Services) -> None:
    with few.database.transaction() as db:
        make_person(db, Role.COORDINATOR, email="coordination@example.org")
        make_person(db, Role.ADMIN, email="admin@example.org")
        make_person(db, Role.AGENT, email="agent@example.org")
    warned = []
    for more in (3, 1, 0, 1, 0):
        sent(few, more, kind=f"more{len(warned)}")
        sms_alerts.warn(few.database, daily=few.config.sms_daily)
        with few.database.reading() as db:
            found = db.scalars(select(OutboxMessage).filter_by(kind="sms_running_out"))
            warned.append(sorted((m.recipient, m.payload["level"]) for m in found))
    both = [("admin@example.org", 80), ("coordination@example.org", 80)]
    assert warned[:3] == [[], both, both]
    assert len(warned[3]) == len(warned[4]) == 4
    assert sender(few).deliver_all() >= 4


def test_the_code_by_sms_fits_in_one_message_and_leads_to_its_page(
    client: Browser, few: Services
) -> None:
    from engage.core.sms import parts, plainer

    page = client.submit(SIGN_IN, {"contact": "06 39 98 00 01"}).headers["Location"]
    config = dataclasses.replace(few.config, base_url="https://quartiers.grand-cahors.example")
    sender(dataclasses.replace(few, config=config)).deliver_all()
    with few.database.reading() as db:
        words = db.scalars(select(OutboxMessage.body)).one()
    assert f"https://quartiers.grand-cahors.example{page}" in words
    assert parts(plainer(words)) == 1


def test_the_metrics_say_how_many_sms_left(client: Browser, few: Services) -> None:
    sent(few, 3)
    text = client.http.get("/metrics").get_data(as_text=True)
    assert "engage_sms_today 3.0" in text
    assert "engage_sms_daily 5.0" in text
