"""Signing up for a party at the counter: for somebody with a name, seen by organisers alone."""

from sqlalchemy import select

from engage.consultations.kits.models import PartyHelper
from engage.core.services import Services
from tests.browsing import Browser
from tests.consultations.kits.making import make_need, make_party
from tests.factories import make_person
from tests.fieldwork import making


def test_the_mediator_signs_somebody_up_under_their_first_name(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        need = make_need(db, make_party(db), wanted=1)
    mediator = making.open_counter(client, town, "phone")
    making.serve(client, "Amina")
    client.submit("/guichet/fete", {"besoin": ""}, expects=422)
    client.submit("/guichet/fete", {"besoin": str(need.id), "prenom": "Amina"})
    with town.database.reading() as db:
        row = db.scalars(select(PartyHelper)).one()
    assert (row.name, row.channel, row.captured_by_id) == ("Amina", "phone", mediator.id)
    making.next_person(client)
    making.serve(client, "Bruno")
    client.get("/guichet/fete")
    assert "Porter les bancs" not in client.text


def test_a_visit_without_name_promises_nothing(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        make_need(db, make_party(db))
        make_person(db)
    making.open_counter(client, town)
    making.serve_nobody(client)
    client.get("/guichet/fete")
    assert "Les organisateurs doivent savoir qui attendre." in client.text
