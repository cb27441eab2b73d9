"""The way to a vote that asks for more than a word: act first, prove then, send."""

import re

import pytest
from sqlalchemy import select

from engage.accounts import residence
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.consultations.commands import keep_codes
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    RollEntry,
    VotingCode,
    unit_of_person,
)
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.consultations.factories import make_consultation, option_ids
from tests.counting import count_statements
from tests.factories import make_person, make_place, neighbourhood

CODE = "TEST-2222-ABCD"


def _asked(town: Services, **values: object) -> Consultation:
    with town.database.transaction() as db:
        made = make_consultation(db, **values)  # type: ignore[arg-type]
        made.neighbourhood_id = neighbourhood(db).id
        return made


def _signed_in(client: Browser, town: Services, **values: object) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, **values)  # type: ignore[arg-type]
    client.sign_in(person)
    return person


def _location(client: Browser, path: str, data: dict[str, object] | None = None) -> str:
    """Where the form of `path` (or, without data, the page itself) leads."""
    if data is None:
        return client.get(path, expects=303).headers["Location"]
    return client.submit(path, data).headers["Location"]


def test_a_choice_waits_while_home_and_age_are_shown(client: Browser, town: Services) -> None:
    asked = _asked(town, min_residence="perimeter", min_age=16)
    with town.database.transaction() as db:
        home, here = make_place(db, kind="building"), neighbourhood(db).id
    person = _signed_in(client, town)
    vote = f"/concertations/{asked.id}/voter?question=2"
    wanted = [str(i) for i in option_ids(asked.questions[1], "Samedi")]
    client.get(vote)
    assert "Avant l’envoi" in client.text
    waiting = _location(client, vote, {"choix": wanted})
    before = _location(client, waiting)
    assert before == f"/concertations/{asked.id}/voter/avant?question=2"
    client.get(before)
    assert "Vos réponses attendent sur cet appareil" in client.text

    assert _location(client, _link(client, "Dire mon quartier"), {"quartier": str(here)}) == before
    client.get(before)
    assert _location(client, _link(client, "adresse"), {"place": str(home.id)}) == before
    client.get(before)
    assert "Montrer que vous habitez" not in client.text
    assert _location(client, _link(client, "/compte/age"), {"assez": "oui"}) == before
    assert _location(client, before) == waiting

    client.get(vote)
    assert client.page is not None
    assert client.page.forms[0].fields["choix"] == wanted
    assert "Envoyer ma réponse" in client.text
    client.get(waiting)
    assert "Samedi" in client.text
    client.submit(waiting, action="/reponses")
    with town.database.reading() as db:
        assert db.scalars(select(RollEntry.unit)).one() == unit_of_person(person.id)
        assert [str(i) for i in db.scalars(select(Ballot.answers)).one()] == wanted
    with client.http.session_transaction() as session:
        assert "waiting" not in session


def _link(client: Browser, words: str) -> str:
    """The address of the first link that holds these words, or leads to what they name."""
    assert client.page is not None
    ways = {"Dire mon quartier": "/compte/quartier?", "adresse": "/compte/quartier/adresse?"}
    return next(link for link in client.page.links if link.startswith(ways.get(words, words)))


