"""One box for all that is public."""

from datetime import timedelta

import pytest

from engage.core import clock
from engage.core.services import Services
from tests.browsing import Browser
from tests.consultations.factories import make_consultation, make_question
from tests.counting import count_statements
from tests.incidents.making import make_estate, make_incident
from tests.proposals.ideas import make_idea, make_public


@pytest.fixture
def full(town: Services) -> Services:
    with town.database.transaction() as db:
        make_public(db, title="Une fontaine", text="De l’eau pour tous.")
        make_idea(db, title="Une fontaine secrète", text="Zibeline.")
        make_consultation(db, make_question("Fontaine", "Banc"), title="La place du puits")
        later = clock.now() + timedelta(days=1)
        make_consultation(db, make_question("Oui"), title="Le puits caché", announced_at=later)
        make_incident(db, make_estate(db), description="La fontaine fuit, zibeline.")
    return town


def test_ideas_and_concertations_are_found_and_nothing_that_is_not_public(
    client: Browser, full: Services
) -> None:
    client.get("/recherche?q=fontaines")
    assert "Une fontaine" in client.text
    assert "secrète" not in client.text
    client.get("/recherche?q=puit")
    assert "La place du puits" in client.text
    assert "caché" not in client.text
    for words in ("zibeline", "fuit"):
        client.get(f"/recherche?q={words}")
        assert "Rien avec ces mots" in client.text


def test_no_words_find_nothing_and_say_nothing(client: Browser) -> None:
    for query in ("", "?q=", "?q=%20les%20", "?q=%3Cb%3E"):
        client.get(f"/recherche{query}")
        assert "<b>" not in client.text


def test_a_search_takes_few_statements(client: Browser, full: Services) -> None:
    client.get("/recherche?q=eau")
    with count_statements(full.database) as statements:
        client.get("/recherche?q=fontaine")
    assert len(statements) <= 6, statements
