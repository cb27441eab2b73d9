"""One's own numbers, addresses, cards and devices: added, removed, told about, signed out."""

import pytest
from sqlalchemy import func, select

from engage.accounts import commands
from engage.accounts.models import ContactPoint, Opening, Person, Role, SignIn
from engage.clockwork import RENDERERS
from engage.core.audit import AuditEntry
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.sms import parts, plainer
from engage.core.web import Engage
from tests.accounts.test_recycled import newest_code
from tests.accounts.test_views import ask_code
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.parallel import in_parallel

PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari"


@pytest.fixture
def amina(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, email="amina@example.org", public_name="Amina")


def add(client: Browser, town: Services, contact: str, expects: int = 303) -> str:
    """Add `contact` with the right code; returns where this leads."""
    page = client.submit("/compte/adresses", {"contact": contact}).headers["Location"]
    answer = client.submit(page, {"code": newest_code(town)}, expects)
    return str(answer.headers.get("Location", ""))


def point_id(town: Services, value: str) -> int:
    with town.database.reading() as db:
        return db.scalars(select(ContactPoint.id).where(ContactPoint.value == value)).one()


def notices(town: Services) -> list[tuple[str, str, str]]:
    """Where each notice goes, what it says happened, and its words."""
    with town.database.reading() as db:
        rows = db.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.kind == "address_notice")
            .order_by(OutboxMessage.id)
        ).all()
        words = [RENDERERS["address_notice"](db, row, "https://quartier.example") for row in rows]
    assert all(words)
    return [
        (row.recipient, row.payload["change"], text.text if text else "")
        for row, text in zip(rows, words, strict=True)
    ]


@pytest.mark.parametrize("contact", ["06 12 34 56 78", "nadia@example.org"])
def test_the_message_says_that_its_code_adds_an_address(
    client: Browser, town: Services, amina: Person, contact: str
) -> None:
    client.sign_in(amina)
    client.submit("/compte/adresses", {"contact": contact})
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage)).one()
        told = RENDERERS[message.kind](db, message, "https://quartier.example")
    assert told is not None
    assert "à un compte" in told.text
    assert message.channel == "email" or parts(plainer(told.text)) == 1


def test_a_number_is_added_with_the_code_sent_to_it(
    client: Browser, town: Services, amina: Person, app: Engage
) -> None:
    client.sign_in(amina)
    assert add(client, town, "06 39 98 00 01") == "/compte/adresses"
    client.get("/compte/adresses")
    assert "06 39 98 00 01" in client.text
    other = Browser(app)
    address, digits = ask_code(other, town, "0639980001")
    other.submit(address, {"code": digits})
    other.get("/compte/adresses")
    assert "amina@example.org" in other.text


def test_the_addresses_that_were_there_are_told_with_the_new_one_masked(
    client: Browser, town: Services, amina: Person
) -> None:
    add(client.sign_in(amina), town, "06 39 98 00 01")
    [(recipient, change, words)] = notices(town)
    assert (recipient, change) == ("amina@example.org", "added")
    assert "•• •• •• 00 01" in words
    assert "639980001" not in words
    assert "https://quartier.example/compte/adresses" in words


def test_the_removed_address_is_told_and_how_to_object(
    client: Browser, town: Services, amina: Person
) -> None:
    client.sign_in(amina)
    add(client, town, "06 39 98 00 01")
    client.submit(f"/compte/adresses/{point_id(town, 'amina@example.org')}/enlever")
    told = [n for n in notices(town) if n[1] == "removed"]
    assert {recipient for recipient, _change, _words in told} == {
        "amina@example.org",
        "+33639980001",
    }
    for _recipient, _change, words in told:
        assert "a•••@example.org" in words
        assert "https://quartier.example/mentions-legales" in words
    client.get("/compte/adresses")
    assert "amina@example.org" not in client.text


def test_the_last_way_in_stays_and_a_card_counts(
    client: Browser, app: Engage, town: Services, amina: Person
) -> None:
    client.sign_in(amina)
    page = f"/compte/adresses/{point_id(town, 'amina@example.org')}/enlever"
    client.get(page)
    assert "seul moyen d’entrer" in client.text
    client.get("/compte/adresses")
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    client.post(page, {"csrf_token": token}, expects=422)
    assert "seul moyen d’entrer" in client.text
    with town.database.transaction() as db:
        commands.issue_card(db, amina, "K7QM-2DXA-PR4T", key=app.services.secret_key)
    client.submit(page)
    client.get("/compte/adresses")
    assert "Une carte imprimée" in client.text