def test_what_waits_stands_in_no_table(client: Browser, town: Services) -> None:
    asked = _asked(town, min_residence="letter")
    _signed_in(client, town)
    wanted = [str(i) for i in option_ids(asked.questions[1], "Samedi")]
    vote = f"/concertations/{asked.id}/voter?question=2"
    client.get(vote)
    assert client.page is not None
    form = client.page.forms[0]
    with count_statements(town.database) as seen:
        client.post(vote, form.fields | {"choix": wanted})
    assert not [s for s in seen if s.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_bad_choice_is_refused_before_anything_is_asked(client: Browser, town: Services) -> None:
    asked = _asked(town, min_residence="letter")
    _signed_in(client, town)
    client.submit(
        f"/concertations/{asked.id}/voter?question=2", {"choix": ["1234567"]}, expects=422
    )
    assert "pas dans la liste" in client.text


def test_who_is_too_young_reads_from_when_on(client: Browser, town: Services) -> None:
    asked = _asked(town, min_age=16)
    _signed_in(client, town, birth_year=2012)
    vote = f"/concertations/{asked.id}/voter?question=2"
    wanted = [str(i) for i in option_ids(asked.questions[1], "Samedi")]
    client.get(_location(client, vote, {"choix": wanted}))
    assert "à partir de 16 ans" in client.text
    assert "/propositions/nouvelle" in client.page.links  # type: ignore[union-attr]


def test_the_page_says_how_to_show_that_one_lives_here(client: Browser, town: Services) -> None:
    for level, sentence in (
        ("perimeter", "votre adresse dans une liste"),
        ("letter", "Une lettre avec un code"),
        ("attested", "Un médiateur ou votre bailleur confirme"),
        ("council", "Seuls les membres du conseil"),
    ):
        asked = _asked(town, min_residence=level)
        client.get(f"/concertations/{asked.id}")
        assert sentence in client.text


def test_who_lacks_nothing_is_led_on(client: Browser, town: Services) -> None:
    asked = _asked(town)
    _signed_in(client, town)
    for number in ("1", "x", "9"):
        place = _location(client, f"/concertations/{asked.id}/voter/avant?question={number}")
        assert place == f"/concertations/{asked.id}/voter?question=1"
    client.get("/concertations/999/voter/avant", expects=404)


def test_a_proof_that_is_gone_meanwhile_does_not_vote(client: Browser, town: Services) -> None:
    asked = _asked(town, min_residence="perimeter")
    with town.database.reading() as db:
        here = neighbourhood(db).id
    person = _signed_in(client, town, neighbourhood_id=here)
    with town.database.transaction() as db:
        residence.prove(db, db.get_one(Person, person.id), ResidenceLevel.PERIMETER)
    vote = f"/concertations/{asked.id}/voter?question=2"
    client.get(vote)
    assert client.page is not None
    form = client.page.forms[0].fields
    form["choix"] = [str(i) for i in option_ids(asked.questions[1], "Samedi")]
    with town.database.transaction() as db:
        residence.declare(db, db.get_one(Person, person.id), None)
    sent = client.post(vote, form)
    assert "/voter/avant" in _location(client, sent.headers["Location"])
    with town.database.reading() as db:
        assert db.scalars(select(RollEntry.unit)).all() == []


def test_a_vote_by_code_asks_the_database_nothing_more(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _asked(town, electorate=Electorate.DWELLING_CODE, min_residence="council", min_age=99)
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, asked.id), app.services.secret_key, [CODE])
    client.submit("/code", {"code": CODE})
    vote = f"/concertations/{asked.id}/voter?question=2"
    client.get(vote)
    assert client.page is not None
    form = client.page.forms[0].fields
    form["choix"] = [str(i) for i in option_ids(asked.questions[1], "Samedi")]
    with count_statements(town.database) as seen:
        client.post(vote, form)
    tables = [re.findall(r"FROM (\w+)", s)[0] for s in seen if s.startswith("SELECT")]
    assert tables == ["consultations", "questions", "options", "voting_codes", "roll_entries"]


@pytest.mark.parametrize("who", ["person", "network"])
def test_tries_of_letters_are_counted(
    client: Browser, app: Engage, town: Services, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    limit = "TRIES_AN_HOUR" if who == "person" else "NETWORK_TRIES_AN_HOUR"
    monkeypatch.setattr(f"engage.consultations.standing_views.{limit}", 3)
    asked = _asked(town, electorate=Electorate.DWELLING_CODE)
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, asked.id), app.services.secret_key, [CODE])
    person = _signed_in(client, town)
    address = "/compte/quartier/lettre"
    for typed in ("", "AAAA-BBBB-CCCC", "x" * 30, "<b>é"):
        client.submit(address, {"code": typed}, expects=422)
    late = client.submit(address, {"code": CODE}, expects=429)
    assert int(late.headers["Retry-After"]) > 0
    with town.database.reading() as db:
        assert db.scalars(select(VotingCode.people_proven)).one() == 0
        assert residence.level_of(db, person) is ResidenceLevel.DECLARED


def test_a_letter_leads_back_to_the_vote(client: Browser, app: Engage, town: Services) -> None:
    by_letter = _asked(town, electorate=Electorate.DWELLING_CODE)
    asked = _asked(town, min_residence="letter")
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, by_letter.id), app.services.secret_key, [CODE])
        here = neighbourhood(db).id
    _signed_in(client, town, neighbourhood_id=here)
    before = f"/concertations/{asked.id}/voter/avant?question=1"
    client.get(before)
    way = _link(client, "/compte/quartier/lettre")
    assert _location(client, way, {"code": "test 2222 abcd"}) == before
    assert _location(client, before) == f"/concertations/{asked.id}/voter?question=1"
    client.submit("/code", {"code": CODE})
    client.get(f"/concertations/{by_letter.id}/voter?question=1")
    assert "Envoyer ma réponse" in client.text
