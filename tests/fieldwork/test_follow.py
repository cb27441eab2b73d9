"""`/suivi`: number and word of a ticket open the person's own page, the number alone the public."""

from sqlalchemy import func, select

from engage.accounts.models import Role
from engage.core.services import Services
from engage.core.web import Engage
from engage.fieldwork import commands
from engage.fieldwork.models import Enquiry
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.fieldwork import making

QUARTIER = {"quartier": "terre-rouge"}


def ticket_of_a_problem(client: Browser, town: Services) -> tuple[str, str]:
    making.open_counter(client, town)
    making.serve_nobody(client)
    address = making.report(client, making.place_code(town), description="Il fait noir.")
    return making.ticket(client, address)


def follow(visitor: Browser, number: str, word: str, expects: int = 303) -> str:
    answer = visitor.submit("/suivi", {"numero": number, "mot": word}, expects)
    return answer.headers.get("Location", "")


def test_number_and_word_open_the_persons_own_page_of_a_problem(
    client: Browser, app: Engage, town: Services
) -> None:
    number, word = ticket_of_a_problem(client, town)
    visitor = Browser(app)
    address = follow(visitor, number.lower(), f"{word[:3]} {word[3:]}".lower())
    assert address.startswith("/suivi/")
    visitor.get(address)
    assert "Il fait noir." in visitor.text


def test_the_number_alone_opens_the_public_page(
    client: Browser, app: Engage, town: Services
) -> None:
    number, _word = ticket_of_a_problem(client, town)
    visitor = Browser(app)
    assert follow(visitor, number, "") == f"/signalements/{number}"
    visitor.get(f"/signalements/{number}")
    assert "Il fait noir." not in visitor.text
    assert follow(visitor, "P-12", "") == "/propositions/12"
    follow(visitor, "Q-1", "", expects=422)
    follow(visitor, "bonjour", "", expects=422)


def test_an_idea_is_followed_before_it_is_public(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    making.open_counter(client, town)
    making.serve(client)
    answer = client.submit("/guichet/idee", {"title": "Un banc", "text": "À l’ombre.", **QUARTIER})
    number, word = making.ticket(client, answer.headers["Location"])
    visitor = Browser(app)
    visitor.get(f"/propositions/{number[2:]}", expects=404)
    address = follow(visitor, number, word)
    visitor.get(address)
    assert "Pas encore publique" in visitor.text
    assert "Un banc" in visitor.text
    moment.forward(hours=1, seconds=1)
    visitor.get(address, expects=404)
    visitor.get(f"{address}x", expects=404)


def test_a_question_is_answered_behind_its_ticket(
    client: Browser, app: Engage, town: Services
) -> None:
    mediator = making.open_counter(client, town)
    making.serve_nobody(client)
    answer = client.submit("/guichet/question", {"question": "Quand vient le bus ?"})
    number, word = making.ticket(client, answer.headers["Location"])
    visitor = Browser(app)
    visitor.get(follow(visitor, number, word))
    assert "Pas encore de réponse" in visitor.text
    client.get("/guichet/questions")
    assert "Quand vient le bus ?" in client.text
    client.submit(f"/guichet/questions/{number[2:]}", {"reponse": "Le mardi, de 9 h à 12 h."})
    visitor.get(follow(visitor, number, word))
    assert "Le mardi, de 9 h à 12 h." in visitor.text
    with town.database.reading() as db:
        assert db.scalars(select(Enquiry.answered_by_id)).one() == mediator.id


def test_an_unknown_number_and_a_wrong_word_get_the_same_answer_and_the_same_work(
    client: Browser, app: Engage, town: Services
) -> None:
    number, _word = ticket_of_a_problem(client, town)
    seen = []
    for typed in (number, "G-9999"):
        visitor = Browser(app)
        visitor.get("/suivi")
        assert visitor.page is not None
        form = visitor.page.forms[0].fields | {"numero": [typed], "mot": ["BBBBBB"]}
        with count_statements(town.database) as statements:
            visitor.post("/suivi", form, expects=422)
        seen.append(([s.split(" ")[:3] for s in statements], visitor.text.replace(typed, "N")))
    assert seen[0] == seen[1]
    assert "ne vont pas ensemble" in seen[0][1]


def test_the_sixth_try_of_a_number_waits_whoever_asks(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    number, word = ticket_of_a_problem(client, town)
    for _try in range(5):
        follow(Browser(app), number, "BBBBBB", expects=422)
    visitor = Browser(app)
    answer = visitor.submit("/suivi", {"numero": number, "mot": word}, expects=429)
    assert int(answer.headers["Retry-After"]) > 0
    moment.forward(minutes=15)
    assert follow(visitor, number, word).startswith("/suivi/")


def test_the_address_of_a_qr_code_fills_the_number_in_and_never_the_word(client: Browser) -> None:
    client.get("/suivi?numero=g1042&mot=BBBBBB")
    assert client.page is not None
    fields = client.page.forms[0].fields
    assert (fields["numero"], fields["mot"]) == (["G-1042"], [""])


def test_a_thing_that_is_gone_opens_nothing(client: Browser, app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        actor = make_person(db, Role.MEDIATOR)
        by = making.capture(db, actor=actor)
        enquiry = commands.take_question(db, by, "Quand ?", language="fr")
        from engage.fieldwork import tickets

        tickets.issue(db, enquiry, app.services.secret_key, visit="v", actor=actor)
        number = f"Q-{enquiry.id}"
        word = tickets.word_for(app.services.secret_key, "v", number)
        db.delete(enquiry)
    follow(client, number, word, expects=422)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Proposal.id))) == 0


def test_what_is_no_number_uses_up_nobodys_tries(client: Browser) -> None:
    for _try in range(7):
        follow(client, "1042 ?", "BBBBBB", expects=422)
    assert "Exemple : G-1042" in client.text
