"""Ideas as a neighbour meets them: read, write, identify last, support."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Draft, Person, Role
from engage.core.outbox import OutboxMessage
from engage.core.photos import Photo
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation.models import ModerationItem
from engage.proposals import commands
from engage.proposals.models import Endorsement, Proposal, ProposalPhoto, ProposalRevision
from tests.browsing import Browser
from tests.counting import count_statements
from tests.factories import make_person, photo_bytes
from tests.moderation import deciding
from tests.proposals.ideas import make_idea, make_item, make_public

NEW = "/propositions/nouvelle"
IDEA = {
    "title": "Des bancs à l’ombre",
    "text": "Deux bancs près des jeux.",
    "neighbourhood": "terre-rouge",
}


@pytest.fixture
def nour(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, public_name="Nour")


@pytest.fixture
def signed(app: Engage, nour: Person) -> Browser:
    return Browser(app).sign_in(nour)


def published(town: Services, **values: Any) -> Proposal:
    with town.database.transaction() as db:
        return make_public(db, **values)


def identify(client: Browser, town: Services, address: str, contact: str = "a@example.org") -> str:
    """Give one's address, type the code; returns where that leads."""
    page = client.submit(address, {"contact": contact}).headers["Location"]
    with town.database.reading() as db:
        codes = select(func.substr(OutboxMessage.secret, 1, 6)).filter_by(kind="sign_in_code")
        digits = db.scalars(codes.order_by(OutboxMessage.id.desc())).first()
    location: str = client.submit(page, {"code": digits}).headers["Location"]
    return location


def count(town: Services, model: Any) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_an_idea_without_account_needs_four_screens(client: Browser, town: Services) -> None:
    address = client.submit(NEW, IDEA).headers["Location"]
    assert address.startswith("/compte/connexion?brouillon=")
    assert count(town, Proposal) == 0
    target = identify(client, town, address)
    assert target == "/propositions/1-des-bancs-a-l-ombre"
    client.get(target)
    assert "Reçu. Lu avant le vendredi 5 juin (72 h)." in client.text
    assert "Rendre Terre-Rouge plus agréable" in client.text
    assert count(town, ModerationItem) == 1
    assert count(town, Draft) == 0


def test_nobody_else_finds_a_waiting_idea(
    client: Browser, signed: Browser, app: Engage, town: Services
) -> None:
    target = signed.submit(NEW, IDEA).headers["Location"]
    signed.get(target)
    client.get(target, expects=404)
    with town.database.transaction() as db:
        member = make_person(db, Role.COUNCIL)
    Browser(app).sign_in(member).get(target, expects=404)
    client.get("/propositions")
    assert "Des bancs" not in client.text
    signed.get("/propositions")
    assert "vues de vous seul" in signed.text


def test_the_author_changes_the_suggested_action(signed: Browser, town: Services) -> None:
    target = signed.submit(NEW, IDEA).headers["Location"]
    signed.submit(target, {"action": "12"}, action="/action")
    signed.get(target)
    assert "Se soigner plus facilement" in signed.text
    signed.submit(target, {"action": "99"}, expects=422, action="/action")
    assert "Choisissez une action de la liste." in signed.text
    signed.submit(target, {"action": ""}, action="/action")
    with town.database.reading() as db:
        assert db.scalars(select(Proposal.action_id)).one() is None


def test_words_that_point_at_somebody_are_shown_once_before_they_leave(
    signed: Browser, town: Services
) -> None:
    idea = IDEA | {"text": "Appelez Karim au 06 39 98 00 09, appartement 12."}
    signed.submit(NEW, idea, expects=422, photo=("photo", photo_bytes(), "banc.jpg"))
    assert "06 39 98 00 09" in signed.text
    assert "Retirer la photo 1" in signed.text
    assert count(town, Proposal) == 0
    assert signed.page is not None
    form = signed.page.forms[0]
    sent: dict[str, Any] = dict(form.fields) | {"text": "Appelez-moi."}
    signed.post(NEW, sent)
    with town.database.reading() as db:
        revision = db.scalars(select(ProposalRevision)).one()
    assert revision.body == "Appelez-moi."
    assert count(town, ProposalPhoto) == 1
    assert count(town, Draft) == 0


