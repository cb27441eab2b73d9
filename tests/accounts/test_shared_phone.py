"""A phone that several people use: short sign-in, and nothing left of the one who goes."""

import pytest
from sqlalchemy import func, select

from engage.accounts import commands
from engage.accounts.addresses import parse
from engage.accounts.models import SignIn
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person

END = "/compte/ce-telephone/fini"
LEAVE = "Me déconnecter et tout effacer"
CARD = "K7QM-2DXA-PR4T"


def enter(client: Browser, town: Services, **said: str) -> str:
    """Sign in with a code; returns the `Set-Cookie` lines."""
    answer = client.submit("/compte/connexion", {"contact": "amina@example.org"})
    with town.database.reading() as db:
        newest = select(func.substr(OutboxMessage.secret, 1, 6)).order_by(OutboxMessage.id.desc())
        digits = db.scalars(newest).first()
    answer = client.submit(answer.headers["Location"], {"code": digits, **said})
    return "\n".join(answer.headers.getlist("Set-Cookie"))


def test_on_ones_own_phone_one_stays_signed_in(
    client: Browser, town: Services, moment: Moment
) -> None:
    assert "Expires=" in enter(client, town)
    assert LEAVE not in client.get("/compte").text
    moment.forward(days=170)
    client.get("/compte")


def test_a_shared_phone_keeps_no_cookie_once_its_browser_is_closed(
    client: Browser, town: Services
) -> None:
    cookies = enter(client, town, partage="y")
    assert "Expires=" not in cookies
    assert "Max-Age=" not in cookies
    with town.database.reading() as db:
        assert db.scalars(select(SignIn.shared)).one()
    for page in ("/compte", "/", "/propositions", "/signalements/nouveau"):
        assert LEAVE in client.get(page).text


@pytest.mark.demo
def test_a_second_sign_in_on_a_shared_phone_is_as_short(client: Browser, town: Services) -> None:
    enter(client, town, partage="y")
    cookies = client.submit("/demo", {"persona": "habitante"}).headers["Set-Cookie"]
    assert "Expires=" not in cookies
    assert LEAVE in client.get("/compte").text


def test_a_shared_phone_is_left_after_ten_idle_minutes(
    client: Browser, town: Services, moment: Moment
) -> None:
    enter(client, town, partage="y")
    moment.forward(minutes=9)
    assert client.get("/compte").headers["Refresh"] == f"605; url={END}"
    moment.forward(minutes=10)
    assert client.get("/compte", expects=303).headers["Location"] == END
    answer = client.get(END)
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert "data-wipe" in answer.text
    client.get("/compte", expects=303)


def test_a_shared_phone_is_left_after_an_hour_however_busy(
    client: Browser, town: Services, moment: Moment
) -> None:
    enter(client, town, partage="y")
    cookie = client.http.get_cookie("engage")
    for _time in range(6):
        moment.forward(minutes=9)
        client.get("/compte")
    assert client.get("/compte").headers["Refresh"] == f"365; url={END}"
    moment.forward(minutes=6)
    assert client.get("/compte", expects=303).headers["Location"] == END
    assert cookie is not None
    client.http.set_cookie("engage", cookie.value)
    client.get("/compte", expects=303)


def test_leaving_says_that_nothing_stays_and_does_so_once(client: Browser, town: Services) -> None:
    enter(client, town, partage="y")
    answer = client.submit("/propositions", action="/compte/sortie")
    assert answer.headers["Location"] == END
    assert "Clear-Site-Data" in client.get(END).headers
    assert "Il ne reste rien de vous" in client.text
    assert client.http.get_cookie("engage") is None
    again = client.get(END)
    assert "Clear-Site-Data" not in again.headers
    assert "data-wipe" not in again.text


def test_a_link_from_elsewhere_wipes_nothing(client: Browser) -> None:
    client.submit("/compte/connexion", {"contact": "amina@example.org"})
    answer = client.get(END)
    assert "Clear-Site-Data" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_card_can_be_used_on_a_shared_phone(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        commands.issue_card(db, make_person(db), CARD, key=app.services.secret_key)
    client.submit("/compte/carte", {"code": CARD, "partage": "y"})
    assert LEAVE in client.get("/compte").text
    moment.forward(minutes=11)
    client.get("/compte", expects=303)


def test_a_number_long_unseen_is_asked_once_whether_the_phone_is_shared(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        person = commands.join(db, parse("06 39 98 00 01"))
        commands.issue_card(db, person, CARD, key=app.services.secret_key)
    moment.forward(days=200)
    answer = client.submit("/compte/connexion", {"contact": "06 39 98 00 01"})
    with town.database.reading() as db:
        digits = db.scalars(select(func.substr(OutboxMessage.secret, 1, 6))).one()
    answer = client.submit(answer.headers["Location"], {"code": digits, "partage": "y"})
    client.submit(answer.headers["Location"], {"code": CARD}, action="/carte")
    assert LEAVE in client.get("/compte").text


def test_other_forms_do_not_ask(client: Browser, town: Services) -> None:
    enter(client, town)
    answer = client.submit("/compte/adresses", {"contact": "autre@example.org"})
    client.get(answer.headers["Location"])
    assert "plusieurs personnes" not in client.text
