"""Voting on each kind of question as a resident meets it: without scripts, changed, shown again."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from engage.consultations import way
from engage.consultations.counting.order import mixed
from engage.consultations.models import (
    Ballot,
    BudgetCount,
    Consultation,
    Question,
    QuestionKind,
)
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.elections import question as asked_question
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.factories import make_person

K = QuestionKind
LABELS = ("Repas", "Musique", "Jeux", "Danse")


def make_kind(kind: QuestionKind, **values: Any) -> Question:
    """A question of this kind on a fête, with "none of these"."""
    labels = ("Oui", "Non") if kind is K.YES_NO else LABELS
    question = make_question(*labels, title="Que voulez-vous ?")
    question.kind, question.max_choices = kind, 2
    for name, value in values.items():
        setattr(question, name, value)
    if kind is K.BUDGET:
        question.budget, question.counting = 1_000, BudgetCount.GREEDY
        for option, cost in zip(question.options, (600, 300, 500, 100), strict=False):
            option.cost = cost
    return question


def make_poll(town: Services, kind: QuestionKind, **values: Any) -> Consultation:
    with town.database.transaction() as db:
        return make_consultation(db, make_kind(kind, **values))


@pytest.fixture
def voter(client: Browser, town: Services) -> Browser:
    """Somebody signed in."""
    with town.database.transaction() as db:
        person = make_person(db)
    return client.sign_in(person)


def page_of(asked: Consultation) -> str:
    return f"/concertations/{asked.id}/voter?question=1"


def end_of(asked: Consultation) -> str:
    return f"/concertations/{asked.id}/voter/fin"


def typed(asked: Consultation, answer: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form: `{Repas}` in a name or a value stands for the id of that option."""
    ids = {o.label["fr"]: str(o.id) for o in asked.questions[0].options}

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], text)

    return {
        filled(name): [filled(v) for v in value] if isinstance(value, list) else filled(value)
        for name, value in answer.items()
    }


def ballots(town: Services) -> list[Any]:
    with town.database.reading() as db:
        return list(db.scalars(select(Ballot.answers)))


ANSWERS: list[tuple[QuestionKind, dict[str, Any], list[Any], str]] = [
    (K.YES_NO, {"choix": "{Oui}"}, ["Oui"], "Oui"),
    (K.SINGLE, {"choix": "{Jeux}"}, ["Jeux"], "Jeux"),
    (K.APPROVAL, {"choix": ["{Jeux}", "{Repas}"]}, ["Repas", "Jeux"], "Repas"),
    (
        K.FAVOURITES,
        {"choix-1": "{Jeux}", "choix-2": "{Repas}", "choix-3": ""},
        ["Jeux", "Repas"],
        "Jeux Premier choix",
    ),
    (
        K.JUDGMENT,
        {"note-{Repas}": "5", "note-{Danse}": "0"},
        [["Repas", 5], ["Danse", 0]],
        "Repas Excellent",
    ),
    (K.SCALE, {"note-{Jeux}": "4"}, [["Jeux", 4]], "Jeux 4 sur 5"),
    (K.BUDGET, {"choix": ["{Musique}", "{Repas}"]}, ["Repas", "Musique"], "Repas 600\xa0€"),
]


@pytest.mark.parametrize(("kind", "answer", "kept", "shown"), ANSWERS)
def test_each_kind_is_answered_shown_in_words_and_changed(
    voter: Browser,
    town: Services,
    kind: QuestionKind,
    answer: dict[str, Any],
    kept: list[Any],
    shown: str,
) -> None:
    asked = make_poll(town, kind)
    ids = {o.label["fr"]: o.id for o in asked.questions[0].options}
    sent = voter.submit(page_of(asked), typed(asked, answer), action="/voter")
    assert sent.headers["Location"] == end_of(asked)
    expected = [ids[e] if isinstance(e, str) else [ids[e[0]], e[1]] for e in kept]
    assert ballots(town) == [expected]

    voter.get(end_of(asked))
    assert "C’est compté :" in voter.text.replace("\xa0", " ")
    assert shown.replace("\xa0", " ") in voter.text.replace("\xa0", " ")
    assert page_of(asked) in voter.page.links  # type: ignore[union-attr]

    voter.get(page_of(asked))
    assert voter.page is not None
    fields = voter.page.forms[0].fields
    for name, value in typed(asked, answer).items():
        wanted = [value] if isinstance(value, str) else value
        assert sorted(fields.get(name, [])) == sorted(v for v in wanted if v)

    none = {name: "" for name in fields if name.startswith("choix-")} | {"choix": "{Aucune}"}
    plain = {"csrf_token": fields["csrf_token"]} | typed(asked, none)
    voter.post(page_of(asked), plain)
    assert ballots(town) == [[ids["Aucune"]]]
    voter.get(end_of(asked))
    assert "Votre nouvelle réponse remplace l’ancienne" in voter.text
    assert "Aucune" in voter.text