def test_two_ways_removed_at_once_leave_one(
    app: Engage, client: Browser, town: Services, amina: Person
) -> None:
    add(client.sign_in(amina), town, "06 39 98 00 01")
    phones = [Browser(app).sign_in(amina), Browser(app).sign_in(amina)]
    forms = []
    for phone, value in zip(phones, ("amina@example.org", "+33639980001"), strict=True):
        phone.get(f"/compte/adresses/{point_id(town, value)}/enlever")
        assert phone.page is not None
        forms.append(next(f for f in phone.page.forms if "enlever" in f.action))
    in_parallel(lambda n: phones[n].http.post(forms[n].action, data=forms[n].fields), range(2))
    with town.database.reading() as db:
        assert db.scalar(select(func.count(ContactPoint.id))) == 1


def test_changing_leads_from_the_new_number_to_taking_the_old_one_off(
    client: Browser, town: Services, amina: Person
) -> None:
    client.sign_in(amina)
    old = point_id(town, "amina@example.org")
    page = client.submit(f"/compte/adresses?remplace={old}", {"contact": "amina2@example.org"})
    answer = client.submit(page.headers["Location"], {"code": newest_code(town)})
    assert answer.headers["Location"] == f"/compte/adresses/{old}/enlever"
    client.submit(answer.headers["Location"])
    client.get("/compte/adresses")
    assert "amina2@example.org" in client.text
    assert "amina@example.org" not in client.text


@pytest.mark.parametrize("change", ["add", "remove"])
def test_each_change_signs_all_other_devices_out(
    client: Browser, app: Engage, town: Services, amina: Person, change: str
) -> None:
    client.sign_in(amina)
    if change == "remove":
        add(client, town, "06 39 98 00 01")
    other = Browser(app).sign_in(amina)
    other.get("/compte")
    if change == "add":
        add(client, town, "06 39 98 00 01")
    else:
        client.submit(f"/compte/adresses/{point_id(town, '+33639980001')}/enlever")
    other.get("/compte", expects=303)
    client.get("/compte")


def test_an_address_is_asked_for_alike_whether_or_not_another_has_it(
    client: Browser, town: Services, amina: Person
) -> None:
    with town.database.transaction() as db:
        make_person(db, email="autre@example.org")
    client.sign_in(amina)
    seen, pages = [], []
    for contact in ("autre@example.org", "aucune@example.org"):
        client.get("/compte/adresses")
        assert client.page is not None
        form = next(f for f in client.page.forms if "contact" in f.fields)
        with count_statements(town.database) as statements:
            where = client.post(form.action, form.fields | {"contact": [contact]})
        seen.append([s.split(" ")[:3] for s in statements])
        client.get(where.headers["Location"])
        pages.append(client.text)
    assert seen[0] == seen[1]
    assert pages[0] == pages[1]


def test_ones_own_address_need_not_be_added_again(
    client: Browser, town: Services, amina: Person
) -> None:
    client.sign_in(amina).submit("/compte/adresses", {"contact": "AMINA@example.org"}, expects=422)
    assert "Vous l’avez déjà" in client.text


def test_a_code_that_adds_never_signs_in_and_is_nobody_elses(
    client: Browser, app: Engage, town: Services, amina: Person
) -> None:
    client.sign_in(amina)
    page = client.submit("/compte/adresses", {"contact": "0639980001"}).headers["Location"]
    digits, challenge = newest_code(town), page.rpartition("/")[2]
    visitor = Browser(app)
    visitor.submit(f"/compte/code/{challenge}", {"code": digits}, expects=422)
    with town.database.transaction() as db:
        stranger = make_person(db, email="b@example.org")
    Browser(app).sign_in(stranger).get(page, expects=404)
    sign_in_page, sign_in_digits = ask_code(visitor, town, "0639980002")
    client.get(page)
    assert client.page is not None
    form = next(f for f in client.page.forms if "code" in f.names)
    wrong = sign_in_page.replace("/compte/code/", "/compte/adresses/code/")
    client.post(wrong, form.fields | {"code": [sign_in_digits]}, expects=404)
    assert client.submit(page, {"code": digits}).headers["Location"] == "/compte/adresses"


def test_addresses_of_others_can_not_be_looked_at_or_removed(
    client: Browser, town: Services, amina: Person
) -> None:
    with town.database.transaction() as db:
        stranger = make_person(db, email="b@example.org")
    page = f"/compte/adresses/{point_id(town, 'amina@example.org')}/enlever"
    client.sign_in(stranger).get(page, expects=404)


