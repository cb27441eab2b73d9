"""Voting at the counter: counted with its channel, and nothing of the choice is left anywhere."""

from typing import Any

from sqlalchemy import select

from engage.accounts.models import Person
from engage.accounts.residence import ResidenceProof
from engage.consultations import queries
from engage.consultations.commands import make_codes
from engage.consultations.models import Ballot, Consultation, Electorate, RollEntry
from engage.core.audit import AuditEntry
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.fieldwork.models import Ticket
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.factories import make_place, neighbourhood
from tests.fieldwork import making


def declared(town: Services, **values: Any) -> Consultation:
    with town.database.transaction() as db:
        return make_consultation(db, **values)


def by_code(app: Engage, town: Services) -> tuple[int, str]:
    with town.database.transaction() as db:
        made = make_consultation(db, electorate=Electorate.DWELLING_CODE, title="Travaux")
        (code,) = make_codes(db, made, app.services.secret_key, 1)
        return made.id, code


def choose(client: Browser, address: str, *labels: str, expects: int = 303) -> str:
    """Tick these answers on the page and send them."""
    html = client.get(address).get_data(as_text=True)
    values = []
    for text in labels:
        before = html.split(f"<span>{text}")[0]
        values.append(before.rpartition('value="')[2].split('"')[0])
    answer = client.submit(address, {"choix": values}, expects)
    return answer.headers.get("Location", "")


def test_a_vote_by_letter_needs_nobody_named(client: Browser, app: Engage, town: Services) -> None:
    id_, code = by_code(app, town)
    mediator = making.open_counter(client, town)
    making.serve_nobody(client)
    client.submit("/guichet/vote", {"code": "AAAA-BBBB-CCCC"}, expects=422)
    address = client.submit("/guichet/vote", {"code": code.lower()}).headers["Location"]
    client.get(address)
    assert "Tournez l’écran" in client.text
    assert "Pour quelqu’un" not in client.text
    address = choose(client, address, "Musique", "Jeux")
    address = choose(client, address, "Samedi")
    client.get(address)
    assert "C’est fini. Merci" in client.text
    assert "Samedi" not in client.text
    with town.database.reading() as db:
        rows = db.scalars(select(RollEntry)).all()
        assert {(r.channel, r.captured_by_id) for r in rows} == {("in_person", mediator.id)}
        assert queries.turnouts(db, [id_])[id_].by_channel == (("in_person", 1),)
    client.get(f"/guichet/vote/{id_}")
    assert "Il faut une carte ou un compte" in client.text, "the code is forgotten"


def test_nothing_says_what_was_chosen_and_no_ticket_is_made(
    client: Browser, app: Engage, town: Services
) -> None:
    _id, code = by_code(app, town)
    making.open_counter(client, town)
    making.serve_nobody(client)
    with town.database.reading() as db:
        before = len(db.scalars(select(AuditEntry)).all())
    address = client.submit("/guichet/vote", {"code": code}).headers["Location"]
    answer = client.get(choose(client, address, "Musique"))
    assert "no-store" in answer.headers["Cache-Control"]
    assert "checked" not in answer.get_data(as_text=True)
    with client.http.session_transaction() as session:
        assert "choix" not in repr(dict(session))
    with town.database.reading() as db:
        assert len(db.scalars(select(Ballot)).all()) == 1
        assert len(db.scalars(select(AuditEntry)).all()) == before
        assert not db.scalars(select(Ticket)).all()
        assert not db.scalars(select(OutboxMessage)).all()


def test_a_vote_of_people_takes_a_card_and_counts_once(
    client: Browser, app: Engage, town: Services
) -> None:
    consultation = declared(town)
    holder = making.card_holder(app, town)
    address = f"/guichet/vote/{consultation.id}"
    making.open_counter(client, town, "phone")
    making.serve(client, "Amina")
    client.get(address)
    assert "Il faut une carte ou un compte" in client.text
    making.next_person(client)
    client.submit("/guichet", {"code": making.CARD})
    client.get(address)
    assert "Lisez chaque réponse" in client.text
    following = choose(client, address, "Repas")
    client.get(f"{following}&")
    client.get(f"/guichet/vote/{consultation.id}?apres=1")
    assert "Quel jour" in client.text
    choose(client, following, "Samedi")
    client.get(address)
    assert "C’est fini" in client.text
    with town.database.reading() as db:
        units = set(db.scalars(select(RollEntry.unit)))
    assert units == {f"person:{holder.id}"}


def test_a_second_answer_to_the_same_question_takes_the_place_of_the_first(
    client: Browser, app: Engage, town: Services
) -> None:
    consultation = declared(town)
    making.card_holder(app, town)
    making.open_counter(client, town)
    client.submit("/guichet", {"code": making.CARD})
    address = f"/guichet/vote/{consultation.id}"
    client.get(address)
    assert client.page is not None
    form = next(f for f in client.page.forms if "question=1" in f.action)
    choose(client, address, "Repas")
    second = consultation.questions[0].options[1].id
    client.post(form.action, form.fields | {"choix": [str(second)]})
    with town.database.reading() as db:
        assert db.scalars(select(Ballot.answers)).all() == [[second]]


def test_nothing_chosen_comes_back_with_a_sentence(
    client: Browser, app: Engage, town: Services
) -> None:
    consultation = declared(town)
    making.card_holder(app, town)
    making.open_counter(client, town)
    client.submit("/guichet", {"code": making.CARD})
    client.submit(f"/guichet/vote/{consultation.id}", {}, action="question=1", expects=422)
    assert "Choisissez une réponse" in client.text


def test_where_residence_is_proven_the_mediator_attests_and_asks_the_age(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        hood = neighbourhood(db)
        consultation = make_consultation(
            db, neighbourhood_id=hood.id, min_residence="attested", min_age=16
        )
        place = make_place(db).code
    holder = making.card_holder(app, town)
    mediator = making.open_counter(client, town)
    client.submit("/guichet", {"code": making.CARD})
    address = f"/guichet/vote/{consultation.id}"
    client.get(address)
    assert "Avant de voter" in client.text
    for wrong in ({"lieu": place}, {"atteste": "y", "age": "y"}, {"lieu": place, "atteste": "y"}):
        client.submit(address, wrong, expects=422)
    client.submit(address, {"lieu": place, "atteste": "y", "age": "y"})
    choose(client, address, "Repas")
    with town.database.reading() as db:
        proof = db.scalars(select(ResidenceProof)).one()
        assert (proof.person_id, proof.attested_by_id) == (holder.id, mediator.id)
        assert db.get_one(Person, holder.id).birth_year is None
        assert len(db.scalars(select(Ballot)).all()) == 1
