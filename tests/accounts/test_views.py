"""Signing in with a six-digit code or a card, as a person meets it."""

from sqlalchemy import func, select

from engage.accounts.models import Person
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment


def ask_code(
    client: Browser, town: Services, contact: str = "Amina@Example.org "
) -> tuple[str, str]:
    """Ask for a code; returns the page where it is typed and the digits that were queued."""
    response = client.submit("/compte/connexion", {"contact": contact})
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert message is not None
        return response.headers["Location"], message.secret


def test_a_code_by_email_signs_a_new_person_in(client: Browser, town: Services) -> None:
    address, digits = ask_code(client, town)
    response = client.submit(address, {"code": f" {digits[:3]} {digits[3:]} "})
    assert response.headers["Location"] == "/compte"
    client.get("/compte")
    assert "amina@example.org" in client.text


def test_the_same_address_finds_the_same_person(client: Browser, town: Services) -> None:
    for contact in ("06 39 98 00 01", "+33 6 39 98 00 01"):
        address, digits = ask_code(client, town, contact)
        client.submit(address, {"code": digits})
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id))) == 1


def test_a_used_code_is_dead(client: Browser, town: Services) -> None:
    address, digits = ask_code(client, town)
    client.submit(address, {"code": digits})
    client.submit(address, {"code": digits}, expects=422)
    assert "ne marche plus" in client.text


def test_five_wrong_codes_kill_the_right_one(client: Browser, town: Services) -> None:
    address, digits = ask_code(client, town)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for _ in range(5):
        client.submit(address, {"code": wrong}, expects=422)
    client.submit(address, {"code": digits}, expects=422)
    assert "Demandez un nouveau code" in client.text


def test_a_code_is_dead_after_ten_minutes(client: Browser, town: Services, moment: Moment) -> None:
    address, digits = ask_code(client, town)
    moment.forward(minutes=10)
    client.submit(address, {"code": digits}, expects=422)


def test_what_is_no_address_comes_back_with_a_sentence(client: Browser) -> None:
    client.submit("/compte/connexion", {"contact": "pas une adresse"}, expects=422)
    assert "06 12 34 56 78" in client.text
    assert client.page is not None
    assert client.page.forms[0].fields["contact"] == ["pas une adresse"]


def test_the_sixth_code_in_a_quarter_waits(client: Browser, town: Services) -> None:
    for _ in range(5):
        ask_code(client, town)
    response = client.submit("/compte/connexion", {"contact": "amina@example.org"}, expects=429)
    assert int(response.headers["Retry-After"]) > 0


def test_visitors_are_shown_the_door_of_private_pages(client: Browser) -> None:
    response = client.get("/compte", expects=303)
    assert response.headers["Location"] == "/compte/connexion?suite=/compte"


def test_leaving_revokes_the_sign_in(client: Browser, town: Services) -> None:
    address, digits = ask_code(client, town)
    client.submit(address, {"code": digits})
    cookie = client.http.get_cookie("engage")
    assert cookie is not None
    client.submit("/compte", action="/compte/sortie")
    client.http.set_cookie("engage", cookie.value)
    client.get("/compte", expects=303)
