"""The list of ideas: narrowed, sorted, searched, near a place; the map and the feed."""

import re
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import search
from engage.core.search_models import Term
from engage.core.services import Services
from engage.core.words import Visibility
from engage.ops.verify import verify
from engage.proposals import cards, commands, finding, follow_up, list_views, near, writing
from engage.proposals.cards import Wanted
from engage.proposals.models import Proposal
from engage.proposals.workflow import Status
from engage.territory.models import Action, Place
from tests.browsing import Browser
from tests.counting import count_statements
from tests.factories import make_person, make_place, neighbourhood
from tests.proposals.ideas import make_idea, make_public

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(page: object) -> list[str]:
    found = re.findall(r'<h3[^>]*><a href="[^"]*">([^<]*)</a>', str(page))
    return [title.replace("&#39;", "'") for title in found]


def support(db: Session, proposal: Proposal, number: int) -> None:
    for _ in range(number):
        commands.endorse(db, proposal, person=make_person(db))


def html(client: Browser, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def seen(client: Browser, path: str) -> list[str]:
    return titles(html(client, path))


@pytest.fixture
def ideas(town: Services) -> dict[str, int]:
    """Five public ideas, one that waits and one that was refused."""
    with town.database.transaction() as db:
        bench = make_public(db, title="Des bancs", text="À l’ombre, près des jeux.")
        bikes = make_public(db, title="Réparer les vélos", text="Un atelier.", quartier="escales")
        light = make_public(db, title="Éclairer le passage", text="Une lampe.")
        market = make_public(db, title="Un marché", text="Des légumes et un banc.")
        trees = make_public(db, title="Des arbres", text="De l’ombre.", quartier="croix-de-fer")
        for idea, number in ((bench, 2), (bikes, 5), (light, 2), (market, 1)):
            support(db, idea, number)
        follow_up.study(db, light, person=make_person(db, Role.COUNCIL))
        make_idea(db, title="Un banc secret", text="Banc que personne n’a lu.")
        refused = make_idea(db, title="Un banc refusé", text="Banc.")
        commands.refuse(db, refused, revision=refused.revisions[0], actor_id=make_person(db).id)
        return {
            "bench": bench.id,
            "bikes": bikes.id,
            "light": light.id,
            "market": market.id,
            "trees": trees.id,
        }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/propositions",
            ["Des arbres", "Un marché", "Éclairer le passage", "Réparer les vélos", "Des bancs"],
        ),
        (
            "/propositions?tri=soutiens",
            ["Réparer les vélos", "Éclairer le passage", "Des bancs", "Un marché", "Des arbres"],
        ),
        ("/propositions?quartier=escales", ["Réparer les vélos"]),
        ("/propositions?etat=etudiee", ["Éclairer le passage"]),
        ("/propositions?etat=realisee", []),
        ("/propositions?q=BANC", ["Des bancs", "Un marché"]),
        ("/propositions?q=bnacs", ["Des bancs", "Un marché"]),
        ("/propositions?q=reparation+velo", ["Réparer les vélos"]),
        ("/propositions?q=ombre&quartier=croix-de-fer", ["Des arbres"]),
        ("/propositions?q=banc&tri=soutiens", ["Des bancs", "Un marché"]),
        ("/propositions?q=secret", []),
        ("/propositions?q=refus%C3%A9", []),
        ("/propositions?lieu=quartier-escales", ["Réparer les vélos"]),
        ("/propositions?quartier=escales&tri=soutiens&etat=nouvelle", ["Réparer les vélos"]),
    ],
)
def test_the_list_shows_what_the_address_asks_for(
    client: Browser, ideas: dict[str, int], path: str, expected: list[str]
) -> None:
    assert seen(client, path) == expected


@pytest.mark.parametrize(
    "query",
    [
        "quartier=ailleurs",
        "action=99",
        "etat=x",
        "tri=x",
        "lieu=x",
        "pres=x",
        "appel=999",
        "avant=x",
        "avant=0",
        "avant=99999999999",
        "avant=-1",
        "avant=1-2-3",
    ],
)
def test_an_unknown_filter_or_key_is_not_found(client: Browser, query: str) -> None:
    client.get(f"/propositions?{query}", expects=404)


def test_words_that_no_idea_has_all_bring_the_closest_ones(
    client: Browser, ideas: dict[str, int]
) -> None:
    assert seen(client, "/propositions?q=banc+trottinette") == ["Des bancs", "Un marché"]
    assert "Aucune idée n’a tous ces mots" in client.text
    assert seen(client, "/propositions?q=xyzzy") == []
    assert "Rien avec ces mots" in client.text


def test_what_was_typed_is_shown_as_text_and_stays_in_the_box(client: Browser) -> None:
    page = html(client, "/propositions?q=%3Cscript%3E%22%26&tri=soutiens")
    assert "<script>" not in page
    assert 'value="&lt;script&gt;&#34;&amp;"' in page
    assert '<input type="hidden" name="tri" value="soutiens">' in page


