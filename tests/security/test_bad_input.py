"""Every path, query parameter and form field with what nobody should send: never a 5xx."""

from collections.abc import Iterator
from itertools import product

from sqlalchemy import select
from werkzeug.routing import Rule

from engage import contract
from engage.accounts.addresses import parse
from engage.accounts.commands import send_code
from engage.accounts.models import Mandate, Person, Role
from engage.consultations.models import Consultation, Electorate
from engage.core import clock
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation.models import ModerationItem
from engage.reminders.jobs import queue_digests
from tests.access_table import sample_addresses
from tests.browsing import Browser, FormFound
from tests.factories import make_organisation
from tests.incidents.making import make_estate, make_followed, repaired
from tests.reminders.making import make_owed_incident, messages
from tests.security.raw import Fields, ask, query_names, quoted, send

CORPUS = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe\xe9",
    "half a surrogate pair": b"\xed\xa0\x80",
    "a long number": b"9" * 5_000,
    "a number past 64 bits": b"18446744073709551616",
    "minus": b"-1",
    "other digits": "٣٤".encode(),
    "SQL": b"' OR 1=1; --%s%(x)s:x{0}",
    "dates": b"0000-99-99",
    "a very late day": b"9999-12-31",
    "two slashes": b"//example.org/\\",
    "a nearly right address": b"a" * 200 + b"@example.org",
    "line ends": b"a@b.fr\r\nBcc: x@example.org\r\n\r\nb",
    "marks upon marks": ("e" + "\u0315\u0316" * 2_000).encode(),
    "NUL": b"a\x00b",
    "turned round": "\u202egnp.exe\u2066\u200b".encode(),
    "HTML": b'"><script>alert(1)</script>{{7*7}}',
}
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
GOOD = {
    "contact": "voisine@example.org",
    "title": "Des bancs",
    "text": "Pour souffler un peu.",
    "description": "La lampe est cassée.",
    "word": "C’est fait.",
    "note": "Merci de changer le titre.",
    "code": "123456",
    "public_name": "Nadia",
    "reference": "G-1002",
    "day": "2026-06-04",
    "neighbourhood": "terre-rouge",
    "langue": "fr",
    "reason": "R1",
    "action": "1",
}
"""Good values for the fields that are not tried just now."""

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


def wrong_ones(found: list[tuple[object, ...]]) -> str:
    return "\n".join(map(str, found))


def test_no_path_and_no_query_parameter_makes_the_server_fail(app: Engage, town: Services) -> None:
    contract.load_demo(town)
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


def test_no_number_in_a_path_that_takes_forms_makes_the_server_fail(
    app: Engage, town: Services
) -> None:
    contract.load_demo(town)
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


def test_no_form_field_makes_the_server_fail(app: Engage, town: Services) -> None:
    contract.load_demo(town)
    browser = Browser(app).sign_in(everything(town))
    wrong: list[tuple[object, ...]] = []
    tried: set[tuple[str, str]] = set()
    for page in pages_with_forms(app, town, browser):
        for form in forms_of(browser, page):
            endpoint = endpoint_of(app, form, page)
            names = {name for name in form.names if (endpoint, name) not in tried}
            if endpoint not in BUTTONS:
                tried |= {(endpoint, name) for name in names}
                wrong.extend(try_form(browser, page, form, names - {"csrf_token"}))
    assert not wrong, wrong_ones(wrong)
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    elsewhere = {endpoint for endpoint in posted if endpoint.startswith(AT_COUNTER)}
    assert posted - {endpoint for endpoint, _ in tried} - BUTTONS - BY_SCRIPT - elsewhere == set()


BUTTONS = {
    "accounts.sign_out",
    "consultations.another_person",
    "follow.confirm",
    "follow.unfollow",
    "moderation.confirm_refusal",
    "passkeys.ask_again",
    "passkeys.remove",
    "proposals.withdraw_support",
    "proposals.change_action",
}
"""Forms without a field to fill in, or only for who wrote the idea."""

AT_COUNTER = ("counter", "enquiries")
"""Forms that need somebody who is served: `fieldwork/test_bad_input.py` tries each field."""

BY_SCRIPT = {
    f"passkeys.{step}"
    for step in (
        *("enter_options", "enter", "step_options", "step"),
        *("add_options", "add", "invited_options", "accept"),
    )
}
"""What passkey.js sends, under a host name only: `accounts/test_passkeys.py` tries each field."""


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


def forms_of(browser: Browser, page: str) -> list[FormFound]:
    """The forms that a page sends by POST, as they are now."""
    answer = browser.http.get(page, follow_redirects=True)
    if answer.mimetype != "text/html" or answer.status_code >= 400:
        return []
    browser._seen(answer, answer.status_code)
    assert browser.page is not None
    return [form for form in browser.page.forms if form.method == "post"]


def endpoint_of(app: Engage, form: FormFound, page: str) -> str:
    """The endpoint that a form goes to."""
    route = (form.action or page).partition("?")[0]
    return str(app.url_map.bind("localhost").match(route, "POST")[0])


def try_form(
    browser: Browser, page: str, form: FormFound, names: set[str]
) -> Iterator[tuple[object, ...]]:
    """Each field with each bad value, the others good; a form that was taken is opened again."""
    for name in sorted(names):
        for what, value in CORPUS.items():
            answer = send(browser, form.action or page, filled(form, name, value))
            if answer.status_code >= 500:
                yield answer.status_code, form.action or page, name, what
            if answer.status_code == 303:
                again = [f for f in forms_of(browser, page) if f.action == form.action]
                form = again[0] if again else form


def filled(form: FormFound, bad: str, value: bytes) -> Fields:
    """The fields of `form`, `bad` with `value`."""
    names = form.names | {name for name, _ in form.buttons}
    good = [
        (name, (form.fields.get(name) or [GOOD.get(name.rsplit("-", 1)[-1], "")])[0].encode())
        for name in sorted(names - {bad})
    ]
    return [*good, (bad, value)]
