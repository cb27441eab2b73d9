"""Every path, query parameter and form field with what nobody should send: never a 5xx."""

from collections.abc import Iterator
from itertools import chain, product

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from engage.accounts import passwords
from engage.accounts.addresses import parse
from engage.accounts.commands import send_code
from engage.accounts.models import Mandate, Person, Role
from engage.consultations.models import Consultation, Electorate
from engage.core import clock
from engage.core.config import ROOT
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation.models import ModerationItem
from engage.reminders.jobs import queue_digests
from tests.access_table import sample_addresses
from tests.accounts.staff import HASH
from tests.browsing import Browser
from tests.factories import make_organisation
from tests.incidents.making import make_estate, make_followed, repaired
from tests.reminders.making import make_owed_incident, messages
from tests.security.raw import ask, query_names, quoted, send
from tests.security.states import states
from tests.security.walking import (
    CORPUS,
    endpoint_of,
    forms_of,
    names_to_try,
    try_form,
    wrong_ones,
)

IN_ADDRESSES = (
    "nothing",
    "not UTF-8",
    "a long number",
    "a number past 64 bits",
    "minus",
    "other digits",
    "SQL",
    "NUL",
)
TOO_BIG = {
    "a number past 64 bits": CORPUS["a number past 64 bits"],
    "a number past 32 bits": b"2147483648",
}
ANSWERS_ABOUT_ITSELF = "/readyz"
"""Says 503 where no clock runs, whatever one asks."""


def everything(town: Services) -> Person:
    """One person with every mandate: no door is in the way."""
    with town.database.transaction() as db:
        agents = select(Mandate.organisation_id).where(Mandate.role == Role.AGENT.value)
        theirs = db.scalars(agents).first()
        person = Person(
            created_at=clock.now(),
            contact_points=[],
            mandates=[
                Mandate(
                    role=role.value,
                    organisation_id=theirs if role is Role.AGENT else None,
                    starts_on=clock.today(),
                )
                for role in (Role.AGENT, Role.COORDINATOR, Role.COUNCIL, Role.ADMIN)
            ],
        )
        db.add(person)
        db.flush()
        passwords.replace(db, person, HASH)
        return person


def secret_pages(town: Services) -> list[str]:
    """What only a link opens, and the desk of the same reports: new, given away, repaired."""
    with town.database.transaction() as db:
        estate = make_estate(db)
        new, new_token = make_followed(db, estate)
        given, _token = make_followed(db, estate, assigned=True)
        _repaired, repaired_token = repaired(db, estate, town.storage)
        make_owed_incident(db, make_organisation(db))
        desk = [f"/gup/{new.reference}", f"/gup/{given.reference}"]
    queue_digests(town.database)
    follow = [f"/suivi/{new_token}", f"/suivi/{repaired_token}"]
    return [*desk, f"{follow[1]}/pas-repare", *follow, f"/r/{messages(town)[-1].secret}"]


@pytest.mark.demo
def test_no_path_and_no_query_parameter_makes_the_server_fail(app: Engage, town: Services) -> None:
    browser = Browser(app).sign_in(everything(town))
    with town.database.reading() as db:
        addresses = sample_addresses(app, db)
    wrong: list[tuple[object, ...]] = []
    for endpoint, method, path in addresses:
        if method != "GET" or path == ANSWERS_ABOUT_ITSELF:
            continue
        for what, where, route, query in attacks(app, endpoint, path):
            status = ask(browser, "GET", route, query).status_code
            if status >= 500:
                wrong.append((status, endpoint, where, what))
    assert not wrong, wrong_ones(wrong)


@pytest.mark.demo
def test_no_number_in_a_path_that_takes_forms_makes_the_server_fail(
    app: Engage, town: Services
) -> None:
    browser = Browser(app).sign_in(everything(town))
    token = csrf_token(browser)
    with town.database.reading() as db:
        addresses = sample_addresses(app, db)
    wrong: list[tuple[object, ...]] = []
    for endpoint, method, path in addresses:
        for rule in app.url_map.iter_rules(endpoint) if method == "POST" else ():
            for name, what in product(sorted(rule.arguments), TOO_BIG):
                route = with_value(rule, name, path, TOO_BIG[what]).decode()
                answer = send(browser, route, [("csrf_token", token)])
                if answer.status_code >= 500:
                    wrong.append((answer.status_code, endpoint, name, what))
    assert not wrong, wrong_ones(wrong)


def csrf_token(browser: Browser) -> bytes:
    """The token that this device sends with every form."""
    browser.get("/compte/adresses")
    assert browser.page is not None
    found = (form.fields["csrf_token"][0] for form in browser.page.forms if form.method == "post")
    return next(found).encode()


