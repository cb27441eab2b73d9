"""Deciding as members do it: taps, veils, words and photos that are hidden for good."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import insert, select

from engage.accounts.models import Person, Role
from engage.clockwork import RENDERERS
from engage.core import photos
from engage.core.audit import AuditEntry
from engage.core.images import prepare
from engage.core.outbox import OutboxMessage
from engage.core.photos import Photo
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation import settings
from engage.moderation.desk import desk_of
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.workflow import Status
from engage.proposals.models import Proposal, ProposalRevision
from tests.browsing import Browser
from tests.counting import count_statements
from tests.factories import make_person, neighbourhood, photo_bytes
from tests.moderation.deciding import propose_refusal, settle_town
from tests.proposals.ideas import make_item, make_public

NAME = "Zénobie"
TEXT = f"Madame {NAME} Martin au 06 39 98 00 09 garde les clés du local."


@pytest.fixture
def members(town: Services) -> list[Person]:
    with town.database.transaction() as db:
        return [make_person(db, Role.COUNCIL) for _ in range(2)]


@pytest.fixture
def first(app: Engage, members: list[Person]) -> Browser:
    return Browser(app).sign_in(members[0])


@pytest.fixture
def second(app: Engage, members: list[Person]) -> Browser:
    return Browser(app).sign_in(members[1])


@pytest.fixture
def item(town: Services) -> ModerationItem:
    with town.database.transaction() as db:
        author = make_person(db, email="nour@example.org", public_name="Nour")
        return make_item(db, author=author, title="Garder les clés des vélos", text=TEXT)


def with_photo(town: Services, content: bytes | None = None) -> tuple[ModerationItem, str]:
    """An item with one photo, and the key of its files."""
    stored = photos.store(town.storage, prepare(io.BytesIO(content or photo_bytes())))
    with town.database.transaction() as db:
        photo = photos.keep(db, stored)
        author = make_person(db, email="photo@example.org")
        return make_item(db, author=author, photo_ids=[photo.id]), stored.key


def read(browser: Browser) -> str:
    """Press "Lire"; the address of the item that came."""
    location: str = browser.submit("/moderation", action="/suivant").headers["Location"]
    return location


def state(town: Services, item: ModerationItem) -> Status:
    settle_town(town)
    with town.database.reading() as db:
        return db.scalars(select(ModerationItem.status).filter_by(id=item.id)).one()


def test_an_item_is_decided_with_two_taps_and_one_page(first: Browser, town: Services) -> None:
    """One tap on "Publier"; its answer leads to the one page that is loaded: the next item."""
    with town.database.transaction() as db:
        items = [make_item(db, title=f"Idée {word}") for word in ("une", "deux", "trois")]
    first.get(read(first))
    for following in items[1:]:
        assert first.page is not None
        (publish,) = (f for f in first.page.forms if f.action.endswith("/publier"))
        answer = first.post(publish.action, publish.fields)
        assert answer.headers["Location"] == f"/moderation/{following.id}"
        first.get(answer.headers["Location"])
        assert "Réservée pour vous" in first.text
    settle_town(town)
    with town.database.reading() as db:
        assert len(db.scalars(select(Decision.id)).all()) == 2


def test_the_next_page_offers_to_undo_and_the_item_comes_back(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    first.submit(read(first), action="/publier")
    first.get("/moderation")
    assert "Vous publiez ce texte" in first.text
    answer = first.submit("/moderation", action="/annuler")
    first.get(answer.headers["Location"])
    assert "Réservée pour vous" in first.text
    assert state(town, item) is Status.WAITING


def test_a_name_is_under_a_veil_until_a_tap_that_is_written_down(
    first: Browser, town: Services, item: ModerationItem, members: list[Person]
) -> None:
    address = read(first)
    page = first.get(address).get_data(as_text=True)
    assert NAME not in page
    first.submit(address, {"what": "words"}, action="/montrer")
    page = first.get(address).get_data(as_text=True)
    assert NAME in page
    assert "06 39 98" not in page, "numbers are for nobody"
    with town.database.reading() as db:
        looked = db.scalars(select(AuditEntry).filter_by(action="moderation_item.reveal")).one()
    assert (looked.actor_id, looked.details) == (members[0].id, {"what": "words"})


def test_what_is_under_a_veil_is_published_masked_by_who_did_not_look(
    first: Browser, town: Services, item: ModerationItem, client: Browser
) -> None:
    first.submit(read(first), action="/publier")
    assert state(town, item) is Status.PUBLISHED
    client.get(f"/propositions/{item.subject_id}")
    assert NAME not in client.text
    assert "garde les clés du local." in client.text


def test_who_looked_publishes_the_name_and_never_the_number(
    first: Browser, town: Services, item: ModerationItem, client: Browser
) -> None:
    address = read(first)
    first.submit(address, {"what": "words"}, action="/montrer")
    first.submit(address, action="/publier")
    assert state(town, item) is Status.PUBLISHED
    client.get(f"/propositions/{item.subject_id}")
    assert NAME in client.text
    assert "06 39 98" not in client.text


def test_hidden_words_are_in_no_page_feed_search_history_or_letter(
    first: Browser, town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        author = make_person(db, email="nour@example.org")
        hidden = make_item(
            db, author=author, title="Le secretissime local", text="Un motcache dans le texte."
        )
    address = read(first)
    page = first.get(f"{address}/masquer")
    assert "motcache" in page.get_data(as_text=True)
    first.submit(f"{address}/masquer", {"title": ["1"], "body": ["1"]}, action="/masquer")
    assert state(town, hidden) is Status.PUBLISHED
    shown = f"/propositions/{hidden.subject_id}"
    places = [shown, "/propositions", "/propositions.atom", "/", "/propositions?q=motcache"]
    places += ["/propositions?q=secretissime", f"{shown}/soutenir", "/recherche?q=motcache"]
    for place in places:
        words = client.http.get(place, follow_redirects=True).get_data(as_text=True)
        found = words.replace("q=motcache", "").replace("q=secretissime", "")
        found = found.replace('value="motcache"', "").replace('value="secretissime"', "")
        assert "Un motcache" not in found, place
        assert "secretissime local" not in found, place
    client.get(shown)
    assert "Le ▇▇▇ local" in client.text
    assert "Un ▇▇▇ dans le texte." in client.text
    with town.database.reading() as db:
        letters = db.scalars(select(OutboxMessage)).all()
        trail = repr([entry.details for entry in db.scalars(select(AuditEntry))])
        decision = db.scalars(select(Decision)).one()
    with town.database.reading() as db:
        told = [RENDERERS[m.kind](db, m, "https://x.example") for m in letters]
    masked = [m for m, letter in zip(letters, told, strict=True) if m.kind == "idea_masked"]
    assert len(masked) == 1
    for letter in told:
        assert letter is not None
        assert "motcache" not in letter.text
        assert "secretissime" not in letter.subject + letter.text
    assert "motcache" not in trail + decision.excerpt + decision.note


def test_a_hidden_word_can_not_be_shown_again_by_ticking_nothing(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    address = read(first)
    first.submit(f"{address}/masquer", {"body": ["0"]}, action="/masquer")
    assert state(town, item) is Status.PUBLISHED
    with town.database.reading() as db:
        body = db.scalars(
            select(ProposalRevision.body).order_by(ProposalRevision.id.desc())
        ).first()
    assert body is not None
    assert NAME not in body
    assert "06 39" not in body


def test_hiding_nothing_comes_back_with_a_sentence_and_what_was_ticked(
    first: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        make_item(db, title="Des bancs", text="Deux bancs.")
    address = read(first)
    first.submit(f"{address}/masquer", expects=422, action="/masquer")
    assert "Choisissez ce qui doit être masqué." in first.text
    first.submit(f"{address}/masquer", {"body": ["1"], "reason": "R99"}, 422, action="/masquer")
    assert first.page is not None
    assert first.page.forms[-1].fields["body"] == ["1"]


def test_a_photo_is_under_a_veil_and_is_not_published_unseen(
    first: Browser, town: Services
) -> None:
    item, key = with_photo(town)
    address = read(first)
    assert key not in first.get(address).get_data(as_text=True)
    first.submit(address, action="/publier", expects=422)
    assert "Regardez d’abord chaque photo." in first.text
    first.submit(address, action="/montrer")
    assert key in first.get(address).get_data(as_text=True)
    first.submit(address, action="/publier")
    assert state(town, item) is Status.PUBLISHED


def test_a_veil_that_one_member_lifted_is_down_again_for_the_next(
    first: Browser, second: Browser, town: Services
) -> None:
    _item, key = with_photo(town)
    address = read(first)
    first.submit(address, action="/montrer")
    second.submit(address, action="/reprendre")
    assert key not in second.get(address).get_data(as_text=True)


def half_red() -> bytes:
    """A photo whose upper half is red with a fine pattern, the lower one blue."""
    image = Image.new("RGB", (600, 800), (0, 0, 200))
    for x in range(0, 600, 2):
        for y in range(400):
            image.putpixel((x, y), (255, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_cells_of_a_photo_are_burnt_into_a_new_file_and_the_old_one_is_gone(
    first: Browser, town: Services, client: Browser
) -> None:
    item, key = with_photo(town, half_red())
    address = read(first)
    first.submit(address, action="/montrer")
    with town.database.reading() as db:
        photo_id = db.scalars(select(Photo.id)).one()
    upper = [str(cell) for cell in range(24)]
    first.submit(f"{address}/masquer", {f"cells-{photo_id}": upper}, action="/masquer")
    assert state(town, item) is Status.PUBLISHED
    with town.database.reading() as db:
        (new,) = db.scalars(select(Photo)).all()
    assert new.key != key
    for browser in (client, first):
        for size in ("", "-small"):
            browser.get(f"/photos/{key}{size}", expects=404)
    assert _stored(town) == {new.key}
    shown = Image.open(io.BytesIO(client.get(f"/photos/{new.key}").data)).convert("RGB")
    colours = {shown.getpixel((x, 50)) for x in range(20, 80)}
    assert len(colours) <= 3, "one colour, nothing of the pattern"
    assert client.get(f"/propositions/{item.subject_id}").get_data(as_text=True).count(key) == 0


def test_a_photo_that_is_hidden_whole_needs_no_look_and_is_gone(
    first: Browser, town: Services, client: Browser
) -> None:
    item, key = with_photo(town)
    with town.database.reading() as db:
        photo_id = db.scalars(select(Photo.id)).one()
    address = read(first)
    first.submit(f"{address}/masquer", {f"whole-{photo_id}": "1"}, action="/masquer")
    assert state(town, item) is Status.PUBLISHED
    client.get(f"/photos/{key}", expects=404)
    assert list(town.storage.keys()) == []
    assert "<img" not in client.get(f"/propositions/{item.subject_id}").get_data(as_text=True)


def test_an_undone_cover_leaves_no_file_behind(first: Browser, town: Services) -> None:
    _item, key = with_photo(town)
    address = read(first)
    first.submit(address, action="/montrer")
    with town.database.reading() as db:
        photo_id = db.scalars(select(Photo.id)).one()
    first.submit(f"{address}/masquer", {f"cells-{photo_id}": ["0"]}, action="/masquer")
    first.submit("/moderation", action="/annuler")
    assert settle_town(town) == 0
    assert _stored(town) == {key}


def test_the_second_member_says_another_reason_and_the_coordinator_decides(
    first: Browser,
    second: Browser,
    app: Engage,
    town: Services,
    item: ModerationItem,
    members: list[Person],
) -> None:
    with town.database.transaction() as db:
        found = db.get_one(ModerationItem, item.id)
        db.refresh(found, ["decisions"])
        propose_refusal(db, found, members[0])
        coordinator = make_person(db, Role.COORDINATOR)
    address = read(second)
    second.get(address)
    assert "Aucun refus plus ancien pour cette personne." in second.text
    second.submit(address, {"reason": "R08", "note": "Publicité."}, action="/autre-motif")
    assert state(town, item) is Status.TO_COORDINATOR
    lead = Browser(app).sign_in(coordinator)
    lead.get("/moderation")
    assert "À trancher par la coordination" in lead.text
    lead.submit(address, action="/lire")
    lead.get(address)
    assert "Un deuxième membre voit un autre motif" in lead.text
    lead.submit(address, {"reason": "R08", "note": "Publicité."}, action="/refuser")
    assert state(town, item) is Status.REFUSED


def test_one_asks_for_a_correction_sends_elsewhere_joins_or_steps_back(
    first: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        public = make_public(db, title="Des bancs à l’ombre")
        items = [make_item(db) for _ in range(4)]
    address = read(first)
    first.get(address)
    assert "Des bancs à l’ombre" in first.text
    assert first.page is not None
    form = next(f for f in first.page.forms if f.action.endswith("/refus"))
    sent = form.fields | {"reason": ["R09"], "note": ["Où est-ce ?"]}
    following = first.post(f"{address}/correction", sent).headers["Location"]
    following = first.submit(
        following, {"service": "landlord", "why": "R06"}, action="/orienter"
    ).headers["Location"]
    following = first.submit(following, action="/deporter").headers["Location"]
    first.submit(following, {"target": str(public.id)}, action="/reunir")
    assert [state(town, item) for item in items] == [
        Status.CORRECTION,
        Status.REDIRECTED,
        Status.WAITING,
        Status.MERGED,
    ]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/orienter", {"service": "unknown", "why": "R06"}),
        ("/orienter", {"service": "landlord", "why": "R01"}),
        ("/orienter", {}),
        ("/reunir", {"target": "x"}),
        ("/montrer", {"what": "photo-99"}),
        ("/montrer", {"what": "x" * 40}),
    ],
)
def test_what_no_page_offers_changes_nothing(
    first: Browser, town: Services, item: ModerationItem, path: str, data: dict[str, str]
) -> None:
    address = read(first)
    with town.database.reading() as db:
        version = db.get_one(ModerationItem, item.id).version
    sent = {"csrf_token": first.csrf_token(), "version": str(version)} | data
    first.post(f"{address}{path}", sent, expects=404 if path == "/montrer" else 422)
    assert state(town, item) is Status.WAITING


def test_a_mediator_translates_and_members_read_both(
    first: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        item = make_item(db, language="ar", title="مقاعد", text="نريد مقاعد في الظل")
        person = make_person(db, Role.MEDIATOR)
    mediator = Browser(app).sign_in(person)
    first.get("/moderation")
    assert "À traduire" in first.text
    first.get(f"/moderation/{item.id}")
    assert "Ce texte est en arabe." in first.text
    mediator.get("/moderation/a-traduire")
    assert "مقاعد" in mediator.text
    help_ = {"title": "Des bancs", "body": "Nous voulons des bancs à l’ombre."}
    mediator.submit(f"/moderation/{item.id}/traduire", {"body": " "}, 422)
    mediator.submit(f"/moderation/{item.id}/traduire", help_)
    address = read(first)
    first.get(address)
    assert "Nous voulons des bancs à l’ombre." in first.text
    assert "نريد مقاعد في الظل" in first.text


def test_members_say_what_they_read_and_keys_are_off_until_then(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    address = read(first)
    assert "data-key" not in first.get(address).get_data(as_text=True)
    first.submit("/moderation/reglages", {"languages": []}, 422)
    assert "Choisissez au moins une langue." in first.text
    first.submit("/moderation/reglages", {"languages": ["fr", "ar"], "shortcuts": "y"})
    assert 'data-key="p"' in first.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/moderation?a-verifier", "Garder les clés"),
        ("/moderation?type=proposals", "Garder les clés"),
        ("/moderation?langue=ar", "Rien de cette sorte"),
        ("/moderation?retard", "Rien de cette sorte"),
        ("/moderation?type=comments", "Rien de cette sorte"),
    ],
)
def test_the_list_is_narrowed(
    first: Browser, item: ModerationItem, address: str, shown: str
) -> None:
    first.get(address)
    assert shown in first.text


@pytest.mark.parametrize(
    "address",
    ["?type=people", "?langue=xx", "?apres=x", "?apres=1-", "?apres=1-99999999999", "?apres=-1-2"],
)
def test_what_can_not_be_asked_is_not_found(first: Browser, address: str) -> None:
    first.get(f"/moderation{address}", expects=404)


def fill(town: Services, number: int) -> None:
    """So many ideas in the queue, as rows."""
    with town.database.transaction() as db:
        author = make_person(db)
        newest = make_item(db, author=author, title="Idée zéro")
        moment, place = newest.created_at, neighbourhood(db).id
        start = newest.id + 100 * number  # far from where the database counts
        numbers = range(start, start + number)
        db.execute(
            insert(Proposal),
            [
                {"id": n, "author_id": author.id, "neighbourhood_id": place, "created_at": moment}
                for n in numbers
            ],
        )
        words = {"body": "Deux bancs.", "body_html": "", "html_rules": 1, "created_at": moment}
        db.execute(
            insert(ProposalRevision),
            [words | {"id": n, "proposal_id": n, "title": f"Idée {n}"} for n in numbers],
        )
        item = {"subject_type": "proposals", "created_at": moment, "due_at": moment}
        db.execute(
            insert(ModerationItem),
            [item | {"id": n, "subject_id": n, "revision_id": n} for n in numbers],
        )


def test_a_queue_of_ten_thousand_opens_with_the_statements_of_ten(
    first: Browser, town: Services
) -> None:
    def statements(ask: Callable[[], object]) -> int:
        with count_statements(town.database) as seen:
            ask()
        return len(seen)

    fill(town, 10)
    first.get("/moderation")
    few = statements(lambda: first.get("/moderation"))
    read(first)
    few_next = statements(lambda: read(first))
    fill(town, 10_000)
    assert statements(lambda: first.get("/moderation")) == few <= 6
    assert statements(lambda: read(first)) == few_next
    address = read(first)
    assert statements(lambda: first.get(address)) <= 12


def test_settings_of_somebody_else_are_not_touched(town: Services, members: list[Person]) -> None:
    with town.database.transaction() as db:
        settings.set_reading(db, person=members[0], languages=["ar"], shortcuts=True)
    with town.database.reading() as db:
        assert desk_of(db, members[1]).languages == {"fr"}
        assert desk_of(db, members[0]).shortcuts


def _stored(town: Services) -> set[str]:
    """The keys of all photos on the disk, in whatever size."""
    files = town.storage.keys()
    return {name.split("-")[0] for name, _at in files}