def test_who_has_a_mandate_passes_the_second_step_first(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        make_person(db, Role.COUNCIL, email="conseil@example.org")
    address, digits = ask_code(client, town, "conseil@example.org")
    client.submit(address, {"code": digits})
    answer = client.get("/compte/adresses", expects=303)
    assert answer.headers["Location"].startswith("/compte/deuxieme-etape")


def test_a_number_another_has_not_used_for_six_months_changes_hands(
    client: Browser, town: Services, amina: Person, moment: Moment
) -> None:
    with town.database.transaction() as db:
        old = make_person(db, email="ancien@example.org")
        db.add(
            ContactPoint(
                person_id=old.id, kind="phone", value="+33639980001", verified_at=moment.now
            )
        )
    moment.forward(days=183)
    assert add(client.sign_in(amina), town, "0639980001") == "/compte/adresses"
    with town.database.reading() as db:
        point = db.scalars(select(ContactPoint).where(ContactPoint.value == "+33639980001")).one()
        assert point.person_id == amina.id
    assert ("ancien@example.org", "released") in [n[:2] for n in notices(town)]


def test_one_address_added_by_two_at_once_is_of_one(
    app: Engage, town: Services, amina: Person
) -> None:
    with town.database.transaction() as db:
        people = [amina, make_person(db, email="b@example.org")]
    phones = [Browser(app).sign_in(person) for person in people]
    forms = []
    for phone in phones:
        page = phone.submit("/compte/adresses", {"contact": "0639980001"}).headers["Location"]
        phone.get(page)
        assert phone.page is not None
        form = next(f for f in phone.page.forms if "code" in f.names)
        forms.append((page, form.fields | {"code": [newest_code(town)]}))
    answers = in_parallel(
        lambda n: phones[n].http.post(forms[n][0], data=forms[n][1]).status_code, range(2)
    )
    assert set(answers) <= {303, 409}
    with town.database.reading() as db:
        count = select(func.count(ContactPoint.id)).where(ContactPoint.value == "+33639980001")
        assert db.scalar(count) == 1


def test_what_changes_is_audited_without_addresses(
    client: Browser, town: Services, amina: Person
) -> None:
    add(client.sign_in(amina), town, "0639980001")
    client.submit(f"/compte/adresses/{point_id(town, '+33639980001')}/enlever")
    with town.database.reading() as db:
        entries = db.scalars(select(AuditEntry)).all()
    actions = [entry.action for entry in entries]
    assert {"contact_point.add", "contact_point.remove"} <= set(actions)
    assert actions.count("sign_in.revoke_others") == 2
    assert "6399" not in repr([entry.details for entry in entries])


def test_devices_are_listed_by_a_coarse_name_and_this_one_is_marked(
    client: Browser, app: Engage, town: Services
) -> None:
    address, digits = ask_code(client, town)
    client.http.environ_base["HTTP_USER_AGENT"] = PIXEL
    client.submit(address, {"code": digits})
    other = Browser(app)
    address, digits = ask_code(other, town)
    other.submit(address, {"code": digits})
    client.get("/compte/appareils")
    assert "Téléphone Android, Chrome" in client.text
    assert "Autre appareil" in client.text
    assert client.text.count("Cet appareil") == 1
    assert "Depuis le mardi 2 juin 2026" in client.text


def test_one_device_or_all_others_are_signed_out_from_here(
    client: Browser, app: Engage, town: Services, amina: Person
) -> None:
    client.sign_in(amina)
    others = [Browser(app).sign_in(amina) for _ in range(3)]
    with town.database.reading() as db:
        newest = db.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first()
    client.submit("/compte/appareils", action=f"/{newest}/sortir")
    others[2].get("/compte", expects=303)
    others[0].get("/compte")
    client.submit("/compte/appareils", action="/ailleurs")
    for other in others:
        other.get("/compte", expects=303)
    client.get("/compte/appareils")
    assert client.page is not None
    assert not [f for f in client.page.forms if "ailleurs" in f.action]


def test_devices_of_others_can_not_be_signed_out(
    client: Browser, app: Engage, town: Services, amina: Person
) -> None:
    with town.database.transaction() as db:
        stranger = make_person(db, email="b@example.org")
        commands.sign_in_fully(db, stranger, Opening.DEMO)
        theirs = db.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first()
    client.sign_in(amina).get("/compte")
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    client.post(f"/compte/appareils/{theirs}/sortir", {"csrf_token": token}, expects=404)
