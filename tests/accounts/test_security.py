"""“Ma sécurité”: what is changed there, who is signed out, who is told."""

import re

import pytest
from sqlalchemy import select

from engage.accounts.models import ContactPoint, Person, Role
from engage.clockwork import sender
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.accounts.staff import (
    EMAIL,
    PASSWORD,
    digits,
    half_sign_in,
    make_member,
    make_staff,
    recovery_codes,
    token_of,
)
from tests.accounts.test_invitations import BOTH, NEW, secret_on
from tests.browsing import Browser
from tests.conftest import Moment

HERE = "/compte/securite"


@pytest.fixture
def agent(app: Engage, town: Services) -> Person:
    with town.database.transaction() as db:
        person = make_staff(db, app)
        db.add(
            ContactPoint(
                person_id=person.id, kind="phone", value="+33639980001", verified_at=clock.now()
            )
        )
        return person


@pytest.fixture
def desk(client: Browser, agent: Person) -> Browser:
    return client.sign_in(agent)


def change_password(browser: Browser, expects: int = 303) -> None:
    browser.submit(f"{HERE}/mot-de-passe", {"current": PASSWORD, **BOTH}, expects)


def change_app(browser: Browser, current: str = PASSWORD, expects: int = 303) -> str:
    browser.get(f"{HERE}/application")
    secret = secret_on(browser)
    assert browser.page is not None
    form = next(form.fields for form in browser.page.forms if "sealed" in form.fields)
    sent = form | {"code": [digits(secret)], "current": [current]}
    browser.post(f"{HERE}/application", sent, expects)
    return secret


def change_codes(browser: Browser, expects: int = 303) -> None:
    browser.submit(f"{HERE}/nouveaux-codes", {"current": PASSWORD}, expects)


@pytest.mark.parametrize("change", [change_password, change_app, change_codes])
def test_a_change_signs_out_elsewhere_renews_this_device_and_is_announced(
    desk: Browser, app: Engage, town: Services, agent: Person, change: object
) -> None:
    elsewhere = [Browser(app).sign_in(agent), Browser(app)]
    half_sign_in(elsewhere[1], agent)
    before = token_of(desk)
    assert callable(change)
    change(desk)
    for other in elsewhere:
        other.get("/compte", expects=303)
    assert token_of(desk) != before
    desk.get("/gup")
    thief = Browser(app)
    with thief.http.session_transaction() as session:
        session["_user_id"] = before
    thief.get("/compte", expects=303)
    sender(town).deliver_all()
    with town.database.reading() as db:
        notices = db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "security_notice"))
        assert sorted(one.recipient for one in notices) == ["+33639980001", EMAIL]


def test_the_new_password_opens_and_the_old_one_does_not(desk: Browser, app: Engage) -> None:
    change_password(desk)
    Browser(app).submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD}, expects=422)
    Browser(app).submit("/compte/equipe", {"contact": EMAIL, "password": NEW})


def test_the_new_app_opens_and_the_old_one_does_not(
    desk: Browser, app: Engage, agent: Person, moment: Moment
) -> None:
    secret = change_app(desk)
    moment.forward(minutes=2)
    browser = Browser(app)
    browser.submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD})
    browser.submit("/compte/deuxieme-etape", {"code": digits()}, expects=422)
    browser.submit("/compte/deuxieme-etape", {"code": digits(secret)})


def test_the_digits_that_set_an_app_up_do_not_open_again(desk: Browser, app: Engage) -> None:
    secret = change_app(desk)
    browser = Browser(app)
    browser.submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD})
    browser.submit("/compte/deuxieme-etape", {"code": digits(secret)}, expects=422)


def test_new_recovery_codes_replace_the_old_ones(
    desk: Browser, app: Engage, town: Services, agent: Person
) -> None:
    with town.database.transaction() as db:
        old = recovery_codes(db, app, agent)
    change_codes(desk)
    page = desk.get(f"{HERE}/codes").get_data(as_text=True)
    new = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page)
    browser = Browser(app)
    browser.submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD})
    browser.submit("/compte/deuxieme-etape", {"recovery": old[0]}, expects=422)
    browser.submit("/compte/deuxieme-etape", {"recovery": new[0]})


def test_new_codes_are_shown_on_this_device_for_a_quarter_of_an_hour(
    desk: Browser, app: Engage, agent: Person, moment: Moment
) -> None:
    change_codes(desk)
    assert desk.get(f"{HERE}/codes").headers["Cache-Control"] == "no-store"
    Browser(app).sign_in(agent).get(f"{HERE}/codes", expects=303)
    moment.forward(minutes=16)
    desk.get(f"{HERE}/codes", expects=303)


@pytest.mark.parametrize("page", ["mot-de-passe", "application", "nouveaux-codes"])
def test_nothing_changes_without_the_password_of_today(
    desk: Browser, app: Engage, agent: Person, page: str
) -> None:
    before = token_of(desk)
    data = {"current": "pas le bon du tout"} | (BOTH if page == "mot-de-passe" else {})
    desk.submit(f"{HERE}/{page}", data, expects=422)
    assert "pas votre mot de passe actuel" in desk.text
    assert token_of(desk) == before
    Browser(app).submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD})


def test_passwords_typed_here_are_counted_with_the_second_step(
    desk: Browser, app: Engage, agent: Person
) -> None:
    for _ in range(5):
        desk.submit(f"{HERE}/nouveaux-codes", {"current": "faux"}, expects=422)
    answer = desk.submit(f"{HERE}/nouveaux-codes", {"current": PASSWORD}, expects=429)
    assert int(answer.headers["Retry-After"]) > 0


def test_before_the_second_step_nobody_changes_anything(
    client: Browser, agent: Person, app: Engage
) -> None:
    half_sign_in(client, agent)
    for page in ("", "/mot-de-passe", "/application", "/nouveaux-codes", "/codes"):
        answer = client.get(f"{HERE}{page}", expects=303)
        assert answer.headers["Location"].startswith("/compte/deuxieme-etape")


def test_the_council_sees_its_list_and_nothing_of_staff(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        member, _codes = make_member(db, app)
    client.sign_in(member).get(HERE)
    assert "Il vous reste 10 codes" in client.text
    assert "mot de passe" not in client.text
    client.get(f"{HERE}/mot-de-passe", expects=403)
    assert member.holds(Role.COUNCIL)