def test_they_leave_as_typed_when_the_author_insists(signed: Browser, town: Services) -> None:
    signed.submit(NEW, IDEA | {"text": "06 39 98 00 09"}, expects=422)
    assert signed.page is not None
    signed.post(NEW, dict(signed.page.forms[0].fields))
    assert count(town, Proposal) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Écrivez votre idée en une phrase."),
        ("title", " \x00\n ", "Écrivez votre idée en une phrase."),
        ("title", "é" * 81, "80 caractères au plus"),
        ("text", "", "Expliquez votre idée"),
        ("text", "🙂" * 4001, "4 000 caractères au plus"),
        ("neighbourhood", "", "Choisissez un quartier."),
        ("neighbourhood", "ailleurs", "Choisissez un quartier de la liste."),
        ("neighbourhood", "1 OR 1=1", "Choisissez un quartier de la liste."),
        ("action", "99", "Choisissez une action de la liste."),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence_and_the_rest_kept(
    client: Browser, town: Services, field: str, value: str, sentence: str
) -> None:
    client.submit(NEW, IDEA | {field: value}, expects=422)
    assert sentence in client.text
    assert client.page is not None
    kept = client.page.forms[0].fields
    for name in {"title", "text", "neighbourhood"} - {field}:
        assert kept[name][0].strip() == IDEA[name]
    assert count(town, Draft) == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> <a href='javascript:1'>lien</a>",
        "Nul\x00 et \x1b[31m",
        "🙂👩‍👩‍👧‍👦 ☀️",
        "أقترح دروسا في اللغة الفرنسية",
        "'; DROP TABLE proposals; --",
        "x" * 4000,
        "ligne\r\nautre\r\n\r\n- un\r\n- deux",
    ],
)
def test_any_words_are_kept_and_shown_safely(signed: Browser, town: Services, text: str) -> None:
    target = signed.submit(NEW, IDEA | {"text": text}).headers["Location"]
    response = signed.get(target)
    html = response.get_data(as_text=True)
    assert "<script>alert" not in html
    assert "<a href='javascript" not in html
    assert "\x00" not in html


def test_ten_megabytes_are_refused(client: Browser, town: Services) -> None:
    client.submit(NEW, IDEA | {"text": "x" * 10_000_000}, expects=413)
    assert "trop" in client.text
    assert count(town, Draft) == 0


@pytest.mark.parametrize("content", [b"ceci est un texte", b"<svg/>", b"GIF89a", b""])
def test_what_is_no_photo_is_refused_and_the_words_kept(
    signed: Browser, town: Services, content: bytes
) -> None:
    signed.submit(NEW, IDEA, photo=("photo", content, "banc.jpg"), expects=422)
    assert "n’est pas une photo" in signed.text
    assert signed.page is not None
    assert signed.page.forms[0].fields["title"] == [IDEA["title"]]
    assert count(town, Photo) == 0


def test_a_photo_is_shown_to_its_author_only_until_it_is_published(
    signed: Browser, client: Browser, town: Services
) -> None:
    photo = ("photo", photo_bytes(), "banc.jpg")
    target = signed.submit(NEW, IDEA, photo=photo).headers["Location"]
    html = signed.get(target).get_data(as_text=True)
    with town.database.reading() as db:
        key = db.scalars(select(Photo.key)).one()
    assert f'src="/photos/{key}"' in html
    signed.get(f"/photos/{key}")
    client.get(f"/photos/{key}", expects=404)


def test_the_same_form_sent_twice_makes_one_idea(signed: Browser, town: Services) -> None:
    signed.get(NEW)
    assert signed.page is not None
    sent: dict[str, Any] = dict(signed.page.forms[0].fields) | IDEA
    first = signed.post(NEW, sent).headers["Location"]
    assert signed.post(NEW, sent).headers["Location"] == first
    assert count(town, Proposal) == 1
    signed.post(NEW, sent | {"title": "Autre chose"}, expects=409)
    assert count(town, Proposal) == 1


