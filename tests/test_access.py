"""Every address × every role, in one table: who may reach what, and nothing is missing from it."""

from werkzeug.test import TestResponse

from engage import contract
from engage.accounts.demo import personas
from engage.accounts.models import Person
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


def test_every_role_reaches_what_the_table_says_and_nothing_else(
    app: Engage, town: Services
) -> None:
    contract.load_demo(town)
    with town.database.reading() as db:
        people = {demo.code: person for demo, person in personas(db)}
        addresses = sample_addresses(app, db)
    wrong = []
    for role, code in ROLES.items():
        for endpoint, method, path in addresses:
            answer = ask(Browser(app), people.get(code), method, path)
            if path != "/readyz":  # its answer is about the clock, which does not run here
                assert answer.status_code < 500, (role, method, path)
            if reached(answer) != (role in ACCESS[endpoint]):
                wrong.append((role, method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def test_before_the_second_step_everybody_reaches_what_a_resident_does(
    app: Engage, town: Services
) -> None:
    """An e-mail's code alone opens no page with contact data, whatever the mandate."""
    contract.load_demo(town)
    with town.database.reading() as db:
        people = {demo.code: person for demo, person in personas(db)}
        addresses = sample_addresses(app, db)
    wrong = []
    for role in sorted(WITH_MANDATE):
        for endpoint, method, path in addresses:
            browser = Browser(app)
            half_sign_in(browser, people[ROLES[role]])
            answer = ask(browser, None, method, path)
            may = "resident" in ACCESS[endpoint] and endpoint not in AFTER_SECOND_STEP
            if reached(answer) != may:
                wrong.append((role, method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def ask(browser: Browser, person: Person | None, method: str, path: str) -> TestResponse:
    """Ask as `person` on a fresh device; a POST holds nothing but its CSRF token."""
    if person is not None:
        browser.sign_in(person)
    data = {"csrf_token": browser.csrf_token()} if method == "POST" else {}
    return browser.http.open(path, method=method, data=data)


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
