"""Signing in with a six-digit code or a card, as a person meets it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from engage.accounts import commands
from engage.accounts.models import Person, Role
from engage.core.errors import InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.parallel import in_parallel


def ask_code(
    client: Browser,
    town: Services,
    contact: str = "Amina@Example.org ",
    page: str = "/compte/connexion",
) -> tuple[str, str]:
    """Ask for a code; returns the page where it is typed and the digits that were queued."""
    response = client.submit(page, {"contact": contact})
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert message is not None
        return response.headers["Location"], message.secret[:6]


def test_a_code_by_email_signs_a_new_person_in(client: Browser, town: Services) -> None:
    address, digits = ask_code(client, town)
    response = client.submit(address, {"code": f" {digits[:3]} {digits[3:]} "})
    assert response.headers["Location"] == "/compte"
    client.get("/compte/adresses")
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


def test_of_twenty_tries_at_once_five_are_looked_at(client: Browser, town: Services) -> None:
    address, _digits = ask_code(client, town)
    challenge = address.removeprefix("/compte/code/")

    def attempt(_: int) -> bool:
        try:
            commands.count_try(town.database, challenge)
        except InvalidInput:
            return False
        return True

    assert sum(in_parallel(attempt, range(20))) == 5


def test_two_parallel_first_sign_ins_make_one_person(app: Engage, town: Services) -> None:
    """The unique address decides; the slower one is asked to try again and then gets in."""
    phones = [Browser(app), Browser(app)]
    entries = [ask_code(phone, town) for phone in phones]
    forms = []
    for phone, (address, digits) in zip(phones, entries, strict=True):
        phone.get(address)
        assert phone.page is not None
        forms.append(phone.page.forms[0].fields | {"code": [digits]})
    answers = in_parallel(
        lambda n: phones[n].http.post(entries[n][0], data=forms[n]).status_code, range(2)
    )
    assert set(answers) <= {303, 409}
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id))) == 1


def test_a_printed_card_signs_its_holder_in(client: Browser, app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        person = make_person(db, public_name="Aïcha")
        commands.issue_card(db, person, "K7QM-2DXA-PR4T", key=app.services.secret_key)
    client.submit("/compte/carte", {"code": "k7qm 2dxa pr4t"})
    client.get("/compte")
    assert "Aïcha" in client.get("/compte").get_data(as_text=True)


def test_an_unknown_card_comes_back_with_what_was_typed(client: Browser) -> None:
    client.submit("/compte/carte", {"code": "AAAA-BBBB-CCCC"}, expects=422)
    assert client.page is not None
    assert client.page.forms[0].fields["code"] == ["AAAA-BBBB-CCCC"]


def test_an_ended_mandate_stops_at_midnight_in_paris(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        person = make_person(db, Role.COUNCIL, ends_on=date(2026, 6, 2))
    moment.move_to(datetime(2026, 6, 2, 21, 59, tzinfo=UTC))
    assert person.holds(Role.COUNCIL)
    moment.move_to(datetime(2026, 6, 2, 22, 0, tzinfo=UTC))
    assert not person.holds(Role.COUNCIL)


@pytest.mark.parametrize(
    "typed",
    ["", "x" * 10_000, "\0", "<script>", "☎️", "٠٦١٢٣٤٥٦٧٨9999", "a@b", "+33", "' OR 1=1 --"],
)
def test_bad_addresses_are_refused_with_a_sentence(client: Browser, typed: str) -> None:
    client.submit("/compte/connexion", {"contact": typed}, expects=422)
    assert "Une chose est à revoir" in client.text


def test_signing_in_never_leads_to_another_site(client: Browser, town: Services) -> None:
    response = client.submit(
        "/compte/connexion?suite=//mal.example", {"contact": "amina@example.org"}
    )
    with town.database.reading() as db:
        digits = db.scalars(select(func.substr(OutboxMessage.secret, 1, 6))).one()
    response = client.submit(response.headers["Location"], {"code": digits})
    assert response.headers["Location"] == "/compte"


def test_known_and_unknown_addresses_get_the_same_work(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        make_person(db, email="connue@example.org")
    counts = []
    for contact in ("connue@example.org", "inconnue@example.org"):
        client.get("/compte/connexion")
        assert client.page is not None
        form = client.page.forms[0].fields | {"contact": [contact]}
        with count_statements(town.database) as seen:
            client.post("/compte/connexion", form)
        counts.append([statement.split(" ")[:3] for statement in seen])
    assert counts[0] == counts[1]


def test_asking_for_another_code_keeps_what_waits(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        token = commands.keep_draft(db, "proposal", {"title": "Un banc"})
    response = client.submit(
        f"/compte/connexion?brouillon={token}", {"contact": "amina@example.org"}
    )
    client.get(response.headers["Location"])
    assert client.page is not None
    assert f"/compte/connexion?brouillon={token}" in client.page.links
    client.get(f"/compte/connexion?brouillon={token}")
    assert "Ce que vous avez écrit est gardé" in client.text
