"""`/compte/quartier`, `/compte/age` and `/compte/attester` as people meet them."""

import pytest
from sqlalchemy import select

from engage.accounts import commands, residence
from engage.accounts.models import Person, Role
from engage.accounts.residence import ResidenceLevel, ResidenceProof
from engage.core.audit import AuditEntry
from engage.core.services import Services
from engage.core.web import Engage
from engage.territory.models import Place
from tests.accounts.test_residence import make_resident
from tests.browsing import Browser
from tests.factories import make_organisation, make_person, make_place, neighbourhood

HOME = "/compte/quartier"
CARD = "CART-5555-NPQR"


def _reload(town: Services, person: Person) -> Person:
    with town.database.reading() as db:
        return db.get_one(Person, person.id)


def _level(town: Services, person: Person) -> ResidenceLevel:
    with town.database.reading() as db:
        return residence.level_of(db, person)


@pytest.fixture
def resident(client: Browser, town: Services) -> Person:
    """Somebody who has chosen nothing yet, signed in on `client`."""
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)
    return person


def test_a_neighbourhood_is_chosen_and_changed(
    client: Browser, town: Services, resident: Person
) -> None:
    with town.database.reading() as db:
        here, there = neighbourhood(db).id, neighbourhood(db, "escales").id
    client.get(HOME)
    assert "pas encore dit où vous habitez" in client.text
    assert "Prouver" not in client.text
    client.submit(HOME, {"quartier": str(here)})
    client.get(HOME)
    assert "Vous dites que vous habitez ici : Terre-Rouge" in client.text
    assert "Prouver que j’habite ici" in client.text
    client.submit(HOME, {"quartier": str(there)})
    client.submit(HOME, {"quartier": "0"})
    assert _reload(town, resident).neighbourhood_id is None


@pytest.mark.parametrize("sent", [None, "", "x", "-1", "99999", "9" * 50, "٣", "<b>", "\x00"])
def test_a_bad_choice_comes_back_with_a_sentence(
    client: Browser, town: Services, resident: Person, sent: str | None
) -> None:
    with town.database.transaction() as db:
        db.get_one(Person, resident.id).neighbourhood_id = neighbourhood(db).id
    client.submit(
        HOME, {} if sent is None else {"quartier": sent}, expects=303 if sent is None else 422
    )
    client.submit(f"{HOME}/adresse", {"place": sent or ""}, expects=422)
    assert "Choisissez une adresse de la liste" in client.text


def test_an_address_of_the_list_proves_the_perimeter(
    client: Browser, town: Services, resident: Person
) -> None:
    client.get(f"{HOME}/adresse", expects=303)
    with town.database.transaction() as db:
        db.get_one(Person, resident.id).neighbourhood_id = neighbourhood(db).id
        block = make_place(db, kind="residence", name="Les Tilleuls")
        home = make_place(db, kind="building", name="Bâtiment Z", parent_id=block.id)
        lift = make_place(db, kind="lift", name="Ascenseur Z", parent_id=home.id)
        hall = make_place(db, kind="hall", name="Hall Z", parent_id=home.id)
        elsewhere = db.scalars(select(Place).where(Place.code == "escales-quartier")).one()
    client.get(f"{HOME}/adresse")
    assert "Les Tilleuls, Bâtiment Z" in client.text
    assert "Ascenseur Z" not in client.text
    for place in (lift, hall, elsewhere):
        client.submit(f"{HOME}/adresse", {"place": str(place.id)}, expects=422)
    client.submit(f"{HOME}/adresse", {"place": str(home.id)})
    assert _level(town, resident) is ResidenceLevel.PERIMETER
    client.get(HOME)
    assert "C’est fait" in client.text
    with town.database.reading() as db:
        proof = db.scalars(select(ResidenceProof)).one()
        assert proof.place_id == home.id
        details = [e.details for e in db.scalars(select(AuditEntry)).all()]
        assert all("place" not in found for found in details)


def test_a_neighbourhood_without_a_list_says_what_else_works(
    client: Browser, town: Services, resident: Person
) -> None:
    with town.database.transaction() as db:
        db.get_one(Person, resident.id).neighbourhood_id = neighbourhood(db, "escales").id
    client.get(f"{HOME}/adresse")
    assert "demandez à un médiateur" in client.text


@pytest.mark.parametrize("level", ResidenceLevel)
def test_each_level_is_said_in_plain_words(
    client: Browser, town: Services, level: ResidenceLevel
) -> None:
    with town.database.transaction() as db:
        person = make_resident(db, level)
    client.sign_in(person)
    client.get(HOME)
    words = {
        "declared": "Vous dites que",
        "perimeter": "Vous avez choisi une adresse",
        "letter": "Une lettre est arrivée",
        "attested": "a confirmé que vous habitez",
        "council": "Vous êtes au conseil citoyen",
    }
    assert words[level.value] in client.text
    assert client.text.count("C’est fait") == list(ResidenceLevel).index(level)


def test_an_age_is_said_by_yes_or_no_and_kept_nowhere(
    client: Browser, town: Services, resident: Person
) -> None:
    address = "/compte/age?ans=16&suite=/concertations"
    sent = client.submit(address, {"assez": "oui"})
    assert sent.headers["Location"] == "/concertations"
    assert _reload(town, resident).birth_year is None
    with client.http.session_transaction() as session:
        assert tuple(session["age"]) == (resident.id, 16)
    client.submit(address, {"assez": "non"})
    with client.http.session_transaction() as session:
        assert "age" not in session
    client.submit(address, expects=422)
    assert "Choisissez une réponse" in client.text