def test_the_same_form_sent_four_times_at_once_makes_one_idea(
    app: Engage, nour: Person, town: Services
) -> None:
    signed = Browser(app).sign_in(nour)
    signed.get(NEW)
    assert signed.page is not None
    sent: dict[str, Any] = dict(signed.page.forms[0].fields) | IDEA
    cookie = signed.http.get_cookie("engage")
    assert cookie is not None

    def send(_n: int) -> str:
        device = app.test_client()
        device.set_cookie("engage", cookie.value)
        response = device.post(NEW, data=sent)
        assert response.status_code == 303, response.status_code
        return response.headers["Location"]

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(send, range(4)))
    assert len(places) == 1
    assert count(town, Proposal) == 1


def test_a_refused_idea_tells_its_author_why_and_can_be_written_again(
    signed: Browser, client: Browser, town: Services, nour: Person
) -> None:
    with town.database.transaction() as db:
        item = make_item(db, author=db.merge(nour))
        first, second = (make_person(db, Role.COUNCIL) for _ in range(2))
        moderation = Browser(signed.app), Browser(signed.app)
    for member, browser in zip((first, second), moderation, strict=True):
        browser.sign_in(member)
    address = f"/moderation/{item.id}"
    moderation[0].submit(address, action="/lire")
    grounds = {"reason": "R08", "excerpt": "Deux bancs", "note": "Parlez du quartier."}
    moderation[0].submit(address, grounds, action="/refus")
    deciding.settle_town(town)
    moderation[1].submit(address, action="/lire")
    moderation[1].submit(address, action="/confirmer")
    deciding.settle_town(town)
    target = f"/propositions/{item.subject_id}"
    html = signed.get(target).text
    for words in (
        "Publicité, campagne électorale ou appel religieux.",
        "« Deux bancs »",
        "Parlez du quartier.",
        "Règle 6",
        "Deux personnes, sans robot, le mardi 2 juin.",
        "Réécrivez en parlant seulement du quartier.",
    ):
        assert words in signed.text
    assert 'aria-current="step"' not in html, "nothing goes on with an idea that is refused"
    client.get(target, expects=404)
    signed.get(f"{NEW}?reprendre={item.subject_id}")
    assert signed.page is not None
    assert signed.page.forms[0].fields["text"][0].strip() == "Deux bancs près des jeux."


def test_only_ones_own_refused_idea_can_be_taken_up(signed: Browser, town: Services) -> None:
    signed.get(f"{NEW}?reprendre={published(town).id}", expects=404)
    signed.get(f"{NEW}?reprendre=999999999999", expects=200)


