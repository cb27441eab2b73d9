"""Reporting, following, the public list and the desk, as people meet them."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from engage.accounts.models import Role
from engage.core.photos import Photo
from engage.core.services import Services
from engage.core.web import Engage
from engage.incidents import commands, display, queries
from engage.incidents.models import Incident, IncidentFollower, IncidentPhoto, Moment
from engage.incidents.workflow import Status
from engage.territory.models import Organisation, Place
from tests.browsing import Browser
from tests.conftest import Moment as Clock
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, make_place, photo_bytes
from tests.incidents.making import Estate, make_estate, make_followed, make_incident, repaired

FORM = "/signalements/nouveau?tuile=building&choix=COM01"
JPEG = ("photo", photo_bytes(), "IMG_0001.JPG")


@pytest.fixture
def estate(town: Services) -> Estate:
    with town.database.transaction() as db:
        return make_estate(db, on_call_phone="+33199002000")


def count(town: Services, model: Any = Incident) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def only(town: Services) -> Incident:
    with town.database.reading() as db:
        return db.scalars(select(Incident).options(*queries.FACTS)).one()


def send(client: Browser, estate: Estate, **values: Any) -> str:
    """Send a report as a resident does; returns the follow page."""
    photo = values.pop("photo", None)
    address = values.pop("address", FORM)
    data = {"lieu": estate.hall.code} | values
    return client.submit(address, data, action="nouveau", photo=photo).headers["Location"]


def test_three_screens_and_no_word_make_a_report(
    client: Browser, town: Services, estate: Estate
) -> None:
    client.get("/signalements/nouveau")
    assert client.page is not None
    assert client.text.index("Danger") < client.text.index("Que se passe-t-il")
    assert "/signalements/nouveau?tuile=building" in client.page.links
    client.get("/signalements/nouveau?tuile=building")
    assert client.page is not None
    assert FORM in client.page.links
    follow = send(client, estate)
    client.get(follow)
    assert only(town).reference in client.text
    assert "Nous cherchons qui doit agir" in client.text


def test_steps_before_sending_store_nothing(client: Browser, town: Services) -> None:
    for path in ("", "?tuile=light", "?tuile=light&choix=ECL01", "?choix=ASC01"):
        client.get(f"/signalements/nouveau{path}")
    assert count(town) == 0


@pytest.mark.parametrize(
    "query", ["tuile=rien", "choix=XXX99", "choix=PRO03", "choix=%00", "tuile=%F0%9F%92%A1"]
)
def test_an_unknown_step_is_not_found_with_a_sentence(client: Browser, query: str) -> None:
    client.get(f"/signalements/nouveau?{query}", expects=404)
    assert "Recommencez depuis le début" in client.text


@pytest.mark.parametrize("code", ["ASC02", "LOG02", "LOG03", "LOG04", "STA03", "TRA03", "BRU04"])
def test_danger_and_private_matters_show_a_door_and_no_form(
    client: Browser, town: Services, code: str
) -> None:
    client.get(f"/signalements/nouveau?choix={code}")
    assert client.page is not None
    assert not client.page.forms
    assert "Rien n’est enregistré ici" in client.text


def test_a_number_nobody_gave_is_said_to_be_missing_and_the_next_follows(
    client: Browser,
) -> None:
    client.get("/signalements/nouveau?choix=STA03")
    assert client.page is not None
    assert "numéro à renseigner" in client.text
    assert "tel:17" in client.page.links


def test_a_redirected_kind_is_refused_even_when_sent(
    client: Browser, town: Services, estate: Estate
) -> None:
    data = {"choix": "LOG03", "lieu": estate.hall.code}
    client.submit(FORM, data, expects=422, action="nouveau", photo=JPEG)
    assert count(town) == 0
    assert list(town.storage.keys()) == []


def test_the_photo_of_a_refused_or_repeated_form_leaves_no_file(
    client: Browser, town: Services, estate: Estate
) -> None:
    for wrong, expected in (({"lieu": "nulle-part"}, 422), ({"choix": "XXX99"}, 404)):
        data = {"lieu": estate.hall.code} | wrong
        client.submit(FORM, data, expects=expected, action="nouveau", photo=JPEG)
        assert list(town.storage.keys()) == []
    client.get(FORM)
    assert client.page is not None
    form = client.page.forms[0].fields | {"lieu": estate.hall.code}
    for words, expected in (("", 303), ("", 303), ("autre", 409)):
        sent = form | {"photo": (io.BytesIO(JPEG[1]), "a.jpg"), "description": words}
        client.post("/signalements/nouveau", sent, expected)
    with town.database.reading() as db:
        (kept,) = db.scalars(select(Photo))
    files = list(town.storage.keys())
    assert {key for key, _written in files} == {kept.key, kept.small_key}


def test_a_photo_whose_row_was_undone_leaves_no_file(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate, assigned=True).reference
    client.sign_in(estate.agent)
    decide(client, reference, "reparer", {"word": ""}, expects=422, photo=JPEG)
    old = {"word": "Lavé.", "version": "99"}
    decide(client, reference, "reparer", old, expects=409, photo=JPEG)
    assert list(town.storage.keys()) == []


def test_an_urgent_report_shows_first_who_to_call(
    client: Browser, town: Services, estate: Estate
) -> None:
    address = "/signalements/nouveau?tuile=lift_heating&choix=ASC01"
    client.get(address)
    assert client.page is not None
    assert client.page.forms[0].method == "get"
    client.get(f"{address}&lieu={estate.hall.code}")
    assert client.page is not None
    assert "tel:+33199002000" in client.page.links
    assert "01 99 00 20 00" in client.text
    assert count(town) == 0
    send(client, estate, address=f"{address}&lieu={estate.hall.code}")
    assert only(town).status is Status.ASSIGNED


def test_an_urgent_report_at_night_says_when_somebody_reads(
    client: Browser, town: Services, moment: Clock
) -> None:
    with town.database.transaction() as db:
        place = make_place(db, land_ownership="unknown")
    address = f"/signalements/nouveau?choix=PRO05&lieu={place.code}"
    client.get(address)
    assert "Les bureaux sont ouverts" in client.text
    moment.forward(days=3, hours=10)
    client.get(address)
    assert "Personne ne lira ce message avant lundi 8 juin, 8" in client.text
    assert "18" in client.text


def test_an_urgent_kind_at_an_unknown_place_asks_again(client: Browser) -> None:
    client.get("/signalements/nouveau?choix=PRO05&lieu=nulle-part", expects=422)
    assert "Choisissez un lieu dans la liste" in client.text


@pytest.mark.parametrize("where", ["", "nulle-part", "<script>", "🏚️", "a" * 5000, "x\x00y"])
def test_a_place_that_is_not_in_the_list_keeps_what_was_typed(
    client: Browser, town: Services, where: str
) -> None:
    client.submit(FORM, {"lieu": where, "description": "Hall sale"}, expects=422, action="nouveau")
    assert client.page is not None
    assert client.page.forms[0].fields["description"][0].strip() == "Hall sale"
    assert count(town) == 0


def test_a_photo_is_kept_without_its_metadata(
    client: Browser, town: Services, estate: Estate
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    exif.get_ifd(0x8825)[2] = (44.0, 26.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (300, 200)).save(out, "JPEG", exif=exif)
    follow = send(client, estate, photo=("photo", out.getvalue(), "a.jpg"))
    client.get(follow)
    assert client.page is not None
    with town.database.reading() as db:
        incident = db.scalars(select(Incident)).one()
        (photo,) = queries.photos(db, incident)
    assert photo.moment is Moment.BEFORE
    response = client.get(f"{follow}/photos/{photo.photo.key}")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert b"secret" not in response.data
    assert not Image.open(io.BytesIO(response.data)).getexif()
    client.get(f"{follow}/photos/{'0' * 32}", expects=404)


@pytest.mark.parametrize("content", [b"je suis un texte", b"", b"<svg/>", b"\x00" * 100])
def test_a_file_that_is_no_photo_comes_back_with_a_sentence(
    client: Browser, town: Services, estate: Estate, content: bytes
) -> None:
    data = {"lieu": estate.hall.code, "description": "Hall sale"}
    client.submit(FORM, data, expects=422, action="nouveau", photo=("photo", content, "photo.jpg"))
    assert "n’est pas une photo" in client.text
    assert client.page is not None
    assert client.page.forms[0].fields["lieu"] == [estate.hall.code]
    assert count(town) == 0


def test_a_photo_of_sixty_megapixels_is_refused(
    client: Browser, town: Services, estate: Estate
) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    client.submit(
        FORM,
        {"lieu": estate.hall.code},
        expects=422,
        action="nouveau",
        photo=("photo", out.getvalue(), "grand.png"),
    )
    assert "trop grande" in client.text


def test_strange_words_are_shown_as_written(
    client: Browser, town: Services, estate: Estate
) -> None:
    words = "<script>alert(1)</script> 💡 المصباح\x00 '; DROP TABLE incidents"
    client.get(send(client, estate, description=words))
    assert "<script>alert(1)</script> 💡 المصباح '; DROP TABLE incidents" in client.text


def test_words_that_are_too_long_come_back(client: Browser, town: Services, estate: Estate) -> None:
    data = {"lieu": estate.hall.code, "description": "é" * 1001}
    client.submit(FORM, data, expects=422, action="nouveau")
    assert client.page is not None
    assert client.page.forms[0].fields["description"][0].strip() == "é" * 1001


def test_ten_megabytes_of_words_are_refused(client: Browser, town: Services) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
    response = client.http.post(
        "/signalements/nouveau",
        data=head + b"a" * 10_000_000 + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert response.status_code == 413
    assert "<h1" in response.text
    assert count(town) == 0


def test_the_same_form_sent_twice_leads_to_the_same_page(
    client: Browser, town: Services, estate: Estate
) -> None:
    client.get(FORM)
    assert client.page is not None
    form = client.page.forms[0].fields | {"lieu": estate.hall.code}
    first = client.post("/signalements/nouveau", form)
    again = client.post("/signalements/nouveau", form)
    assert first.headers["Location"] == again.headers["Location"]
    assert count(town) == 1
    client.post("/signalements/nouveau", form | {"description": "autre"}, expects=409)
    assert count(town) == 1


def test_a_whole_estate_may_report_and_a_flood_may_not(
    client: Browser, town: Services, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engage.incidents import views

    assert views.REPORTS_AN_HOUR >= 100
    monkeypatch.setattr(views, "REPORTS_AN_HOUR", 2)
    send(client, estate)
    send(client, estate)
    response = client.submit(FORM, {"lieu": estate.hall.code}, expects=429, action="nouveau")
    assert int(response.headers["Retry-After"]) > 0


def test_the_closed_circuit_offers_no_words_and_is_nowhere_public(
    client: Browser, town: Services, estate: Estate
) -> None:
    address = "/signalements/nouveau?tuile=other&choix=TRA02"
    client.get(address)
    assert client.page is not None
    assert not {"description", "photo"} & client.page.forms[0].names
    follow = client.submit(
        address,
        {"lieu": estate.hall.code},
        action="nouveau",
    ).headers["Location"]
    client.get(follow)
    assert "Me prévenir" not in client.text
    assert "page publique" not in client.text
    incident = only(town)
    client.get(f"/signalements/{incident.reference}", expects=404)
    for query in ("", "?etat=ouverts", "?quartier=terre-rouge"):
        client.get(f"/signalements{query}")
        assert incident.reference not in client.http.get(f"/signalements{query}").text
        assert "Des gens" not in client.text


def test_words_forced_into_the_closed_circuit_are_not_kept(
    client: Browser, town: Services, estate: Estate
) -> None:
    client.get("/signalements/nouveau?choix=TRA02")
    assert client.page is not None
    form = client.page.forms[0].fields | {
        "lieu": estate.hall.code,
        "description": "C’est Untel",
        "photo": (io.BytesIO(photo_bytes()), "a.jpg"),
    }
    client.post("/signalements/nouveau", form)
    assert only(town).description == ""
    assert count(town, IncidentPhoto) == 0
    assert list(town.storage.keys()) == []


def test_the_public_sees_state_day_and_coarse_place_only(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    send(client, estate, description="Mots privés", photo=JPEG)
    visitor = Browser(app)
    html = visitor.get(f"/signalements/{only(town).reference}").text
    assert "Résidence des Essais" in html
    assert "mardi 2 juin" in html
    for secret in ("Hall secret", "Mots privés", "photos/", "suivi/", "10 h", "<form"):
        assert secret not in html
    assert "Hall secret" not in visitor.get("/signalements").text


def test_the_public_list_is_cut_into_pages_and_filtered(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        made = [make_incident(db, estate).reference for _ in range(23)]
    client.get("/signalements")
    assert client.page is not None
    shown = [a for a in client.page.links if a.startswith("/signalements/G-")]
    assert shown == [f"/signalements/{r}" for r in made[:2:-1]]
    client.get(next(a for a in client.page.links if "avant=" in a))
    assert client.page is not None
    assert f"/signalements/{made[0]}" in client.page.links
    client.get("/signalements?etat=repares")
    assert "Rien ici" in client.text
    for strange in ("etat=%00", "quartier=x", "avant=abc", "avant=999999999999999999999"):
        client.get(f"/signalements?{strange}")


def test_what_stands_elsewhere_is_not_found(client: Browser, town: Services) -> None:
    for path in (
        "/signalements/G-9999",
        "/signalements/%F0%9F%92%A1",
        "/suivi/faux",
        "/suivi/x/photos/y",
    ):
        client.get(path, expects=404)


def test_lists_and_details_cost_a_constant_number_of_statements(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    with town.database.transaction() as db:
        references, tokens = [], []
        for _ in range(22):
            incident, token = make_followed(db, estate, assigned=True)
            references.append(incident.reference)
            tokens.append(token)
        waiting = make_incident(db, estate).reference
    pages = {
        "/signalements": 6,
        f"/signalements/{references[0]}": 8,
        f"/suivi/{tokens[0]}": 8,
    }
    for path, bar in pages.items():
        client.get(path)
        with count_statements(town.database) as seen:
            client.get(f"{path}?")
        assert len(seen) <= bar, (path, len(seen), seen)
    staff = Browser(app).sign_in(estate.coordinator)
    for path, bar in {"/gup": 6, f"/gup/{references[0]}": 8, f"/gup/{waiting}": 8}.items():
        with count_statements(town.database) as seen:
            staff.get(path)
        assert len(seen) <= bar, (path, len(seen), seen)


def test_a_reporter_asks_to_be_told_and_an_impossible_address_comes_back(
    client: Browser, town: Services, estate: Estate
) -> None:
    follow = send(client, estate)
    client.submit(follow, {"contact": "Voisine@Example.org"}, action="prevenir")
    client.submit(follow, {"contact": "voisine@example.org"}, action="prevenir")
    assert count(town, IncidentFollower) == 1
    client.submit(follow, {"contact": "n’importe quoi"}, action="prevenir", expects=422)
    assert "06 12 34 56 78" in client.text
    assert client.page is not None
    assert client.page.forms[-1].fields["contact"] == ["n’importe quoi"]


def test_the_follow_page_says_which_addresses_were_left_and_hides_their_middle(
    client: Browser, town: Services, estate: Estate
) -> None:
    follow = send(client, estate)
    client.get(follow)
    assert "Nous vous écrivons ici" not in client.text
    client.submit(follow, {"contact": "nadia@example.org"}, action="prevenir")
    client.submit(follow, {"contact": "06 12 34 56 78"}, action="prevenir")
    html = client.get(follow).text
    for words in ("n•••@example.org", "•• •• •• 56 78", "Ajouter un autre téléphone ou e-mail"):
        assert words in client.text
    for whole in ("nadia@", "34 56 78", "+336", "personnes suivent"):
        assert whole not in html


def test_a_reporter_learns_nothing_of_who_followed_a_duplicate(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    theirs = send(client, estate)
    client.submit(theirs, {"contact": "voisine@example.org"}, action="prevenir")
    twin = only(town).reference
    with town.database.transaction() as db:
        mine, token = make_followed(db, estate)
        reference = mine.reference
    decide(Browser(app).sign_in(estate.coordinator), twin, "doublon", {"reference": reference})
    html = client.get(f"/suivi/{token}").text
    assert "1 personne suit ce problème" in client.text
    assert "v•••" not in html


def test_a_follower_sees_the_state_and_no_words_and_can_leave(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    from engage.core.outbox import OutboxMessage

    follow = send(client, estate, description="Mots privés", photo=JPEG)
    client.submit(follow, {"contact": "voisine@example.org"}, action="prevenir")
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage)).one()
    neighbour = Browser(app)
    html = neighbour.get(f"/suivi/{message.secret}").text
    assert only(town).reference in html
    for secret in ("Mots privés", "Hall secret", "photos/"):
        assert secret not in html
    neighbour.submit(f"/suivi/{message.secret}", action="arreter")
    neighbour.get(f"/suivi/{message.secret}", expects=410)
    assert count(town, IncidentFollower) == 0


def test_yes_confirms_and_no_reopens(client: Browser, town: Services, estate: Estate) -> None:
    with town.database.transaction() as db:
        good, yes = repaired(db, estate, town.storage)
        bad, no = repaired(db, estate, town.storage)
    client.submit(f"/suivi/{yes}", action="repare")
    client.get(f"/suivi/{yes}")
    assert "Confirmé par un habitant" in client.text
    with town.database.reading() as db:
        organisation = db.get_one(Organisation, db.get_one(Incident, good.id).organisation_id)
    assert f"confirme : c’est réparé {organisation.short_name}" not in client.text
    assert "Me prévenir" not in client.text  # nothing more will ever be told
    client.submit(f"/suivi/{no}/pas-repare", {"word": "Encore sale."}, action="pas-repare")
    client.get(f"/suivi/{no}")
    assert "Encore sale." in client.text
    with town.database.reading() as db:
        assert db.get_one(Incident, good.id).status is Status.CONFIRMED
        assert db.get_one(Incident, bad.id).status is Status.REOPENED
    client.get(f"/suivi/{no}/pas-repare", expects=303)


def test_no_needs_no_word(client: Browser, town: Services, estate: Estate) -> None:
    with town.database.transaction() as db:
        _incident, token = repaired(db, estate, town.storage)
    client.submit(f"/suivi/{token}/pas-repare", action="pas-repare")
    assert only(town).status is Status.REOPENED


def test_an_answer_given_twice_is_a_conflict_not_a_fault(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        _incident, token = repaired(db, estate, town.storage)
    client.get(f"/suivi/{token}")
    assert client.page is not None
    form = next(f for f in client.page.forms if "repare" in f.action)
    client.post(form.action, form.fields)
    client.post(form.action, form.fields)
    client.post(form.action, form.fields | {"idem": "autre"}, expects=409)


def test_the_desk_is_shut_for_visitors_and_residents(
    client: Browser, town: Services, estate: Estate
) -> None:
    client.get("/gup", expects=303)
    for role in (Role.RESIDENT, Role.COUNCIL, Role.MEDIATOR):
        with town.database.transaction() as db:
            person = make_person(db, role)
        client.sign_in(person).get("/gup", expects=403)


def test_an_agent_sees_what_his_organisation_has_and_nothing_else(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        mine = make_incident(db, estate, assigned=True).reference
        other = make_incident(db, estate)
        organisation = make_organisation(db)
        commands.assign(db, other, organisation=organisation, actor=estate.coordinator)
        waiting = make_incident(db, estate).reference
        foreign = other.reference
    client.sign_in(estate.agent).get("/gup")
    assert mine in client.text
    assert foreign not in client.text
    assert waiting not in client.text
    client.get(f"/gup/{foreign}", expects=404)
    client.get(f"/gup/{waiting}", expects=404)


def test_the_desk_puts_urgent_first_then_late_then_soonest(
    client: Browser, town: Services, estate: Estate, moment: Clock
) -> None:
    with town.database.transaction() as db:
        late = make_incident(db, estate, assigned=True).reference
    moment.forward(days=3)
    with town.database.transaction() as db:
        slow = make_incident(db, estate, "NUI01", assigned=True).reference
        soon = make_incident(db, estate, assigned=True).reference
        urgent = make_incident(db, estate, "ASC01").reference
        waiting = make_incident(db, estate).reference
    client.sign_in(estate.coordinator).get("/gup")
    assert client.page is not None
    shown = [a for a in client.page.links if a.startswith("/gup/G-")]
    assert shown == [f"/gup/{r}" for r in (urgent, late, soon, slow, waiting)]
    for state, expected in (
        ("retard", [late]),
        ("urgents", [urgent]),
        ("a-qualifier", [waiting]),
        ("attente", []),
        ("rien", []),
    ):
        client.get(f"/gup?etat={state}")
        assert client.page is not None
        shown = [a for a in client.page.links if a.startswith("/gup/G-")]
        assert shown == [f"/gup/{r}" for r in expected]


def test_the_desk_goes_on_where_the_page_ended(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        made = {make_incident(db, estate, "ASC01").reference for _ in range(5)}
        made |= {make_incident(db, estate, assigned=True).reference for _ in range(13)}
        made |= {make_incident(db, estate).reference for _ in range(6)}
    client.sign_in(estate.coordinator).get("/gup")
    seen: list[str] = []
    for _ in range(3):
        assert client.page is not None
        seen += [a[5:] for a in client.page.links if a.startswith("/gup/G-")]
        further = next((a for a in client.page.links if "suite=" in a), None)
        if further is None:
            break
        client.get(further)
    assert len(seen) == 24
    assert set(seen) == made
    for strange in (
        "suite=x",
        "suite=1.2",
        "suite=1.99999999999999999999999.4",
        "suite=1.1.99999999999999999999",
        "suite=%00",
    ):
        client.get(f"/gup?{strange}")


def decide(
    client: Browser, reference: str, name: str, data: dict[str, Any] | None = None, **options: Any
) -> Any:
    return client.submit(f"/gup/{reference}", data or {}, action=f"/{name}", **options)


def test_one_tap_gives_a_report_to_who_is_proposed(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate).reference
    client.sign_in(estate.coordinator)
    decide(client, reference, "confier")
    assert only(town).organisation_id == estate.landlord.id
    client.get(f"/gup/{reference}")
    assert "Confié à" in client.text


def test_the_agent_takes_charge_plans_and_closes_with_word_and_photo(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    follow = send(client, estate, description="Hall sale")
    reference = only(town).reference
    decide(Browser(app).sign_in(estate.coordinator), reference, "confier")
    agent = Browser(app).sign_in(estate.agent)
    agent.get(f"/gup/{reference}")
    assert "Hall sale" in agent.text
    decide(agent, reference, "prendre-en-charge")
    decide(agent, reference, "prevoir", {"day": "2026-06-04", "word": "Le matin."})
    client.get(follow)
    assert "Prévu jeudi 4 juin" in client.text
    decide(agent, reference, "commencer")
    decide(agent, reference, "reparer", {"word": "Lavé."}, expects=422)
    assert "Ajoutez une photo" in agent.text
    decide(agent, reference, "reparer", {"word": "Lavé."}, photo=JPEG)
    client.get(follow)
    assert "Est-ce vraiment réparé" in client.text
    assert "Lavé." in client.text


def test_a_line_of_history_names_the_organisation_once(town: Services, estate: Estate) -> None:
    with town.database.transaction() as db:
        incident, _token = repaired(db, estate, town.storage)
        lines = display.history(incident, queries.events(db, incident))
    name = estate.landlord.short_name
    assert [f"{line.who} {line.text}".count(name) for line in lines] == [1, 1, 0]


@pytest.mark.parametrize("day", ["", "2026-13-40", "hier", "2026-06-01", "9999-99-99", "١٢/٠٦"])
def test_a_wrong_day_comes_back_with_the_word_that_was_typed(
    client: Browser, town: Services, estate: Estate, day: str
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate, assigned=True).reference
    client.sign_in(estate.agent)
    decide(client, reference, "prevoir", {"day": day, "word": "Le matin."}, expects=422)
    assert client.page is not None
    form = next(f for f in client.page.forms if f.action.endswith("prevoir"))
    assert form.fields["word"][0].strip() == "Le matin."
    assert only(town).status is Status.ASSIGNED


def test_who_reads_an_old_page_learns_what_happened_meanwhile(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate, assigned=True).reference
    client.sign_in(estate.agent).get(f"/gup/{reference}")
    assert client.page is not None
    old = next(f for f in client.page.forms if f.action.endswith("prendre-en-charge"))
    decide(Browser(app).sign_in(estate.agent), reference, "commencer", {"word": "J’y suis."})
    client.post(old.action, old.fields | {"word": "Je viens."}, expects=409)
    for words in ("plus rapide", "J’y suis.", "Je viens.", "En cours"):
        assert words in client.text


def test_a_decision_that_does_not_exist_is_not_found(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate, assigned=True).reference
    client.sign_in(estate.agent).get(f"/gup/{reference}")
    assert client.page is not None
    fields = client.page.forms[0].fields
    client.post(f"/gup/{reference}/exploser", fields, expects=404)
    client.post(f"/gup/{reference}/refuser", fields | {"word": "Non"}, expects=403)
    client.post("/gup/G-9999/refuser", fields, expects=404)


def test_the_coordinator_joins_two_reports(client: Browser, town: Services, estate: Estate) -> None:
    with town.database.transaction() as db:
        first = make_incident(db, estate).reference
        twin, token = make_followed(db, estate)
        reference = twin.reference
    client.sign_in(estate.coordinator)
    decide(client, reference, "doublon", {"reference": "G-999999"}, expects=422)
    assert "Aucun signalement" in client.text
    decide(client, reference, "doublon", {"reference": f" {first.lower()} "})
    client.get(f"/suivi/{token}")
    assert first in client.text


def test_an_agent_hands_back_and_is_led_to_the_list(
    client: Browser, town: Services, estate: Estate
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate, assigned=True).reference
    client.sign_in(estate.agent)
    decide(client, reference, "rendre", {"word": ""}, expects=422)
    response = decide(client, reference, "rendre", {"word": "C’est à la Ville."})
    assert response.headers["Location"] == "/gup"
    assert only(town).status is Status.TO_QUALIFY


def test_a_photo_of_a_report_is_for_its_reporter_and_those_in_charge(
    town: Services, estate: Estate, client: Browser
) -> None:
    follow = send(client, estate, photo=JPEG)
    token = follow.rsplit("/", 1)[1]
    with town.database.transaction() as db:
        incident = db.scalars(select(Incident).options(*queries.FACTS)).one()
        photo_id = queries.photos(db, incident)[0].photo_id
        resident = make_person(db)
        place = db.get_one(Place, estate.hall.id)
        _other, stranger_token = make_followed(db, estate, place=place)
        for person, with_token, expected in (
            (None, None, False),
            (resident, None, False),
            (None, token, True),
            (None, stranger_token, False),
            (estate.coordinator, None, True),
            (estate.agent, None, False),
        ):
            assert queries.may_see_photo(db, photo_id, person, with_token) is expected
        commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
        assert queries.may_see_photo(db, photo_id, estate.agent) is True
        assert queries.may_see_photo(db, 999_999, estate.coordinator) is None


def test_a_thank_you_is_answered_with_thanks(
    client: Browser, town: Services, estate: Estate, app: Engage
) -> None:
    follow = send(client, estate, address="/signalements/nouveau?choix=AUT02")
    client.get(follow)
    assert "Merci" in client.text
    reference = only(town).reference
    client.get(f"/signalements/{reference}", expects=404)
    staff = Browser(app).sign_in(estate.coordinator)
    decide(staff, reference, "merci")
    client.get(follow)
    assert "Merci transmis" in client.text


def test_the_demo_loads_its_reports_on_the_days_they_happened(
    town: Services, moment: Clock
) -> None:
    from engage import contract

    assert contract.load_demo(town)
    wanted = json.loads(contract.DEMO_FILE.read_text(encoding="utf-8"))["incidents"]
    same = {"received": "to_qualify"}
    with town.database.reading() as db:
        found = db.scalars(select(Incident).options(*queries.FACTS)).all()
        assert len(found) == len(wanted)
        by_state = sorted(incident.status.value for incident in found)
        assert by_state == sorted(same.get(row["status"], row["status"]) for row in wanted)
        assert all(i.organisation is None or i.organisation.is_demo for i in found)
        assert min(i.created_at for i in found) < moment.now


@pytest.mark.parametrize("chosen", ["", "abc", "999999999999999999999", "٣", "-1", "999999"])
def test_an_organisation_that_does_not_exist_is_refused(
    client: Browser, town: Services, estate: Estate, chosen: str
) -> None:
    with town.database.transaction() as db:
        reference = make_incident(db, estate).reference
    client.sign_in(estate.coordinator)
    decide(
        client,
        reference,
        "confier",
        {"organisation": chosen, "word": "Mot gardé"},
        expects=422,
    )
    assert "Choisissez une organisation" in client.text
    assert client.page is not None
    assert client.page.forms[0].fields["word"][0].strip() == "Mot gardé"
    assert only(town).status is Status.TO_QUALIFY
