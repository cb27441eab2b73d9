"""Every address × every role, in one table: who may reach what, and nothing is missing from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engage.accounts.demo import personas
from engage.accounts.models import Mandate, Person, SignIn
from engage.core.secrets import token_hash
from engage.core.services import Services
from engage.core.web import Engage
from tests.access_table import (
    ACCESS,
    AFTER_SECOND_STEP,
    ROLES,
    WITH_MANDATE,
    sample_addresses,
)
from tests.accounts.staff import half_sign_in
from tests.browsing import Browser


def test_every_address_is_in_the_table(app: Engage) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


@pytest.mark.demo
def test_every_role_reaches_what_the_table_says_and_nothing_else(
    app: Engage, town: Services
) -> None:
    with town.database.reading() as db:
        people = {demo.code: person for demo, person in personas(db)}
        addresses = sample_addresses(app, db)
    asked = {role: people.get(code) for role, code in ROLES.items()}
    assert wrong_reach(Devices(app), asked, addresses, in_the_table) == ""


@pytest.mark.demo
def test_before_the_second_step_everybody_reaches_what_a_resident_does(
    app: Engage, town: Services
) -> None:
    """An e-mail's code alone opens no page with contact data, whatever the mandate."""
    with town.database.transaction() as db:
        resident = hold_everything(db)
        addresses = sample_addresses(app, db)

    def may(role: str, endpoint: str) -> bool:
        return in_the_table(role, endpoint) and endpoint not in AFTER_SECOND_STEP

    devices = Devices(app, half_sign_in)
    assert wrong_reach(devices, {"resident": resident}, addresses, may) == ""


def in_the_table(role: str, endpoint: str) -> bool:
    return role in ACCESS[endpoint]


def hold_everything(db: Session) -> Person:
    """The resident of the demo with the mandates of everybody: who opens nothing opens none."""
    people = {demo.code: person for demo, person in personas(db)}
    resident = people[ROLES["resident"]]
    db.execute(update(Mandate).values(person_id=resident.id))
    db.refresh(resident, ["mandates"])
    assert resident.roles == WITH_MANDATE
    return resident


def wrong_reach(
    devices: "Devices",
    people: Mapping[str, Person | None],
    addresses: Sequence[tuple[str, str, str]],
    may: Callable[[str, str], bool],
) -> str:
    """Who reaches what they should not, or the other way round, and what fails; a line each."""
    wrong: list[tuple[object, ...]] = []
    for role, person in people.items():
        for endpoint, method, path in addresses:
            answer = devices.ask(person, method, path)
            # The answer of /readyz is about the clock, which does not run here.
            failed = answer.status_code >= 500 and path != "/readyz"
            if failed or reached(answer) != may(role, endpoint):
                wrong.append((role, method, path, answer.status_code))
    return "\n".join(map(str, wrong))


@dataclass
class Held:
    """A device as it was right after signing in: its cookie, its row, what its forms hold."""

    cookie: str
    row: object
    csrf_token: str


class Devices:
    """Lends each request the device of a person as it was right after signing in.

    Whoever a request signs out, or whose proofs it takes away, signs in anew for the next one.
    """

    def __init__(
        self, app: Engage, sign_in: Callable[[Browser, Person], object] = Browser.sign_in
    ) -> None:
        self._app, self._sign_in = app, sign_in
        self._held: dict[int, Held] = {}

    def ask(self, person: Person | None, method: str, path: str) -> TestResponse:
        """Ask as `person`; a POST holds nothing but its CSRF token."""
        browser, data = Browser(self._app), {}
        held = self._device(person) if person is not None else None
        if held is not None:
            browser.http.set_cookie("engage", held.cookie)
        if method == "POST":
            data["csrf_token"] = held.csrf_token if held else browser.csrf_token()
        return browser.http.open(path, method=method, data=data)

    def _device(self, person: Person) -> Held:
        held = self._held.get(person.id)
        if held is None or self._row(held.cookie) != held.row:
            browser = Browser(self._app)
            self._sign_in(browser, person)
            token = browser.csrf_token()
            cookie = browser.http.get_cookie("engage")
            assert cookie is not None
            held = Held(cookie.value, self._row(cookie.value), token)
            self._held[person.id] = held
        return held

    def _row(self, cookie: str) -> object:
        """What the town knows of the sign-in in this cookie."""
        signing = self._app.session_interface.get_signing_serializer(self._app)
        token = signing.loads(cookie)["_user_id"]
        wanted = select(*SignIn.__table__.columns).where(SignIn.token_hash == token_hash(token))
        with self._app.services.database.reading() as db:
            return db.execute(wanted).one_or_none()


def reached(answer: TestResponse) -> bool:
    """Whether the request got past the door: neither refused nor sent to sign in.

    To be asked who one is after the act, with a draft that waits, is not a refusal.
    """
    if answer.status_code == 303:
        location = answer.headers["Location"]
        if location.startswith("/compte/deuxieme-etape") and answer.request.method == "GET":
            return False  # a POST may lead there once its act is done
        return not location.startswith("/compte/connexion") or "brouillon=" in location
    return answer.status_code != 403
