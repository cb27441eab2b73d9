"""Act first, identify last: answers wait on the device of their voter, and nowhere else."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from engage.accounts.commands import issue_card
from engage.accounts.models import Person
from engage.consultations import waiting
from engage.consultations.commands import NotOpen, Waited, cast_ballot, cast_waiting, keep_codes
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    RollEntry,
    VotingCode,
    unit_of_person,
)
from engage.consultations.standing import DECLARING
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from tests.accounts.test_views import ask_code
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.counting import count_statements
from tests.factories import make_person, neighbourhood

CODE = "TEST-2222-ABCD"
CARD = "CART-5555-NPQR"
VOICE = "voisine@example.org"


@dataclass
class Vote:
    """A concertation of two questions, and the addresses of its pages."""

    asked: Consultation

    @property
    def start(self) -> str:
        return f"/concertations/{self.asked.id}/voter"

    @property
    def waiting(self) -> str:
        return f"{self.start}/reponses"

    @property
    def end(self) -> str:
        return f"{self.start}/fin"

    def question(self, number: int) -> str:
        return f"{self.start}?question={number}"

    def ids(self, number: int, *labels: str) -> list[int]:
        return option_ids(self.asked.questions[number - 1], *labels)

    def answer(self, browser: Browser, number: int, *labels: str) -> str:
        """Choose and send; where that leads."""
        chosen = {"choix": [str(id_) for id_ in self.ids(number, *labels)]}
        return browser.submit(self.question(number), chosen, action="/voter").headers["Location"]


def make_vote(town: Services, **values: object) -> Vote:
    with town.database.transaction() as db:
        return Vote(make_consultation(db, **values))  # type: ignore[arg-type]


@pytest.fixture
def vote(town: Services) -> Vote:
    return make_vote(town)


def voter(town: Services, **values: object) -> Person:
    with town.database.transaction() as db:
        return make_person(db, **values)  # type: ignore[arg-type]


def identify(browser: Browser, town: Services, page: str, address: str = VOICE) -> str:
    """Type an address and its code, from the page `page` that asks who one is."""
    code_page, digits = ask_code(browser, town, address, page)
    return browser.submit(code_page, {"code": digits}).headers["Location"]


def counted(town: Services) -> tuple[int, int]:
    with town.database.reading() as db:
        roll = db.scalar(select(func.count()).select_from(RollEntry)) or 0
        return roll, db.scalar(select(func.count()).select_from(Ballot)) or 0


def waits_on(browser: Browser) -> bool:
    with browser.http.session_transaction() as session:
        return waiting.KEY in session


def leads(browser: Browser, path: str) -> str:
    return browser.get(path, expects=303).headers["Location"]


def say(browser: Browser, page: str, answer: str) -> str:
    """Say on `page` whether the answers that wait are one's own."""
    sent = browser.submit(page, {"reponse": answer}, action="/reponses/qui")
    return sent.headers["Location"]


def test_a_visitor_answers_first_and_is_counted_as_soon_as_she_says_who_she_is(
    client: Browser, town: Services, vote: Vote
) -> None:
    assert leads(client, vote.start) == vote.question(1)
    client.get(vote.question(1))
    assert "Vous dites qui vous êtes à la fin" in client.text
    assert vote.answer(client, 1, "Repas", "Jeux") == vote.question(2)
    assert vote.answer(client, 2, "Samedi") == vote.waiting
    sign_in = leads(client, vote.waiting)
    assert sign_in == f"/compte/connexion?suite={vote.waiting}"
    client.get(sign_in)
    assert "Vos réponses attendent ici" in client.text
    assert counted(town) == (0, 0)

    assert identify(client, town, sign_in) == vote.end
    client.get(vote.end)
    assert "C’est compté. Merci" in client.text
    for words in ("Quelles activités ?", "Repas", "Jeux", "Quel jour ?", "Samedi"):
        assert words in client.text
    assert "Dimanche" not in client.text
    with town.database.reading() as db:
        person = db.scalars(select(Person.id)).one()
        assert set(db.scalars(select(RollEntry.unit))) == {unit_of_person(person)}
        ballots = {b.question_id: b.answers for b in db.scalars(select(Ballot))}
    first, second = vote.asked.questions
    assert ballots == {first.id: vote.ids(1, "Repas", "Jeux"), second.id: vote.ids(2, "Samedi")}
    assert not waits_on(client)


