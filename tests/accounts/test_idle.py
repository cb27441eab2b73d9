"""A device that is signed out by itself: after the idle minutes, whatever is asked."""

from engage.accounts import idle
from engage.accounts.models import Person
from engage.core import clock
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person


def watched(client: Browser, town: Services) -> Browser:
    """Somebody whose sign-in ends ten minutes after the last page and shows the help page."""
    with town.database.transaction() as db:
        person: Person = make_person(db)
    client.sign_in(person)
    with client.http.session_transaction() as session:
        session[idle.KEY] = {
            "minutes": 10,
            "then": "/aide",
            "seen": int(clock.now().timestamp()),
        }
    return client


def test_each_page_gives_ten_more_minutes(client: Browser, town: Services, moment: Moment) -> None:
    watched(client, town)
    for _time in range(3):
        moment.forward(minutes=9)
        client.get("/compte")


def test_after_ten_minutes_nobody_is_signed_in_and_nothing_is_done(
    client: Browser, town: Services, moment: Moment
) -> None:
    watched(client, town).get("/compte")
    assert client.page is not None
    form = client.page.forms[0]
    moment.forward(minutes=10)
    answer = client.post(form.action, form.fields | {"public_name": ["Quelqu’un d’autre"]})
    assert answer.headers["Location"] == "/aide"
    client.get("/compte", expects=303)


def test_an_old_copy_of_the_cookie_is_refused_as_well(
    client: Browser, town: Services, moment: Moment
) -> None:
    watched(client, town).get("/compte")
    cookie = client.http.get_cookie("engage")
    assert cookie is not None
    moment.forward(minutes=10)
    client.get("/compte", expects=303)
    client.http.set_cookie("engage", cookie.value)
    client.get("/compte", expects=303)


def test_a_page_left_alone_leaves_by_itself_a_little_after_the_time(
    client: Browser, town: Services, moment: Moment
) -> None:
    watched(client, town)
    assert client.get("/compte").headers["Refresh"] == "605; url=/aide"
    moment.forward(seconds=605)
    answer = client.get("/aide")
    assert "Refresh" not in answer.headers
    client.get("/compte", expects=303)


def test_other_devices_are_not_watched(client: Browser, town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)
    assert "Refresh" not in client.get("/compte").headers
    moment.forward(hours=5)
    client.get("/compte")