def test_json_in_place_of_a_form_is_refused(client: Browser) -> None:
    client.get("/compte/connexion")
    assert client.page is not None
    token = client.page.forms[-1].fields["csrf_token"][0]
    for body in ("[1]", "5", "true", '{"contact": 5}', '{"contact": {"a": 1}}', "{bad"):
        answer = client.http.post(
            "/compte/connexion",
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
        assert answer.status_code == 415, body


def attacks(app: Engage, endpoint: str, path: str) -> Iterator[tuple[str, str, bytes, bytes]]:
    """(what, where, path, query) for each thing of an address that can be typed."""
    route = path.encode()
    yield "not UTF-8", "its bare query", route, b"\xff=\xe9&avant=1"
    for what in IN_ADDRESSES:
        value = CORPUS[what]
        for name in query_names(app.view_functions[endpoint]):
            yield what, name, route, name.encode() + b"=" + quoted(value)
        for rule in app.url_map.iter_rules(endpoint):
            for name in rule.arguments:
                yield what, f"<{name}>", with_value(rule, name, path, value), b""


def with_value(rule: Rule, name: str, path: str, value: bytes) -> bytes:
    """The path of `rule` with `value` where `<name>` stands."""
    return b"/".join(
        value if part.startswith("<") and part.rstrip(">").endswith(name) else there.encode()
        for part, there in zip(rule.rule.split("/"), path.split("/"), strict=True)
    )


@pytest.mark.demo
def test_no_form_field_makes_the_server_fail(app: Engage, town: Services) -> None:
    all_doors = Browser(app).sign_in(everything(town))
    pages = ((all_doors, page) for page in pages_with_forms(app, town, all_doors))
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    elsewhere = ELSEWHERE.keys() | {one for one in posted if one.startswith(AT_COUNTER)}
    wrong: list[tuple[object, ...]] = []
    tried: set[tuple[str, ...]] = set()
    for browser, page in chain(pages, states(app, town)):
        for form in forms_of(browser, page):
            endpoint = endpoint_of(app, form, page)
            shape = (endpoint, *sorted(form.names))
            if shape not in tried and endpoint not in elsewhere:
                names = names_to_try(form, {name for _, *names in tried for name in names})
                tried.add(shape)
                wrong.extend(try_form(browser, page, form, names))
    assert not wrong, wrong_ones(wrong)
    assert posted - {endpoint for endpoint, *_ in tried} - elsewhere == set()
    assert all((ROOT / "tests" / test).is_file() for test in ELSEWHERE.values())


PRESSED = {
    "agenda.stop_reminder": "agenda/test_agenda.py",
    "accounts.sign_out": "accounts/test_views.py",
    "consultations.another_person": "consultations/test_views.py",
    "idea_news.unfollow": "proposals/test_follow_up_views.py",
    "idea_news.stop": "proposals/test_news.py",
    "follow.confirm": "incidents/test_views.py",
    "follow.unfollow": "incidents/test_views.py",
    "decisions.confirm_refusal": "moderation/test_views.py",
    "decisions.recuse": "moderation/test_decision_views.py",
    "decisions.ask_correction": "moderation/test_decision_views.py",
    "decisions.undo": "moderation/test_decision_views.py",
    "passkeys.ask_again": "accounts/test_passkeys.py",
    "passkeys.remove": "accounts/test_passkeys.py",
    "proposals.withdraw_support": "proposals/test_views.py",
}
"""Buttons without a field that end the state which the walk goes on with."""

BY_SCRIPT = {
    f"passkeys.{step}": "accounts/test_passkeys.py"
    for step in (
        *("enter_options", "enter", "step_options", "step"),
        *("add_options", "add", "invited_options", "accept"),
    )
}
"""What passkey.js sends, under a host name only: that test tries each field."""

ELSEWHERE = PRESSED | BY_SCRIPT
"""Endpoints that are not walked here, and the test that sends them something."""

AT_COUNTER = ("counter", "enquiries")
"""Forms that need somebody who is served: `fieldwork/test_bad_input.py` tries each field."""


def pages_with_forms(app: Engage, town: Services, browser: Browser) -> list[str]:
    """Pages in the state in which they show their forms."""
    browser.submit("/moderation", action="suivant")
    with town.database.transaction() as db:
        addresses = sample_addresses(app, db)
        challenge = send_code(
            db, town.secret_key, parse("x@example.org"), draft=None, language="fr"
        )
        vote = db.scalars(
            select(Consultation.id).where(
                Consultation.electorate == Electorate.DECLARED,
                Consultation.opens_at <= clock.now(),
                Consultation.closes_at > clock.now(),
            )
        ).first()
        waiting = db.scalars(
            select(ModerationItem.id).where(ModerationItem.taken_by_id.is_(None))
        ).all()
    return [
        *(f"/moderation/{id_}" for id_ in waiting),
        *secret_pages(town),
        "/signalements/nouveau?choix=COM01",
        f"/compte/code/{challenge}",
        f"/concertations/{vote}/voter?question=1",
        *(path for _, method, path in addresses if method == "GET"),
    ]