@pytest.mark.parametrize(
    ("kind", "answer", "sentence"),
    [
        (K.FAVOURITES, {"choix-2": "{Jeux}"}, "votre choix n° 1"),
        (K.FAVOURITES, {"choix-1": "{Jeux}", "choix-2": "{Jeux}"}, "« Jeux » plusieurs fois"),
        (K.FAVOURITES, {"choix-1": "{Jeux}", "choix": "{Aucune}"}, "« Aucune » tout seul"),
        (K.FAVOURITES, {"choix-1": "9" * 5000}, "pas dans la liste"),
        (K.FAVOURITES, {}, "Choisissez une réponse"),
        (K.JUDGMENT, {"note-{Jeux}": "6"}, "pas dans la liste"),
        (K.JUDGMENT, {"note-{Jeux}": "<b>\x00é🙂"}, "pas dans la liste"),
        (K.JUDGMENT, {"note-{Jeux}": "٣"}, "pas dans la liste"),
        (K.JUDGMENT, {"note-{Jeux}": "3", "choix": "{Aucune}"}, "« Aucune » tout seul"),
        (K.JUDGMENT, {}, "Choisissez une réponse"),
        (K.SCALE, {"note-{Jeux}": "0"}, "pas dans la liste"),
        (K.SCALE, {"note-999": "3"}, "Choisissez une réponse"),
        (K.BUDGET, {"choix": ["{Repas}", "{Jeux}"]}, "coûtent 1 100 €. Il y a 1 000 € à partager"),
        (K.YES_NO, {"choix": ["{Oui}", "{Non}"]}, "une seule réponse"),
        (K.TEXT, {"choix": "   "}, "Écrivez votre réponse"),
        (K.TEXT, {"choix": "é" * 501}, "500 caractères au plus"),
    ],
)
def test_an_answer_that_does_not_fit_comes_back_with_a_sentence_and_what_was_chosen(
    voter: Browser, town: Services, kind: QuestionKind, answer: dict[str, Any], sentence: str
) -> None:
    asked = make_poll(town, kind)
    voter.get(page_of(asked))
    assert voter.page is not None
    empty = {name: "" for name in voter.page.forms[0].fields if name.startswith("choix-")}
    sent = {"csrf_token": voter.csrf_token()} | empty | typed(asked, answer)
    voter.post(page_of(asked), sent, expects=422)
    assert sentence in voter.text.replace("\xa0", " ")
    assert "#choix" in voter.page.links
    assert "choix" in voter.page.ids
    fields, offered = voter.page.forms[0].fields, voter.page.forms[0].offered
    for name, value in typed(asked, answer).items():
        wanted = [value] if isinstance(value, str) else value
        known = [v for v in wanted if v in offered.get(name, [])]
        assert set(fields.get(name, [])) & set(known) == set(
            known[:1] if kind is K.YES_NO else known
        )
    assert ballots(town) == []


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_each_page_says_how_it_is_counted_and_holds_every_choice(
    voter: Browser, town: Services, kind: QuestionKind
) -> None:
    asked = make_poll(town, kind, low={"fr": "Pas du tout"}, high={"fr": "Beaucoup"})
    response = voter.get(page_of(asked))
    assert "Comment on compte" in voter.text
    assert len(response.get_data()) < 14_000
    if kind is not K.TEXT:
        for option in asked.questions[0].options:
            assert option.label["fr"] in voter.text
    if kind is K.JUDGMENT:
        assert "Excellent Très bien Bien Assez bien Passable À rejeter" in voter.text
    if kind is K.SCALE:
        assert "Pas du tout" in voter.text
        assert "Beaucoup" in voter.text
    if kind is K.BUDGET:
        assert "À partager : 1 000 €" in voter.text.replace("\xa0", " ")


