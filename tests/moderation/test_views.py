"""The council's queue as its members use it."""

import pytest
from sqlalchemy import select

from engage.accounts.models import Person, Role
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation import commands
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.moderation.deciding import settle_town
from tests.proposals.ideas import make_item

REFUSAL = {"reason": "R01", "excerpt": "06 39 98 00 09", "note": "Enlevez le numéro."}
TEXT = "Appelez Karim au 06 39 98 00 09 pour les clés."


@pytest.fixture
def members(town: Services) -> list[Person]:
    with town.database.transaction() as db:
        return [make_person(db, Role.COUNCIL) for _ in range(3)]


@pytest.fixture
def item(town: Services) -> ModerationItem:
    with town.database.transaction() as db:
        author = make_person(db, email="nour@example.org", public_name="Nour")
        return make_item(db, author=author, title="Garder les clés des vélos", text=TEXT)


@pytest.fixture
def first(app: Engage, members: list[Person]) -> Browser:
    return Browser(app).sign_in(members[0])


@pytest.fixture
def second(app: Engage, members: list[Person]) -> Browser:
    return Browser(app).sign_in(members[1])


def status_of(town: Services, item: ModerationItem) -> Status:
    """Where it is, ten seconds later."""
    settle_town(town)
    with town.database.reading() as db:
        return db.scalars(select(ModerationItem.status).filter_by(id=item.id)).one()


def read_next(browser: Browser) -> str:
    """Press "Lire" on the queue; returns the address of the item that came."""
    location: str = browser.submit("/moderation", action="/moderation/suivant").headers["Location"]
    return location


def csrf_token(browser: Browser) -> str:
    """A valid token of this device, taken from a page that always has a form."""
    browser.get("/compte")
    assert browser.page is not None
    return browser.page.forms[0].fields["csrf_token"][0]


def propose(browser: Browser, item: ModerationItem, expects: int = 303, **other: str) -> None:
    browser.submit(f"/moderation/{item.id}", REFUSAL | other, expects, action="/refus")


