"""The life of an idea as neighbours read it, and the forms by which it moves on."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Draft, Person, Role
from engage.core import clock, photos, town_settings
from engage.core.photos import StoredPhoto
from engage.core.services import Services
from engage.core.words import Visibility
from engage.moderation import authoring
from engage.proposals import commands, follow_up, follows, joining, news
from engage.proposals.answers import ProposalAnswer, Verdict
from engage.proposals.follow_up import Statement
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.news import Happening, ProposalFollow
from engage.proposals.writing import Rewording
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.discussions.making import OPEN, make_comment
from tests.factories import make_organisation, make_person
from tests.proposals.calls import make_call
from tests.proposals.ideas import make_idea, make_public

ANSWER = {
    "verdict": "accepted",
    "decided_by": "Le conseil d’administration",
    "reason": "Deux bancs seront posés.\nLe sol le permet.",
}


def made(town: Services) -> int:
    """A public idea; its id."""
    with town.database.transaction() as db:
        return make_public(db, title="Des bancs à l’ombre").id


def staff(client: Browser, town: Services, *roles: Role) -> Browser:
    with town.database.transaction() as db:
        person = make_person(db, *roles)
    return Browser(client.app).sign_in(person)


def partner(town: Services, **values: object) -> str:
    """The code of an organisation."""
    with town.database.transaction() as db:
        return make_organisation(db, **values).code  # type: ignore[arg-type]


def answers(town: Services) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count(ProposalAnswer.id))) or 0


def test_an_idea_goes_all_the_way_by_forms_and_its_page_says_each_step(
    client: Browser, town: Services
) -> None:
    idea, code = made(town), partner(town, name="Bailleur d’essai")
    page, desk = f"/propositions/{idea}", staff(client, town, Role.COORDINATOR)
    client.get(page)
    assert "Ensuite, le conseil citoyen l’étudie." in client.text
    desk.submit(f"/suite/{idea}/confier", {"partner": code, "day": "2026-07-15"})
    client.get(page)
    assert "Elle est chez Bailleur d’essai." in client.text
    assert "Réponse attendue avant le mercredi 15 juillet." in client.text
    given = ANSWER | {"organisation": code, "day": "2026-09-02"}
    desk.submit(f"/suite/{idea}/repondre", given)
    client.get(page)
    for words in ("Réponse officielle : Bailleur d’essai", "Qui a décidé : Le conseil d’adm"):
        assert words in client.text
    desk.submit(f"/suite/{idea}/commencer")
    client.get(page)
    assert "Prévu avant le mercredi 2 septembre." in client.text
    desk.submit(f"/suite/{idea}/terminer")
    client.get(page)
    assert "C’est fait" in client.text
    assert "Tout ce qui s’est passé mardi 2 juin C’est fait" in client.text


def test_a_promise_that_passed_is_said(client: Browser, town: Services, moment: Moment) -> None:
    idea, desk = made(town), staff(client, town, Role.COUNCIL)
    desk.submit(f"/suite/{idea}/etudier", {"day": "2026-06-05"})
    client.get(f"/propositions/{idea}")
    assert "Elle est chez le conseil citoyen. Réponse attendue avant" in client.text
    moment.forward(days=7)
    client.get(f"/propositions/{idea}")
    assert "C’était attendu pour le vendredi 5 juin. Nous relançons." in client.text


def test_each_sees_the_acts_that_are_theirs(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        owner = make_organisation(db)
        idea = make_public(db)
        who = make_person(db, Role.COORDINATOR)
        statement = Statement(Verdict.ACCEPTED, "Le bailleur", "Oui.", owner)
        follow_up.answer(db, idea, statement, person=who)
        agent = make_person(db, Role.AGENT, organisation=owner)
        page = f"/propositions/{idea.id}"
    for browser, seen in (
        (client, set()),
        (staff(client, town, Role.RESIDENT), set()),
        (staff(client, town, Role.AGENT), set()),
        (Browser(client.app).sign_in(agent), {"commencer"}),
        (staff(client, town, Role.COUNCIL), {"confier", "reunir"}),
        (staff(client, town, Role.COORDINATOR), {"confier", "reunir", "repondre", "commencer"}),
    ):
        browser.get(page)
        assert browser.page is not None
        offered = {link.rpartition("/")[2] for link in browser.page.links if "/suite/" in link}
        assert offered == seen
        if "repondre" not in seen:
            expected = 303 if browser is client else 403
            browser.get(f"/suite/{idea.id}/repondre", expects=expected)


def test_an_answer_without_who_or_why_comes_back_with_what_was_typed(
    client: Browser, town: Services
) -> None:
    idea, desk = made(town), staff(client, town, Role.COORDINATOR)
    wrong = ANSWER | {"decided_by": " ", "day": "2020-01-01"}
    desk.submit(f"/suite/{idea}/repondre", wrong, expects=422)
    assert "Dites qui a décidé." in desk.text
    assert "Le sol le permet." in desk.text
    late = ANSWER | {"day": "2020-01-01"}
    desk.submit(f"/suite/{idea}/repondre", late, expects=422)
    assert "entre aujourd’hui et dans un an" in desk.text
    assert answers(town) == 0


def test_the_second_of_two_at_once_learns_it_and_a_resend_changes_nothing(
    client: Browser, town: Services
) -> None:
    idea = made(town)
    first, second = (staff(client, town, Role.COORDINATOR) for _ in range(2))
    for browser in (first, second):
        browser.get(f"/suite/{idea}/repondre")
    sent = first.page.forms[-1].fields if first.page else {}
    filled = {name: values[0] for name, values in sent.items()} | ANSWER
    for _ in range(2):
        first.post(f"/suite/{idea}/repondre", filled, 303)
    kept = second.page.forms[-1].fields if second.page else {}
    stale = {name: values[0] for name, values in kept.items()} | ANSWER
    second.post(f"/suite/{idea}/repondre", stale, 409)
    assert answers(town) == 1


def test_two_ideas_are_joined_by_number_or_address(client: Browser, town: Services) -> None:
    one, two, three = made(town), made(town), made(town)
    desk = staff(client, town, Role.COUNCIL)
    for typed, words in (
        ("douze", "Aucune idée publique"),
        ("999", "Aucune idée publique"),
        (str(one), "même idée"),
    ):
        desk.submit(f"/suite/{one}/reunir", {"target": typed}, expects=422)
        assert words in desk.text
    desk.submit(f"/suite/{one}/reunir", {"target": str(two)})
    address = f"https://quartiers.example.fr/propositions/{three}-des-bancs"
    desk.submit(f"/suite/{two}/reunir", {"target": address})
    assert client.get(f"/propositions/{one}", expects=301).location.startswith(
        f"/propositions/{three}"
    )


def test_a_visitor_follows_and_says_last_who_it_is(client: Browser, town: Services) -> None:
    idea = made(town)
    client.get(f"/propositions/{idea}")
    assert client.page is not None
    assert f"/propositions/{idea}/suivre" in client.page.links
    answer = client.submit(f"/propositions/{idea}/suivre")
    assert "/compte/connexion?brouillon=" in answer.headers["Location"]
    with town.database.transaction() as db:
        draft = db.scalars(select(Draft)).one()
        person = make_person(db)
        assert follows.finish_follow(db, draft, person) == f"/propositions/{idea}/suivre"
        assert follows.follows(db, db.get_one(Proposal, idea), person)


def test_support_with_the_box_ticked_follows_too(client: Browser, town: Services) -> None:
    idea, neighbour = made(town), staff(client, town)
    neighbour.get(f"/propositions/{idea}/soutenir")
    assert neighbour.page is not None
    assert "follow" not in neighbour.page.forms[-1].fields
    neighbour.submit(f"/propositions/{idea}/soutenir", {"follow": "y"})
    neighbour.get("/compte/idees")
    assert "Des bancs à l’ombre" in neighbour.text
    neighbour.submit("/compte/idees", action="/ne-plus-suivre")
    neighbour.get("/compte/idees")
    assert "Vous ne suivez pas encore d’idée" in neighbour.text
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Endorsement)) == 1


@pytest.mark.parametrize("follow", [True, False])
def test_what_waits_for_a_code_remembers_the_box(town: Services, follow: bool) -> None:
    with town.database.transaction() as db:
        idea, person = make_public(db), make_person(db)
        draft = Draft(payload={"proposal_id": idea.id, "follow": follow})
        commands.finish_endorsement(db, draft, person)
        assert follows.follows(db, idea, person) is follow


def test_nobody_follows_what_is_not_public(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        waiting = make_idea(db).id
    client.get(f"/propositions/{waiting}/suivre", expects=404)
    sent = {"csrf_token": client.csrf_token()}
    client.post(f"/propositions/{waiting}/suivre", sent, 404)


def test_the_page_asks_few_statements_however_long_the_life(
    client: Browser, town: Services
) -> None:
    idea = made(town)
    neighbour = staff(client, town)
    first = [_statements(browser, town, idea) for browser in (client, neighbour)]
    with town.database.transaction() as db:
        lived, who = db.get_one(Proposal, idea), make_person(db, Role.COORDINATOR)
        for _ in range(3):
            day = clock.today() + timedelta(days=9)
            owner = make_organisation(db)
            follow_up.entrust(db, lived, partner=owner, day=day, person=who)
            statement = Statement(Verdict.PARTLY, "Le bailleur", "Un seul.", owner)
            follow_up.answer(db, lived, statement, person=who)
            joining.join(db, make_public(db), lived, person=who)
            commands.endorse(db, lived, person=make_person(db))
    later = [_statements(browser, town, idea) for browser in (client, neighbour)]
    assert later == first
    assert max(later) <= 8


def test_the_page_asks_few_statements_of_its_author_and_of_the_coordination_too(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        town_settings.write(db, OPEN)
        me, coordinator = make_person(db), make_person(db, Role.COORDINATOR)
        photo = photos.keep(db, StoredPhoto(key="a" * 32, width=40, height=30))
        idea = make_public(db, author=me, photo_ids=[photo.id], call_id=make_call(db).id)
        day, owner = clock.today() + timedelta(days=9), make_organisation(db)
        follow_up.entrust(db, idea, partner=owner, day=day, person=coordinator)
        for word in ("Un mot.", "Encore un."):
            authoring.add(db, idea, word, language="fr", author=me)
            make_comment(db, idea, public=True)
        authoring.edit(db, idea, Rewording("Trois bancs", "Là.", "fr"), author=me)
    for person in (None, me, coordinator):
        browser = Browser(client.app)
        assert _statements(browser.sign_in(person) if person else browser, town, idea.id) <= 8


def _statements(browser: Browser, town: Services, idea: int) -> int:
    browser.get(f"/propositions/{idea}")  # what is kept for a minute is known
    with town.database.transaction() as db:
        news.tell(db, db.get_one(Proposal, idea), Happening.REWRITTEN)
    with count_statements(town.database) as seen:
        browser.get(f"/propositions/{idea}?n={clock.now().timestamp()}")
    return len([one for one in seen if not one.startswith(("PRAGMA", "BEGIN", "SET"))])


def test_a_withdrawn_idea_has_no_followers_and_its_news_are_gone(town: Services) -> None:
    with town.database.transaction() as db:
        idea = make_public(db)
        follows.follow(db, idea, person=make_person(db))
        commands.withdraw(db, idea, author=db.get_one(Person, idea.author_id))
        assert idea.visibility is Visibility.WITHDRAWN
        assert db.scalars(select(ProposalFollow)).all() == []