def test_the_list_shows_cards_filters_and_pages(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        for n in range(22):
            make_public(db, author=author, title=f"Idée {n:02}")
        make_public(db, author=author, title="Fleurir", text="Des fleurs.", quartier="escales")
    client.get("/propositions")
    assert "Fleurir" in client.text
    assert "Idée 02" not in client.text
    assert client.page is not None
    (following,) = [link for link in client.page.links if "avant=" in link]
    client.get(following)
    assert "Idée 02" in client.text
    assert "Retour au début" in client.text
    client.get("/propositions?quartier=escales&action=2")
    assert "Fleurir" in client.text
    assert "Idée" not in client.text.replace("Idées", "")


@pytest.mark.parametrize(
    "query",
    ["quartier=ailleurs", "action=99", "action=x", "avant=0", "avant=99999999999999999999"],
)
def test_a_list_that_does_not_exist_is_not_found(client: Browser, query: str) -> None:
    client.get(f"/propositions?{query}", expects=404)


def test_an_empty_list_says_what_to_do(client: Browser) -> None:
    client.get("/propositions")
    assert "La vôtre peut être la première." in client.text


def test_visitors_pages_hold_no_token_and_come_again_as_304(
    client: Browser, town: Services
) -> None:
    idea = published(town)
    for path in ("/propositions", f"/propositions/{idea.id}-des-bancs"):
        response = client.get(path)
        assert client.page is not None
        assert all(form.method == "get" for form in client.page.forms)
        assert "csrf_token" not in response.get_data(as_text=True)
        assert "Set-Cookie" not in response.headers
        client.get(path, expects=304, headers={"If-None-Match": response.headers["ETag"]})


def test_lists_and_details_take_few_statements(
    signed: Browser, client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        ideas = [make_public(db) for _ in range(20)]
        for idea in ideas:
            commands.endorse(db, idea, person=make_person(db))
    signed.get("/propositions")
    for browser in (signed, client):
        with count_statements(town.database) as listing:
            browser.get("/propositions")
        assert len(listing) <= 6, listing
        with count_statements(town.database) as detail:
            browser.get(f"/propositions/{ideas[0].id}")
        assert len(detail) <= 8, detail


@pytest.mark.parametrize("path", ["/propositions/999999", "/propositions/0", "/propositions/x"])
def test_what_is_not_there_is_not_found(client: Browser, path: str) -> None:
    client.get(path, expects=404)


def test_supporting_without_account_counts_after_the_code(client: Browser, town: Services) -> None:
    idea = published(town)
    address = client.submit(f"/propositions/{idea.id}/soutenir").headers["Location"]
    assert count(town, Endorsement) == 0
    target = identify(client, town, address)
    client.get(target)
    assert "Vous soutenez cette idée" in client.text
    assert "Votre soutien compte depuis le mardi 2 juin." in client.text
    assert count(town, Endorsement) == 1


def test_a_second_support_says_so_kindly(signed: Browser, town: Services) -> None:
    idea = published(town)
    path = f"/propositions/{idea.id}/soutenir"
    signed.get(path)
    assert signed.page is not None
    again = dict(signed.page.forms[0].fields) | {"idem": "another"}
    signed.submit(path)
    signed.get(f"/propositions/{idea.id}")
    assert "Merci. Votre soutien est compté." in signed.text
    signed.post(path, again)
    signed.get(f"/propositions/{idea.id}")
    assert "Vous souteniez déjà cette idée." in signed.text
    assert count(town, Endorsement) == 1


def test_support_can_be_taken_back(signed: Browser, town: Services) -> None:
    path = f"/propositions/{published(town).id}/soutenir"
    signed.submit(path)
    signed.submit(path, action="/retirer")
    assert count(town, Endorsement) == 0


def test_supporters_are_told_by_channel(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        idea = make_public(db)
        commands.endorse(db, idea, person=make_person(db))
        commands.endorse(
            db, idea, person=make_person(db), channel=commands.ContributionChannel.PAPER
        )
    client.get(f"/propositions/{idea.id}")
    assert "2 soutiens" in client.text
    assert "1 en ligne" in client.text
    assert "1 sur papier" in client.text


def test_ones_own_idea_asks_for_no_support(signed: Browser, town: Services, nour: Person) -> None:
    with town.database.transaction() as db:
        idea = make_public(db, author=db.merge(nour))
    signed.get(f"/propositions/{idea.id}")
    assert "C’est votre idée." in signed.text
    signed.get(f"/propositions/{idea.id}/soutenir")
    assert "C’est votre idée" in signed.text


def test_a_waiting_idea_can_not_be_supported(signed: Browser, town: Services, nour: Person) -> None:
    with town.database.transaction() as db:
        idea = make_idea(db, author=db.merge(nour))
    signed.get(f"/propositions/{idea.id}/soutenir", expects=404)


def test_public_pages_tell_days_and_never_hours(client: Browser, town: Services) -> None:
    idea = published(town)
    for path in ("/propositions", f"/propositions/{idea.id}"):
        html = client.get(path).get_data(as_text=True)
        assert "mardi 2 juin" in html
        assert "10:00" not in html
        assert "10\N{NO-BREAK SPACE}h" not in html


def test_the_page_speaks_the_language_of_the_idea(client: Browser, town: Services) -> None:
    idea = published(town, title="دروس", text="في المساء", language="ar")
    html = client.get(f"/propositions/{idea.id}").get_data(as_text=True)
    assert 'lang="ar" dir="auto">دروس' in html
