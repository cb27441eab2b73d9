"""Finding one person by what they hold, and the trace that a look leaves with them."""

import pytest
from sqlalchemy import select

from engage.accounts import commands
from engage.accounts.models import ContactPoint, Person, Role
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person, neighbourhood

SEARCH = "/admin/personnes"
CARD = "K7QM-2DXA-PR4T"


def be_staff(client: Browser, town: Services, role: Role = Role.COORDINATOR) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, role)
    client.sign_in(person)
    return person


def make_amina(town: Services, key: bytes) -> Person:
    """Somebody with an e-mail, a number and a card."""
    with town.database.transaction() as db:
        amina = make_person(
            db,
            Role.COUNCIL,
            email="amina@example.org",
            public_name="Tulipe",
            neighbourhood_id=neighbourhood(db).id,
        )
        db.add(
            ContactPoint(
                person_id=amina.id, kind="phone", value="+33639980001", verified_at=clock.now()
            )
        )
        commands.issue_card(db, amina, CARD, key=key)
    return amina


def entries(town: Services, action: str) -> list[AuditEntry]:
    with town.database.reading() as db:
        return list(db.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.parametrize(
    "typed", [" Amina@Example.org ", "06 39 98 00 01", "+33639980001", "k7qm 2dxa pr4t", CARD]
)
def test_exactly_what_somebody_holds_finds_them_without_showing_it(
    client: Browser, town: Services, typed: str
) -> None:
    make_amina(town, client.app.services.secret_key)
    be_staff(client, town)
    client.submit(SEARCH, {"contact": typed}, expects=200)
    assert "Tulipe" in client.text
    assert "Quartier Terre-Rouge" in client.text
    assert "Compte ouvert le mardi 2 juin 2026" in client.text
    assert "Adresses, numéros et cartes 3" in client.text
    assert "Conseil citoyen" in client.text
    html = client.http.get("/admin").get_data(as_text=True) + client.text
    assert "example.org" not in html
    assert "639980001" not in html


@pytest.mark.parametrize("typed", ["amina@example", "amin@example.org", "06 39 98 00 0", "Tulipe"])
def test_a_part_or_a_name_finds_nobody(client: Browser, town: Services, typed: str) -> None:
    make_amina(town, client.app.services.secret_key)
    be_staff(client, town)
    client.get(SEARCH)
    assert client.page is not None
    data = {"csrf_token": client.page.forms[-1].fields["csrf_token"][0], "contact": typed}
    text = client.http.post(SEARCH, data=data).get_data(as_text=True)
    assert "Tulipe</h1>" not in text


def test_nobody_closed_and_unproven_get_the_same_answer_and_the_same_trace(
    client: Browser, town: Services
) -> None:
    be_staff(client, town)
    with town.database.transaction() as db:
        make_person(db, email="partie@example.org", closed_at=clock.now())
        other = make_person(db)
        db.add(ContactPoint(person_id=other.id, kind="email", value="attend@example.org"))
    client.submit(SEARCH, {"contact": "chauffe@example.org"}, expects=200)  # the town is read once
    answers, work = set(), set()
    for typed in ("personne@example.org", "partie@example.org", "attend@example.org"):
        with count_statements(town.database) as seen:
            client.submit(SEARCH, {"contact": typed}, expects=200)
        answers.add(client.text)
        work.add(len(seen))
    assert len(answers) == 1
    assert len(work) == 1
    assert [e.details for e in entries(town, "person.search")] == [{"found_id": None}] * 4


def test_searches_are_counted(client: Browser, town: Services) -> None:
    be_staff(client, town)
    for _ in range(30):
        client.submit(SEARCH, {"contact": "a@example.org"}, expects=200)
    refused = client.submit(SEARCH, {"contact": "a@example.org"}, expects=429)
    assert int(refused.headers["Retry-After"]) > 0


def test_a_look_needs_a_reason_and_leaves_a_trace_that_the_person_reads(
    client: Browser, town: Services
) -> None:
    amina = make_amina(town, client.app.services.secret_key)
    staff = be_staff(client, town)
    client.submit(SEARCH, {"contact": CARD}, expects=200)
    refused = sent(client, reason="")
    client.post(f"{SEARCH}/coordonnees", refused, expects=422)
    assert "Choisissez pourquoi." in client.text
    assert "Tulipe" in client.text
    assert entries(town, "contact.reveal") == []
    client.post(f"{SEARCH}/coordonnees", sent(client, reason="call_back"), expects=200)
    assert "amina@example.org" in client.text
    assert "06 39 98 00 01" in client.text
    assert "Une carte imprimée" in client.text
    (entry,) = entries(town, "contact.reveal")
    assert (entry.actor_id, entry.subject_id) == (staff.id, amina.id)
    assert entry.details == {"role": "coordinator", "reason": "call_back"}
    client.sign_in(amina)
    client.get("/compte/consultations-de-mes-donnees")
    assert "mardi 2 juin 2026 Coordination La personne demande qu’on la rappelle" in client.text


def sent(client: Browser, **values: str) -> dict[str, object]:
    """The form of the last page, filled in."""
    assert client.page is not None
    fields = client.page.forms[-1].fields
    return {name: list(found) for name, found in fields.items()} | values


def test_the_way_to_a_person_is_one_s_own_and_lasts_ten_minutes(
    client: Browser, town: Services, moment: Moment
) -> None:
    make_amina(town, client.app.services.secret_key)
    be_staff(client, town)
    client.submit(SEARCH, {"contact": CARD}, expects=200)
    form = sent(client, reason="danger")
    be_staff(client, town, Role.ADMIN)
    client.get(SEARCH)
    token = sent(client)["csrf_token"]
    client.post(f"{SEARCH}/coordonnees", form | {"csrf_token": token}, expects=422)
    client.submit(SEARCH, {"contact": CARD}, expects=200)
    form = sent(client, reason="danger")
    moment.forward(minutes=11)
    client.post(f"{SEARCH}/coordonnees", form, expects=422)
    assert "Cherchez encore une fois" in client.text
    client.post(f"{SEARCH}/coordonnees", form | {"ticket": "1"}, expects=422)
    assert "example.org" not in client.text
    assert entries(town, "contact.reveal") == []


def test_looks_are_counted(client: Browser, town: Services) -> None:
    make_amina(town, client.app.services.secret_key)
    be_staff(client, town)
    client.submit(SEARCH, {"contact": CARD}, expects=200)
    form = sent(client, reason="danger")
    for _ in range(20):
        client.post(f"{SEARCH}/coordonnees", form, expects=200)
    client.post(f"{SEARCH}/coordonnees", form, expects=429)


def test_nobody_looked_is_said_too(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person).get("/compte/consultations-de-mes-donnees")
    assert "Personne n’a regardé" in client.text


@pytest.mark.parametrize("role", [Role.AGENT, Role.MEDIATOR, Role.COUNCIL])
def test_nobody_else_searches(client: Browser, town: Services, role: Role) -> None:
    be_staff(client, town, role)
    client.get(SEARCH, expects=403)