def test_a_year_that_is_typed_is_kept(client: Browser, town: Services, resident: Person) -> None:
    client.submit("/compte/age?ans=16&suite=/concertations", {"birth_year": " 1984 "})
    assert _reload(town, resident).birth_year == 1984
    with town.database.reading() as db:
        entry = db.scalars(
            select(AuditEntry).where(AuditEntry.action == "person.tell_birth_year")
        ).one()
        assert entry.details == {}


@pytest.mark.parametrize("typed", ["84", "1800", "2027", "x", "19 84", "1" * 11, "٢٠٠٠", "-1984"])
def test_what_is_no_year_comes_back(
    client: Browser, town: Services, resident: Person, typed: str
) -> None:
    client.submit("/compte/age?ans=16", {"birth_year": typed}, expects=422)
    assert client.page is not None
    assert client.page.forms[0].fields["birth_year"] == [typed]
    assert _reload(town, resident).birth_year is None


@pytest.mark.parametrize("asked", ["", "x", "-3", "9" * 40, "<script>"])
def test_an_odd_age_in_the_address_breaks_nothing(
    client: Browser, resident: Person, asked: str
) -> None:
    client.get(f"/compte/age?ans={asked}")
    client.submit(f"/compte/age?ans={asked}&suite=//mal.example", {"assez": "oui"})


def _present(town: Services, app: Engage) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, email="amina@example.org")
        commands.issue_card(db, person, CARD, key=app.services.secret_key)
        return person


def _home(town: Services, **values: object) -> Place:
    with town.database.transaction() as db:
        return make_place(db, kind="building", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["amina@example.org", " Amina@Example.org", "cart5555npqr", CARD])
def test_a_mediator_attests_who_is_present(
    client: Browser, app: Engage, town: Services, typed: str
) -> None:
    person, place = _present(town, app), _home(town)
    with town.database.transaction() as db:
        by = make_person(db, Role.MEDIATOR)
    client.sign_in(by)
    client.submit("/compte/attester", {"contact": typed, "place": str(place.id), "seen": "y"})
    client.get("/compte/attester")
    assert "C’est attesté" in client.text
    assert _level(town, person) is ResidenceLevel.ATTESTED
    with town.database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "residence.attest")).one()
        assert (entry.actor_id, entry.subject_id) == (by.id, person.id)


def test_an_unknown_person_gets_one_sentence_and_tries_are_counted(
    client: Browser, app: Engage, town: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.accounts.attest_views.TRIES_AN_HOUR", 4)
    place = _home(town)
    with town.database.transaction() as db:
        by = make_person(db, Role.MEDIATOR)
    client.sign_in(by)
    sent = {"place": str(place.id), "seen": "y"}
    for typed in ("personne@example.org", "AAAA-BBBB-CCCC", "06 39 98 00 99"):
        client.submit("/compte/attester", sent | {"contact": typed}, expects=422)
        assert "Rien ne correspond" in client.text
    client.submit("/compte/attester", sent | {"contact": "pas une adresse"}, expects=422)
    late = client.submit("/compte/attester", sent | {"contact": "a@example.org"}, expects=429)
    assert int(late.headers["Retry-After"]) > 0


def test_nothing_is_attested_without_the_box_or_the_place(
    client: Browser, app: Engage, town: Services
) -> None:
    person, place = _present(town, app), _home(town)
    with town.database.transaction() as db:
        by = make_person(db, Role.COORDINATOR)
    client.sign_in(by)
    sent = {"contact": CARD, "place": str(place.id)}
    client.submit("/compte/attester", sent, expects=422)
    assert "Cochez cette case" in client.text
    for wrong in ("", "x", "999999", "9" * 40):
        client.submit(
            "/compte/attester", {"contact": CARD, "place": wrong, "seen": "y"}, expects=422
        )
    assert _level(town, person) is ResidenceLevel.DECLARED


def test_an_agent_attests_for_the_homes_of_the_landlord_only(
    client: Browser, app: Engage, town: Services
) -> None:
    person = _present(town, app)
    with town.database.transaction() as db:
        landlord = make_organisation(db)
        landlord.kind = residence.LANDLORD
        by = make_person(db, Role.AGENT, organisation=landlord)
        mine = make_place(db, kind="building", owner=landlord)
        theirs = make_place(db, kind="building", owner=make_organisation(db))
    client.sign_in(by)
    sent = {"contact": CARD, "seen": "y"}
    client.submit("/compte/attester", sent | {"place": str(theirs.id)}, expects=422)
    assert "pas à votre organisme" in client.text
    client.submit("/compte/attester", sent | {"place": str(mine.id)})
    with town.database.reading() as db:
        proof = db.scalars(select(ResidenceProof)).one()
        assert (proof.person_id, proof.organisation_id) == (person.id, landlord.id)


@pytest.mark.parametrize("role", [None, Role.COUNCIL, Role.AGENT, Role.ADMIN])
def test_others_do_not_reach_the_page(client: Browser, town: Services, role: Role | None) -> None:
    with town.database.transaction() as db:
        organisation = make_organisation(db)
        person = make_person(db, *[role] if role else [], organisation=organisation)
    client.sign_in(person)
    client.get("/compte/attester", expects=403)


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.COORDINATOR])
def test_numbers_are_on_the_coordinator_s_page_only(
    client: Browser, town: Services, role: Role
) -> None:
    with town.database.transaction() as db:
        by = make_person(db, role)
        for _number in range(10):
            make_resident(db, ResidenceLevel.LETTER)
    client.sign_in(by)
    client.get("/compte/attester")
    assert ("10 Code d’une lettre" in client.text) == (role is Role.COORDINATOR)