def test_a_visitor_votes_on_two_questions_in_four_screens(
    client: Browser, town: Services, vote: Vote
) -> None:
    second = vote.answer(client, 1, "Repas")
    client.get(second)
    assert "En votant, je dis que j’habite ici" in client.text
    answer = {"choix": [str(id_) for id_ in vote.ids(2, "Samedi")], "contact": VOICE}
    code_page = client.submit(second, answer, action="/voter").headers["Location"]
    assert code_page.startswith("/compte/code/")
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage)).one()
    digits = (message.secret or "")[:6]
    assert client.submit(code_page, {"code": digits}).headers["Location"] == vote.end
    assert counted(town) == (2, 2)


def test_what_is_wrong_with_an_address_is_said_beside_it_and_the_choice_stays(
    client: Browser, town: Services, vote: Vote
) -> None:
    chosen = [str(id_) for id_ in vote.ids(2, "Samedi")]
    vote.answer(client, 1, "Repas")
    for typed in ("pas une adresse", "01", "x" * 400):
        answer = {"choix": chosen, "contact": typed}
        client.submit(vote.question(2), answer, 422, action="/voter")
        assert client.page is not None
        assert client.page.forms[0].fields["choix"] == chosen
        assert client.page.forms[0].fields["contact"] == [typed]
    assert counted(town) == (0, 0)


def test_who_leaves_the_last_question_out_agrees_with_a_button(
    client: Browser, town: Services, vote: Vote
) -> None:
    vote.answer(client, 1, "Repas")
    assert identify(client, town, leads(client, vote.waiting)) == vote.waiting
    assert counted(town) == (0, 0)
    client.get(vote.waiting)
    assert "En votant, je dis que j’habite ici" in client.text
    assert client.submit(vote.waiting, action="/reponses").headers["Location"] == vote.end
    assert counted(town) == (1, 1)


def test_the_code_of_a_letter_is_typed_under_the_last_question(
    client: Browser, app: Engage, town: Services
) -> None:
    vote = make_vote(town, electorate=Electorate.DWELLING_CODE)
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, vote.asked.id), app.services.secret_key, [CODE])
    second = vote.answer(client, 1, "Jeux")
    answer: dict[str, object] = {"choix": [str(id_) for id_ in vote.ids(2, "Dimanche")]}
    client.submit(second, answer | {"code": "AAAA-BBBB-CCCC"}, 422, action="/voter")
    assert "Ce code ne vote pas ici" in client.text
    assert counted(town) == (0, 0)
    sent = client.submit(second, answer | {"code": CODE.lower()}, action="/voter")
    assert sent.headers["Location"] == vote.end
    assert counted(town) == (2, 2)


def test_a_code_is_forgotten_by_the_phone_after_half_an_hour(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    vote = make_vote(town, electorate=Electorate.DWELLING_CODE)
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, vote.asked.id), app.services.secret_key, [CODE])
    client.submit("/code", {"code": CODE})
    vote.answer(client, 1, "Jeux")
    client.get(vote.end)
    assert "Jeux" in client.text
    moment.forward(minutes=31)
    client.get(vote.end, expects=303)
    assert leads(client, vote.start) == vote.question(1)


def test_a_letter_too_is_answered_first_and_its_code_comes_last(
    client: Browser, app: Engage, town: Services
) -> None:
    vote = make_vote(town, electorate=Electorate.DWELLING_CODE)
    with town.database.transaction() as db:
        keep_codes(db, db.get_one(Consultation, vote.asked.id), app.services.secret_key, [CODE])
    client.get(vote.question(1))
    assert "Votre code vient à la fin" in client.text
    vote.answer(client, 1, "Jeux")
    vote.answer(client, 2, "Dimanche")
    code_page = leads(client, vote.waiting)
    assert code_page == f"/code?pour={vote.asked.id}"
    assert client.submit(code_page, {"code": CODE}).headers["Location"] == vote.end
    with town.database.reading() as db:
        code_id = db.scalars(select(VotingCode.id)).one()
        assert list(db.scalars(select(RollEntry.unit))) == [f"code:{code_id}"] * 2


@pytest.mark.parametrize("way", ["/compte/carte?suite={}", "/code?pour={}"])
def test_a_card_counts_what_waits(
    client: Browser, app: Engage, town: Services, vote: Vote, way: str
) -> None:
    with town.database.transaction() as db:
        issue_card(db, make_person(db), CARD, key=app.services.secret_key)
    vote.answer(client, 1, "Jeux")
    vote.answer(client, 2, "Dimanche")
    page = way.format(vote.waiting if "suite" in way else vote.asked.id)
    assert client.submit(page, {"code": CARD}).headers["Location"] == vote.end
    assert counted(town) == (2, 2)


