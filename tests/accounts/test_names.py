"""Others see a pseudonym or "Un habitant de …", and never an address."""

import pytest

from engage.accounts.models import Role
from engage.accounts.names import shown_name
from engage.core.services import Services
from tests.browsing import Browser
from tests.factories import make_person, neighbourhood
from tests.proposals.ideas import make_item, make_public


def test_without_a_chosen_name_one_is_an_inhabitant_of_ones_neighbourhood(town: Services) -> None:
    with town.database.transaction() as db:
        here, there = neighbourhood(db), neighbourhood(db, "sainte-valerie")
        neighbour = make_person(db, public_name="", neighbourhood_id=here.id)
        assert shown_name(neighbour, here) == "Un habitant de Terre-Rouge"
        assert shown_name(neighbour, there) == "Un habitant"
        assert shown_name(make_person(db, public_name="Nour"), here) == "Nour"
        assert shown_name(None, here) == "Un habitant"


@pytest.mark.parametrize("name", ["", "Nour"])
def test_readers_and_moderators_see_name_and_neighbourhood_only(
    client: Browser, town: Services, name: str
) -> None:
    with town.database.transaction() as db:
        author = make_person(
            db,
            public_name=name,
            email="amina@example.org",
            neighbourhood_id=neighbourhood(db).id,
        )
        public, item = make_public(db, author=author), make_item(db, author=author)
        member = make_person(db, Role.COUNCIL)
    client.get(f"/propositions/{public.id}")
    pages = [client.text]
    client.sign_in(member)
    client.submit(f"/moderation/{item.id}", action="/lire")
    client.get(f"/moderation/{item.id}")
    pages.append(client.text)
    for text in pages:
        assert (name or "Un habitant de Terre-Rouge") in text
        assert "Terre-Rouge" in text
        assert "example.org" not in text


@pytest.mark.parametrize("name", ["06 12 34 56 78", "nour@example.org", "Nour, appt 12"])
def test_a_name_by_which_others_could_reach_somebody_is_refused(
    client: Browser, town: Services, name: str
) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)
    client.submit("/compte", {"public_name": name}, expects=422)
    assert "sans numéro ni adresse" in client.text