@pytest.mark.parametrize("kind", [K.FAVOURITES, K.JUDGMENT, K.BUDGET, K.TEXT])
def test_answers_of_every_kind_wait_for_their_voter_and_count_with_the_code(
    client: Browser, app: Engage, town: Services, kind: QuestionKind
) -> None:
    from tests.consultations.test_waiting import identify, leads

    asked = make_poll(town, kind)
    answer: dict[QuestionKind, dict[str, Any]] = {
        K.FAVOURITES: {"choix-1": "{Danse}", "choix-2": "", "choix-3": ""},
        K.JUDGMENT: {"note-{Danse}": "3"},
        K.BUDGET: {"choix": ["{Jeux}", "{Danse}"]},
        K.TEXT: {"choix": "Une scène à l’ombre, s’il vous plaît."},
    }
    sent = client.submit(page_of(asked), typed(asked, answer[kind]), action="/voter")
    assert sent.headers["Location"] == f"/concertations/{asked.id}/voter/reponses"
    assert identify(client, town, leads(client, sent.headers["Location"])) == end_of(asked)
    assert len(ballots(town)) == (kind is not K.TEXT)
    client.get(end_of(asked))
    assert "Compté" in client.text or "C’est compté :" in client.text


def test_words_wait_however_long_and_in_whatever_alphabet(client: Browser, town: Services) -> None:
    asked = make_poll(town, K.TEXT)
    sent = client.submit(page_of(asked), {"choix": "نريد مكانا للظل. " * 29}, action="/voter")
    assert sent.headers["Location"] == f"/concertations/{asked.id}/voter/reponses"
    cookie = client.http.get_cookie("engage")
    assert cookie is not None
    assert len(cookie.value) < 3_600


def _order(browser: Browser, asked: Consultation) -> list[str]:
    browser.get(page_of(asked))
    assert browser.page is not None
    return browser.page.forms[0].offered["choix"]


def test_the_order_of_the_answers_differs_by_voter_and_stays_for_each(
    app: Engage, town: Services
) -> None:
    asked = make_poll(town, K.SINGLE)
    none = str(option_ids(asked.questions[0], "Aucune")[0])
    seen = set()
    for _visitor in range(12):
        visitor = Browser(app)
        order = _order(visitor, asked)
        assert _order(visitor, asked) == order
        assert order[-1] == none
        seen.add(tuple(order))
    assert len(seen) > 3
    with town.database.transaction() as db:
        person = make_person(db)
    phone, desk = Browser(app).sign_in(person), Browser(app).sign_in(person)
    assert _order(phone, asked) == _order(desk, asked)
    yes_no = make_poll(town, K.YES_NO)
    assert len({tuple(_order(Browser(app), yes_no)) for _visitor in range(6)}) == 1


def test_every_answer_is_first_for_as_many_voters() -> None:
    question = asked_question(K.APPROVAL, (1, 2, 3, 4))
    first = [mixed(question, f"voter {number}")[0].id for number in range(2_000)]
    assert all(400 < first.count(option) < 600 for option in (1, 2, 3, 4))


def test_the_next_person_on_the_phone_finds_nothing_of_the_vote(
    voter: Browser, town: Services
) -> None:
    asked = make_poll(town, K.FAVOURITES)
    answer = {"choix-1": "{Danse}", "choix-2": "", "choix-3": ""}
    voter.submit(page_of(asked), typed(asked, answer), action="/voter")
    voter.submit(end_of(asked), action="/voter/autre")
    voter.get(end_of(asked), expects=303)
    voter.get(page_of(asked))
    assert voter.page is not None
    assert "choix-1" not in voter.page.forms[0].fields
    with voter.http.session_transaction() as session:
        assert way.CODE not in session


def test_once_the_vote_is_over_the_last_page_tells_no_answer(
    voter: Browser, town: Services, moment: Moment
) -> None:
    asked = make_poll(town, K.SINGLE)
    voter.submit(page_of(asked), typed(asked, {"choix": "{Danse}"}), action="/voter")
    moment.move_to(asked.closes_at)
    voter.get(end_of(asked))
    assert "Compté" in voter.text
    assert "Danse" not in voter.text
    assert "Changer ma réponse" not in voter.text