@pytest.mark.parametrize(
    "sort", ["", "tri=soutiens", "q=fontaine", "q=fontaine&tri=soutiens", "pres"]
)
def test_pages_of_every_order_follow_each_other_without_gap(
    client: Browser, town: Services, sort: str
) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        here, there = (make_place(db, lat=lat, lon=1.0) for lat in (44.0, 44.1))
        for number in range(45):
            idea = make_public(db, author=author, title=f"Fontaine {number}")
            idea.place_id = (here, there, None)[number % 3] and (here, there)[number % 3].id
            support(db, idea, number % 3)
        path = f"/propositions?{sort}" if sort != "pres" else f"/propositions?pres={here.code}"
    found: list[str] = []
    for size in (20, 20, 5):
        page = html(client, path)
        assert len(titles(page)) == size
        found += titles(page)
        onward = re.search(r'href="([^"]*)" rel="next"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert not path
    assert len(set(found)) == 45


def test_near_a_place_means_by_distance_and_then_the_newest(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        near_by, far, farther = (make_place(db, lat=lat, lon=1.4) for lat in (44.0, 44.1, 44.3))
        for title, place in (
            ("Loin", farther),
            ("Ici d’abord", near_by),
            ("Ici ensuite", near_by),
            ("Entre les deux", far),
        ):
            make_public(db, title=title).place_id = place.id
        elsewhere = make_public(db, title="Sans lieu", quartier="centre-ancien")
        code = near_by.code
        assert elsewhere.place_id is None
    assert seen(client, f"/propositions?pres={code}") == [
        "Ici ensuite",
        "Ici d’abord",
        "Entre les deux",
        "Loin",
        "Sans lieu",
    ]
    assert f'value="{code}" data-at="44.0000 1.4000"' in html(client, "/propositions/pres")


def test_a_metre_is_a_metre() -> None:
    assert round(near.metres((44.0, 1.0), (44.001, 1.0))) == 111
    assert round(near.metres((44.0, 1.0), (44.0, 1.001))) == 80


def test_the_map_and_its_list_say_the_same(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        place = make_place(db, name="La place du lavoir", lat=44.45, lon=1.44)
        for title in ("Une", "Deux"):
            make_public(db, title=title).place_id = place.id
        make_public(db, title="Ailleurs", quartier="escales")
        make_idea(db, title="Cachée").place_id = place.id
        code = place.code
    page = html(client, "/propositions/carte")
    assert 'aria-label="La place du lavoir : 2 idées"' in page
    assert page.count(f'href="/propositions?lieu={code}"') == 2
    assert "3 idées" in page
    assert seen(client, f"/propositions?lieu={code}") == ["Deux", "Une"]
    assert "La place du lavoir" not in html(client, "/propositions/carte?quartier=escales")
    assert "Pas encore d’idée ici" in html(client, "/propositions/carte?etat=realisee")


def test_the_feed_is_valid_and_tells_days_alone(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        make_public(db, title="Bancs & <ombre>", text="Un\x0bmot < deux & trois")
        make_public(db, title="دروس", text="نص", language="ar")
        make_idea(db, title="Secrète")
    answer = client.http.get("/propositions.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.get_data())  # noqa: S314  made here
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["دروس", "Bancs & <ombre>"]
    assert entries[1].findtext(f"{ATOM}content") == "<p>Un?mot &lt; deux &amp; trois</p>"
    assert {e.findtext(f"{ATOM}updated") for e in entries} == {"2026-06-02T00:00:00+00:00"}
    ids = [e.findtext(f"{ATOM}id") or "" for e in entries]
    assert all(id_.startswith("http") for id_ in ids)
    for entry in (feed, *entries):
        datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "")
    again = client.http.get("/propositions.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_an_empty_feed_is_valid_too(client: Browser) -> None:
    feed = ET.fromstring(  # noqa: S314  made here
        client.http.get("/propositions.atom?quartier=escales").get_data()
    )
    assert feed.findall(f"{ATOM}entry") == []
    client.get("/propositions.atom?quartier=x", expects=404)


def test_withdrawn_words_leave_list_search_feed_and_map(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        proposal = make_public(db, title="Trottinettes", text="Zibeline", author=author)
    for path in ("/propositions", "/propositions?q=zibeline", "/propositions.atom"):
        assert "Trottinettes" in client.http.get(path).get_data(as_text=True)
    with town.database.transaction() as db:
        author, proposal = db.get_one(Person, author.id), db.get_one(Proposal, proposal.id)
        commands.withdraw(db, proposal, author=author)
    for path in ("/propositions", "/propositions?q=zibeline", "/propositions.atom"):
        assert "Trottinettes" not in client.http.get(path).get_data(as_text=True)
    assert verify(town)["search"] == []


def test_hidden_words_are_not_found_even_by_who_hid_nothing_else(db: Session) -> None:
    proposal = make_public(db, title="Zibeline")
    proposal.visibility = Visibility.HIDDEN
    finding.refresh(db, proposal.id)
    assert search.find(db, finding.KIND, "zibeline").ids == []
    assert search.similar(db, finding.KIND, "zibeline") == []


def test_the_number_of_supporters_follows_every_support(town: Services) -> None:
    with town.database.transaction() as db:
        proposal, person = make_public(db), make_person(db)
        commands.endorse(db, proposal, person=person)
        commands.endorse(db, proposal, person=person)
        support(db, proposal, 2)
        commands.withdraw_endorsement(db, proposal, person=person)
    with town.database.transaction() as db:
        assert db.scalars(select(Proposal.supporters)).one() == 2
    assert verify(town)["supporters"] == []
    with town.database.transaction() as db:
        db.scalars(select(Proposal)).one().supporters = 7
    assert len(verify(town)["supporters"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/propositions?q=bancs",
        "/propositions?q=bancs&etat=nouvelle",
        "/propositions?tri=soutiens&action=1",
        "/propositions?pres=quartier-terre-rouge",
        "/propositions/carte",
        "/propositions.atom",
        "/propositions/semblables?titre=Des+bancs",
    ],
)
def test_lists_take_six_statements_however_many_ideas(
    client: Browser, town: Services, path: str
) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        for number in range(25):
            make_public(db, title=f"Des bancs {number}", author=author)
    client.http.get(path)  # what is kept for a minute
    town.pages.clear()
    with count_statements(town.database) as statements:
        assert client.http.get(path).status_code == 200
    assert len(statements) <= 6, statements
    assert not [one for one in statements if not one.lstrip().startswith(("SELECT", "PRAGMA"))]


def test_filters_combine(db: Session) -> None:
    action = db.scalars(select(Action).where(Action.number == 2)).one()
    idea = make_public(db, title="Fleurir", text="Des fleurs", action_id=action.id)
    wanted = Wanted(
        neighbourhood_id=neighbourhood(db).id, action_id=action.id, status=Status.PUBLISHED
    )
    for listing in (cards.newest, cards.most_supported):
        assert [card.id for card in listing(db, wanted).items] == [idea.id]
    assert not db.scalars(select(Place).where(Place.id == idea.place_id)).all()


def test_a_title_being_typed_brings_similar_ideas_with_their_supporters(
    client: Browser, ideas: dict[str, int]
) -> None:
    answer = client.http.get("/propositions/semblables?titre=reparation+de+velo")
    piece = answer.get_data(as_text=True)
    assert "Réparer les vélos" in piece
    assert "5 soutiens" in piece
    assert f'href="/propositions/{ideas["bikes"]}/soutenir"' in piece
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert "Set-Cookie" not in answer.headers
    for title in ("", "velo", "Un aquarium", "%00%F0%9F%99%82" * 300):
        empty = client.http.get(f"/propositions/semblables?titre={title}")
        assert empty.get_data(as_text=True).strip() == ""


def test_titles_are_compared_so_often_and_no_more(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_views, "TITLES_AN_HOUR", 2)
    found = [client.http.get("/propositions/semblables?titre=velo").status_code for _ in range(3)]
    assert found == [200, 200, 429]


def test_without_script_similar_ideas_are_shown_once_before_the_idea_leaves(
    client: Browser, town: Services, ideas: dict[str, int]
) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)
    new = {
        "title": "un atelier de reparation des velo",
        "text": "Le samedi.",
        "neighbourhood": "terre-rouge",
    }
    client.submit("/propositions/nouvelle", new, expects=422)
    assert "Quelqu’un l’a déjà dit ?" in client.text
    assert "5 soutiens" in client.text
    assert "Non, la mienne est différente : envoyer" in client.text
    assert client.page is not None
    form = client.page.forms[0].fields
    assert form["title"] == [new["title"]]
    client.post("/propositions/nouvelle", dict(form))
    with town.database.reading() as db:
        assert (
            db.scalars(select(Proposal.status).order_by(Proposal.id.desc())).first() == "received"
        )


@pytest.mark.parametrize("words", ["%00", "%00".join("ab"), "x" * 5000, "%F0%9F%99%82", "'%25_\\"])
def test_strange_words_are_looked_for_and_not_found(client: Browser, words: str) -> None:
    for path in ("/propositions?q=", "/propositions/semblables?titre=", "/recherche?q="):
        assert client.http.get(path + words).status_code == 200


def test_words_that_moderation_masked_are_nowhere(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        proposal = make_idea(db, title="Appelez Zibeline", text="Elle habite au Zirconium.")
        masked = writing.revision("Appelez ▒▒▒▒", "Elle habite au ▒▒▒▒.", "fr")
        masked.proposal_id = proposal.id
        db.add(masked)
        db.flush()
        commands.publish(db, proposal, revision=masked, actor_id=make_person(db).id)
    for path in (
        "/propositions",
        "/propositions?q=zibeline",
        "/propositions?q=zirconium",
        "/propositions.atom",
        "/propositions/semblables?titre=appelez+zibeline",
        "/recherche?q=zibeline",
    ):
        page = client.http.get(path).get_data(as_text=True)
        assert "Appelez Zibeline" not in page
        assert "Zirconium" not in page
    with town.database.reading() as db:
        known = set(db.scalars(select(Term.word)))
    assert {"apel", "habit"} <= known
    assert not [word for word in known if word.startswith("zi")]
