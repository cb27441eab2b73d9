"""The pages that hold no feature: home, contract, legal texts, language, demo."""

import pytest

from engage.core.services import Services
from tests.browsing import Browser
from tests.counting import count_statements

TEXTS = ["/aide", "/charte", "/accessibilite", "/donnees-personnelles", "/mentions-legales"]


@pytest.mark.parametrize("path", ["/", "/contrat", "/contrat/actions/3", *TEXTS])
def test_a_visitor_reads_it_without_a_cookie(client: Browser, path: str) -> None:
    response = client.get(path)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-cache"
    assert client.page is not None
    assert not client.page.forms


def test_the_second_visit_is_not_sent_again(client: Browser) -> None:
    first = client.get("/contrat")
    client.get("/contrat", expects=304, headers={"If-None-Match": first.headers["ETag"]})


def test_legal_facts_nobody_gave_are_said_to_be_missing(client: Browser) -> None:
    client.get("/mentions-legales")
    assert "à renseigner" in client.text


def test_an_unknown_action_is_not_found(client: Browser) -> None:
    client.get("/contrat/actions/18", expects=404)
    client.get("/contrat/actions/99999999999999999999", expects=404)


@pytest.mark.parametrize("persona", ["conseil", "coordinatrice"])
@pytest.mark.demo
def test_screens_that_are_french_only_read_from_left_to_right(
    client: Browser, town: Services, persona: str
) -> None:
    client.submit("/langue", {"langue": "ar"})
    client.submit("/demo", {"persona": persona})
    path = "/moderation" if persona == "conseil" else "/relances"
    assert 'lang="fr" dir="ltr"' in client.get(path).get_data(as_text=True)
    assert 'lang="ar" dir="rtl"' in client.get("/").get_data(as_text=True)


def test_arabic_reads_from_right_to_left(client: Browser) -> None:
    client.submit("/langue", {"langue": "ar"})
    page = client.get("/").get_data(as_text=True)
    assert 'lang="ar" dir="rtl"' in page


def test_a_language_we_do_not_speak_is_refused(client: Browser) -> None:
    client.submit("/langue", {"langue": "xx"}, expects=422)


def test_the_language_page_never_leads_to_another_site(client: Browser) -> None:
    response = client.submit("/langue", {"langue": "fr", "suite": "//ailleurs.example"})
    assert response.headers["Location"] == "/compte"


def test_the_contract_page_asks_the_database_no_more_as_it_grows(
    client: Browser, town: Services
) -> None:
    with count_statements(town.database) as seen:
        client.get("/contrat")
    assert len(seen) <= 6


@pytest.mark.demo
def test_a_demo_button_makes_a_visitor_somebody(client: Browser, town: Services) -> None:
    response = client.submit("/demo", {"persona": "habitante"})
    assert response.headers["Location"] == "/"
    client.get("/compte")


@pytest.mark.demo
def test_an_unknown_demo_person_is_not_found(client: Browser, town: Services) -> None:
    client.submit("/demo", {"persona": "maire"}, expects=404, action="/demo/entrer")