def test_what_waits_stands_in_no_table_and_in_no_log(
    client: Browser, town: Services, vote: Vote, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(vote.question(1))
    assert client.page is not None
    chosen = client.page.forms[0].fields | {"choix": [str(vote.ids(1, "Jeux")[0])]}
    with count_statements(town.database) as seen, caplog.at_level(logging.DEBUG):
        client.post(vote.question(1), chosen)
    assert not [s for s in seen if s.startswith(("INSERT", "UPDATE", "DELETE"))]
    said = [r.getMessage() for r in caplog.records if r.name.startswith("engage")]
    assert not any("choix" in line or "Jeux" in line for line in said)
    assert counted(town) == (0, 0)


def test_who_reads_the_cookies_of_a_phone_learns_no_answer(client: Browser, vote: Vote) -> None:
    vote.answer(client, 1, "Repas")
    with client.http.session_transaction() as one:
        first = dict(one[waiting.KEY])
    vote.answer(client, 1, "Musique")
    with client.http.session_transaction() as other:
        second = dict(other[waiting.KEY])
    assert set(first) == set(second) == {"for", "sealed"}
    assert first["for"] == second["for"]
    assert len(first["sealed"]) == len(second["sealed"])


def test_an_answer_can_be_changed_and_one_left_out(
    client: Browser, town: Services, vote: Vote
) -> None:
    vote.answer(client, 1, "Repas")
    client.get(vote.question(1))
    assert client.page is not None
    assert client.page.forms[0].fields["choix"] == [str(vote.ids(1, "Repas")[0])]
    vote.answer(client, 1, "Musique")
    client.get(vote.question(2))
    assert vote.waiting in client.page.links
    identify(client, town, leads(client, vote.waiting))
    client.get(vote.waiting)
    assert "Musique" in client.text
    assert "Sans réponse" in client.text
    client.submit(vote.waiting, action="/reponses")
    client.get(vote.end)
    assert "Répondre à cette question" in client.text
    assert counted(town) == (1, 1)


def test_who_has_voted_before_reads_so_without_fright(
    client: Browser, town: Services, vote: Vote
) -> None:
    person = voter(town, email=VOICE)
    with town.database.transaction() as db:
        question = vote.asked.questions[0]
        cast_ballot(db, question, unit=unit_of_person(person.id), choices=vote.ids(1, "Jeux"))
    vote.answer(client, 1, "Repas")
    vote.answer(client, 2, "Samedi")
    assert identify(client, town, leads(client, vote.waiting)) == vote.end
    client.get(vote.end)
    assert "Quelles activités ? » : votre nouvelle réponse" in client.text.replace("\xa0", " ")
    assert counted(town) == (2, 2)


def test_what_was_counted_before_is_replaced_and_counts_once(
    client: Browser, town: Services, vote: Vote
) -> None:
    first = Browser(client.app).sign_in(voter(town, email=VOICE))
    vote.answer(first, 1, "Repas")
    vote.answer(first, 2, "Samedi")
    vote.answer(client, 1, "Jeux")
    vote.answer(client, 2, "Dimanche")
    assert identify(client, town, leads(client, vote.waiting)) == vote.end
    client.get(vote.end)
    assert "Dimanche" in client.text
    assert "Samedi" not in client.text
    assert counted(town) == (2, 2)
    assert not waits_on(client)


def test_sent_twice_it_is_counted_once(client: Browser, town: Services, vote: Vote) -> None:
    vote.answer(client, 1, "Jeux")
    identify(client, town, leads(client, vote.waiting))
    client.get(vote.waiting)
    assert client.page is not None
    form, cookie = client.page.forms[0].fields, client.http.get_cookie("engage")
    client.post(vote.waiting, form)
    assert cookie is not None
    client.http.set_cookie("engage", cookie.value)
    client.post(vote.waiting, form)
    assert counted(town) == (1, 1)


def test_answers_of_one_voter_are_counted_apart(town: Services, vote: Vote) -> None:
    """On PostgreSQL rows of one transaction could be joined by its number."""
    assert count_all(town, vote, "person:1") == Waited(frozenset(), frozenset())
    assert counted(town) == (2, 2)
    if not town.database.is_sqlite:
        with town.database.reading() as db:
            assert len(set(db.scalars(text("SELECT CAST(xmin AS TEXT) FROM ballots")))) == 2


def count_all(town: Services, vote: Vote, unit: str) -> Waited:
    """Count an answer of `unit` to each question."""
    answers = {q.id: [q.options[0].id] for q in vote.asked.questions}
    return cast_waiting(
        town.database, vote.asked, unit=unit, answers=answers, standing=lambda _: DECLARING
    )


def test_after_the_closing_nothing_that_waits_is_counted(
    client: Browser, town: Services, vote: Vote, moment: Moment
) -> None:
    moment.move_to(vote.asked.closes_at - timedelta(minutes=2))
    vote.answer(client, 1, "Jeux")
    identify(client, town, leads(client, vote.waiting))
    client.get(vote.waiting)
    assert client.page is not None
    form = client.page.forms[0].fields
    moment.move_to(vote.asked.closes_at)
    client.post(vote.waiting, form, expects=409)
    assert "Le vote est fini depuis" in client.text
    assert counted(town) == (0, 0)
    assert not waits_on(client)
    assert leads(client, vote.waiting) == vote.start


def test_a_vote_that_closes_between_two_answers_keeps_the_first(
    town: Services, vote: Vote, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = clock.now()

    def over_after_the_first() -> datetime:
        return vote.asked.closes_at if counted(town)[0] else before

    monkeypatch.setattr("engage.consultations.commands.clock.now", over_after_the_first)
    count_all(town, vote, "person:1")
    monkeypatch.setattr("engage.consultations.commands.clock.now", lambda: vote.asked.closes_at)
    with pytest.raises(NotOpen):
        count_all(town, vote, "person:2")
    assert counted(town) == (1, 1)


def test_what_is_missing_is_asked_after_the_code(client: Browser, town: Services) -> None:
    vote = make_vote(town, min_age=16, min_residence="perimeter")
    vote.answer(client, 1, "Jeux")
    vote.answer(client, 2, "Samedi")
    assert identify(client, town, leads(client, vote.waiting)) == vote.waiting
    before = leads(client, vote.waiting)
    assert before == f"{vote.start}/avant?question=1"
    client.get(before)
    assert "Vos réponses attendent sur cet appareil" in client.text
    assert counted(town) == (0, 0)
    client.post(vote.waiting, {"csrf_token": client.csrf_token()})
    assert counted(town) == (0, 0)


def test_who_is_too_young_is_told_at_the_first_answer(client: Browser, town: Services) -> None:
    vote = make_vote(town, min_age=16)
    client.sign_in(voter(town, birth_year=2012))
    assert vote.answer(client, 1, "Jeux") == f"{vote.start}/avant?question=1"
    assert not waits_on(client)


def test_a_lost_tab_is_found_again_after_one_question(client: Browser, vote: Vote) -> None:
    vote.answer(client, 1, "Jeux")
    client.get(f"/concertations/{vote.asked.id}")
    assert "Finir mon vote" in client.text
    client.get(vote.start)
    assert "Ce sont vos réponses ?" in client.text.replace("\xa0", " ")
    assert say(client, vote.start, "oui") == vote.question(2)
    assert vote.answer(client, 2, "Samedi") == vote.waiting
    client.get(vote.start)
    assert say(client, vote.start, "oui") == vote.waiting


def test_the_next_person_is_asked_and_sees_no_answer(
    client: Browser, town: Services, vote: Vote, moment: Moment
) -> None:
    vote.answer(client, 1, "Jeux")
    vote.answer(client, 2, "Dimanche")
    moment.forward(minutes=6)
    for page in (vote.start, vote.question(1), vote.question(2), vote.waiting):
        client.get(page)
        assert "Des réponses attendent sur cet appareil" in client.text
        assert "Jeux" not in client.text
        assert "Dimanche" not in client.text
    assert say(client, vote.start, "non") == vote.start
    assert not waits_on(client)
    client.get(vote.question(1))
    assert client.page is not None
    assert "choix" not in client.page.forms[0].fields


def test_an_answer_of_the_next_person_does_not_make_the_others_theirs(
    client: Browser, vote: Vote, moment: Moment
) -> None:
    vote.answer(client, 1, "Jeux")
    client.get(vote.question(2))
    assert client.page is not None
    form = client.page.forms[0].fields | {"choix": [str(vote.ids(2, "Samedi")[0])]}
    moment.forward(minutes=6)
    client.post(vote.question(2), form)
    client.get(vote.waiting)
    assert "Ce sont vos réponses" in client.text


def test_after_half_an_hour_nothing_waits(client: Browser, vote: Vote, moment: Moment) -> None:
    vote.answer(client, 1, "Jeux")
    moment.forward(minutes=31)
    client.get("/aide")
    assert not waits_on(client)
    assert leads(client, vote.start) == vote.question(1)


def test_a_sign_in_that_leads_elsewhere_carries_nothing_along(
    client: Browser, town: Services, vote: Vote
) -> None:
    vote.answer(client, 1, "Jeux")
    identify(client, town, "/compte/connexion?suite=/propositions")
    assert not waits_on(client)
    assert leads(client, vote.start) == vote.question(1)


@pytest.mark.parametrize(
    ("page", "action"),
    [("/compte", "/compte/sortie"), ("{end}", "/voter/autre")],
)
def test_signing_out_and_the_next_voter_erase_what_waits(
    client: Browser, town: Services, vote: Vote, page: str, action: str
) -> None:
    client.sign_in(voter(town))
    other = make_vote(town, min_age=16, min_residence="perimeter")
    vote.answer(client, 1, "Jeux")
    other.answer(client, 1, "Jeux")
    assert waits_on(client)
    client.submit(page.format(end=vote.end), action=action)
    assert not waits_on(client)


def test_a_shared_phone_that_is_left_erases_what_waits(
    client: Browser, town: Services, vote: Vote, moment: Moment
) -> None:
    vote.answer(client, 1, "Jeux")
    code_page, digits = ask_code(client, town, VOICE, leads(client, vote.waiting))
    client.submit(code_page, {"code": digits, "partage": "y"})
    assert waits_on(client)
    moment.forward(minutes=11)
    client.get("/compte", expects=303)
    assert not waits_on(client)


def test_answers_of_somebody_signed_in_wait_for_nobody_else(
    client: Browser, town: Services
) -> None:
    vote = make_vote(town, min_age=16, min_residence="perimeter")
    client.sign_in(voter(town))
    vote.answer(client, 1, "Jeux")
    assert leads(client, vote.start) == vote.question(2)
    client.sign_in(voter(town))
    client.get("/aide")
    assert not waits_on(client)


def test_two_votes_never_wait_at_once(client: Browser, town: Services, vote: Vote) -> None:
    with town.database.transaction() as db:
        other = Vote(make_consultation(db, title="Le square"))
    vote.answer(client, 1, "Jeux")
    for page in (other.start, other.question(1)):
        client.get(page)
        assert "Fête de quartier" in client.text
    chosen: dict[str, Sequence[str]] = {"choix": [str(other.ids(1, "Repas")[0])]}
    sent = client.post(other.question(1), {"csrf_token": client.csrf_token()} | chosen)
    assert sent.headers["Location"] == other.start
    assert say(client, other.start, "oui") == vote.question(2)
    client.get(other.start)
    assert say(client, other.start, "non") == other.start
    assert leads(client, other.start) == other.question(1)


def test_no_more_waits_than_a_cookie_holds(client: Browser, town: Services) -> None:
    labels = [f"Réponse {number}" for number in range(400)]
    with town.database.transaction() as db:
        long = [make_question(*labels, most=400, position=number) for number in (1, 2)]
        vote = Vote(make_consultation(db, *long))
    assert vote.answer(client, 1, *labels[:200]) == vote.question(2)
    assert "/compte/connexion" in vote.answer(client, 2, *labels)
    cookie = client.http.get_cookie("engage")
    assert cookie is not None
    assert len(cookie.value) < 3_600
    identify(client, town, leads(client, vote.waiting))
    client.submit(vote.waiting, action="/reponses")
    assert counted(town) == (1, 1)


def test_a_question_is_asked_with_few_statements(
    client: Browser, town: Services, vote: Vote
) -> None:
    client.get("/aide")
    vote.answer(client, 1, "Jeux")
    with count_statements(town.database) as visitor:
        client.get(vote.question(2))
    assert len(visitor) <= 6, visitor
    identify(client, town, leads(client, vote.waiting))
    with count_statements(town.database) as known:
        client.get(vote.waiting)
    assert len(known) <= 8, known


@pytest.mark.parametrize("sent", ["", "peut-être", "\x00", "9" * 5000])
def test_only_yes_or_no_is_an_answer_to_whose(client: Browser, vote: Vote, sent: str) -> None:
    vote.answer(client, 1, "Jeux")
    form = {"csrf_token": client.csrf_token(), "reponse": sent}
    client.post(f"{vote.waiting}/qui", form, expects=422)
    assert waits_on(client)


def test_a_neighbourhood_is_named_where_it_votes(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        vote = Vote(make_consultation(db))
        vote.asked.neighbourhood_id = neighbourhood(db).id
        db.flush()
    vote.answer(client, 1, "Jeux")
    identify(client, town, leads(client, vote.waiting))
    client.get(vote.waiting)
    assert "En votant, je dis que j’habite ici : Terre-Rouge" in client.text.replace("\xa0", " ")