def test_a_member_reads_and_publishes_and_the_next_comes_by_itself(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    with town.database.transaction() as db:
        following = make_item(db, title="Un atelier vélo")
    address = read_next(first)
    assert address == f"/moderation/{item.id}"
    first.get(address)
    assert "06 39 98 00 09" not in first.text
    assert "Numéro masqué" in first.text
    response = first.submit(address, action="/publier")
    assert response.headers["Location"] == f"/moderation/{following.id}"
    first.get(f"/moderation/{following.id}")
    assert "Vous publiez ce texte, une partie masquée." in first.text
    assert "Réservée pour vous" in first.text
    assert status_of(town, item) is Status.PUBLISHED


def test_the_last_decision_leads_to_thanks(first: Browser, item: ModerationItem) -> None:
    first.submit(read_next(first), action="/publier")
    first.get("/moderation")
    assert "Merci, tout est lu." in first.text


def test_a_refusal_needs_a_second_member_who_agrees(
    first: Browser, second: Browser, town: Services, item: ModerationItem
) -> None:
    read_next(first)
    propose(first, item)
    assert status_of(town, item) is Status.SECOND_LOOK
    first.get(f"/moderation/{item.id}")
    assert "Votre avis est donné" in first.text
    assert read_next(second) == f"/moderation/{item.id}"
    second.get(f"/moderation/{item.id}")
    assert "Enlevez le numéro." in second.text
    second.submit(f"/moderation/{item.id}", action="/confirmer")
    assert status_of(town, item) is Status.REFUSED
    with town.database.reading() as db:
        kinds = db.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds == ["idea_received", "idea_refused"]


def test_the_second_member_may_publish_instead(
    first: Browser, second: Browser, town: Services, item: ModerationItem
) -> None:
    read_next(first)
    propose(first, item)
    settle_town(town)
    second.submit(read_next(second), action="/publier")
    assert status_of(town, item) is Status.PUBLISHED


def test_a_refusal_without_reason_or_word_comes_back_with_sentences(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    read_next(first)
    address = f"/moderation/{item.id}"
    first.submit(address, {"excerpt": "Karim", "note": " "}, 422, action="/refus")
    assert "Choisissez un motif." in first.text
    assert "Expliquez votre choix" in first.text
    assert first.page is not None
    (form,) = (form for form in first.page.forms if form.action.endswith("/refus"))
    assert form.fields["excerpt"] == ["Karim"]
    propose(first, item, 422, reason="R99")
    assert "Choisissez un motif de la liste." in first.text
    propose(first, item, 422, excerpt="des mots jamais écrits")
    assert "Ces mots ne sont pas dans le texte." in first.text
    assert status_of(town, item) is Status.WAITING


def test_a_reading_that_begins_before_midnight_ends_tomorrow(
    first: Browser, second: Browser, item: ModerationItem, moment: Moment
) -> None:
    moment.forward(hours=13, minutes=55)
    read_next(first)
    second.get(f"/moderation/{item.id}")
    assert "Elle se libère demain, 0 h 05." in second.text


def test_another_member_sees_that_it_is_being_read_until_ten_minutes_passed(
    first: Browser, second: Browser, item: ModerationItem, moment: Moment
) -> None:
    read_next(first)
    second.get("/moderation")
    assert "En cours de lecture" in second.text
    assert "Il ne reste rien pour vous maintenant." in second.text
    second.get(f"/moderation/{item.id}")
    assert "par un autre membre. Elle se libère aujourd’hui, 10 h 10." in second.text
    moment.forward(minutes=10)
    second.submit(f"/moderation/{item.id}", action="/lire")
    second.get(f"/moderation/{item.id}")
    assert "Réservée pour vous" in second.text


def test_taking_what_another_reads_says_what_happens(
    first: Browser, second: Browser, item: ModerationItem
) -> None:
    second.get(f"/moderation/{item.id}")
    assert second.page is not None
    form = second.page.forms[0]
    read_next(first)
    second.post(form.action, form.fields, expects=409)
    assert "Un autre membre lit ce texte maintenant" in second.text


def test_the_slower_of_two_learns_what_the_faster_did(
    first: Browser, second: Browser, town: Services, item: ModerationItem, moment: Moment
) -> None:
    address = read_next(first)
    first.get(address)
    assert first.page is not None
    late = next(f for f in first.page.forms if f.action.endswith("/publier"))
    moment.forward(minutes=11)
    second.submit(read_next(second), action="/publier")
    first.post(late.action, late.fields, expects=409)
    assert "Un autre membre vient de décider." in first.text
    settle_town(town)
    first.post(late.action, late.fields, expects=409)
    assert "Un autre membre a publié ce texte juste avant vous." in first.text


def test_what_was_taken_over_can_not_be_decided_on_the_old_page(
    first: Browser, second: Browser, town: Services, item: ModerationItem, moment: Moment
) -> None:
    first.get(read_next(first))
    assert first.page is not None
    late = next(f for f in first.page.forms if f.action.endswith("/publier"))
    moment.forward(minutes=11)
    read_next(second)
    first.post(late.action, late.fields, expects=409)
    assert "Un autre membre lit ce texte maintenant" in first.text
    assert status_of(town, item) is Status.WAITING


def test_after_the_hold_the_reader_may_still_decide_when_nobody_took_it(
    first: Browser, town: Services, item: ModerationItem, moment: Moment
) -> None:
    address = read_next(first)
    moment.forward(minutes=30)
    first.submit(address, action="/publier")
    assert status_of(town, item) is Status.PUBLISHED


def test_nobody_judges_their_own_text(
    first: Browser, town: Services, members: list[Person]
) -> None:
    with town.database.transaction() as db:
        own = make_item(db, author=db.merge(members[0]))
    first.get("/moderation")
    assert "Votre texte" in first.text
    first.get(f"/moderation/{own.id}")
    assert "C’est votre texte. Un autre membre le lit." in first.text
    token = {"csrf_token": csrf_token(first), "version": "1"}
    for act in ("lire", "publier", "confirmer"):
        first.post(f"/moderation/{own.id}/{act}", token, expects=403)
    first.post(f"/moderation/{own.id}/refus", token | REFUSAL, expects=403)


def test_the_proposer_can_not_confirm(first: Browser, town: Services, item: ModerationItem) -> None:
    read_next(first)
    propose(first, item)
    settle_town(town)
    sent = {"csrf_token": csrf_token(first), "version": "4"}
    first.post(f"/moderation/{item.id}/confirmer", sent, expects=403)
    first.post(f"/moderation/{item.id}/lire", sent, expects=403)
    assert status_of(town, item) is Status.SECOND_LOOK


@pytest.mark.parametrize("role", [None, Role.AGENT, Role.MEDIATOR, Role.ADMIN])
def test_others_have_no_business_in_the_queue(
    client: Browser, town: Services, item: ModerationItem, role: Role | None
) -> None:
    with town.database.transaction() as db:
        person = make_person(db, *([role] if role else []))
    client.sign_in(person)
    client.get("/moderation", expects=403)
    client.get(f"/moderation/{item.id}", expects=403)


def test_the_coordinator_looks_and_does_not_decide(
    client: Browser, town: Services, item: ModerationItem
) -> None:
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
    client.sign_in(coordinator)
    client.get("/moderation")
    assert client.page is not None
    assert not client.page.forms
    client.get(f"/moderation/{item.id}")
    assert "Le conseil citoyen décide." in client.text
    assert not client.page.forms


def test_a_veil_is_lifted_for_the_member_who_asked_not_for_who_looks(
    first: Browser, client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        coordinator, veiled = (
            make_person(db, Role.COORDINATOR),
            make_item(db, text="Karim est un voleur."),
        )
    address = read_next(first)
    assert address == f"/moderation/{veiled.id}"
    first.submit(address, {"what": "words"}, action="/montrer")
    first.get(address)
    assert "voleur" in first.text
    client.sign_in(coordinator)
    client.get(address)
    assert "voleur" not in client.text


def test_visitors_are_shown_the_door(client: Browser) -> None:
    assert "connexion" in client.get("/moderation", expects=303).headers["Location"]


def test_members_see_a_pseudonym_and_a_neighbourhood_never_an_address(
    first: Browser, item: ModerationItem
) -> None:
    response = first.get(read_next(first))
    assert "Nour" in first.text
    assert "Terre-Rouge" in first.text
    assert "nour@example.org" not in response.get_data(as_text=True)


def test_html_in_an_idea_is_shown_as_typed(first: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        make_item(db, title="<b>Gras</b>", text="<script>alert(1)</script>\n0639980009")
    first.get(read_next(first))
    assert "<b>Gras</b>" in first.text
    assert "<script>alert(1)</script> ▇▇▇" in first.text


def test_reading_the_queue_takes_few_statements_however_long_it_is(
    first: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        items = [make_item(db, title=f"Idée {n}") for n in range(25)]
    first.get("/moderation")
    with count_statements(town.database) as queue_statements:
        first.get("/moderation")
    assert len(queue_statements) <= 6, queue_statements
    assert "Voir la suite" in first.text
    first.get(f"/moderation?apres=1-{items[19].id}")
    assert "Idée 24" in first.text
    assert "Idée 19" not in first.text
    address = read_next(first)
    with count_statements(town.database) as item_statements:
        first.get(address)
    assert len(item_statements) <= 12, item_statements


def test_looking_changes_nothing(first: Browser, town: Services, item: ModerationItem) -> None:
    first.get("/moderation")
    first.get(f"/moderation/{item.id}")
    with town.database.reading() as db:
        row = db.scalars(select(ModerationItem)).one()
    assert row.taken_by_id is None
    assert row.version == 1


@pytest.mark.parametrize("path", ["/moderation/999999", "/moderation?apres=-1"])
def test_what_is_not_there_is_not_found(first: Browser, path: str) -> None:
    first.get(path, expects=404)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_strange_version_is_refused_with_a_sentence(
    first: Browser, town: Services, item: ModerationItem, version: str
) -> None:
    first.submit(read_next(first), {"version": version}, 422, action="/publier")
    assert status_of(town, item) is Status.WAITING


def test_an_idea_that_was_withdrawn_meanwhile_is_no_500(
    first: Browser, town: Services, item: ModerationItem
) -> None:
    address = read_next(first)
    with town.database.transaction() as db:
        proposal = db.get_one(Proposal, item.subject_id)
        commands.proposals.advance(
            db,
            proposal,
            commands.proposals.Action.WITHDRAW,
            commands.proposals.TRANSITIONS,
        )
    first.submit(address, action="/publier")
    assert settle_town(town) == 0
    assert status_of(town, item) is Status.WITHDRAWN, "nobody reads it again"
