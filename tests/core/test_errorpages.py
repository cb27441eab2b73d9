"""What a person typed is never lost with an error page, and nothing secret comes back on one."""

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Person
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.incidents import views
from engage.incidents.models import Incident
from tests.browsing import Browser
from tests.factories import make_place

ADDRESS = "/signalements/nouveau"
FORM = f"{ADDRESS}?choix=COM01"
WORDS = "Le hall est très sale <depuis> lundi.\nالمصعد معطّل"
LABEL = "Vos mots, à copier"


@pytest.fixture
def form(client: Browser, town: Services) -> dict[str, object]:
    """A report as it stands before sending, with words."""
    with town.database.transaction() as db:
        code = make_place(db).code
    client.get(FORM)
    assert client.page is not None
    return client.page.forms[0].fields | {"lieu": code, "description": WORDS}


def shows_words(client: Browser) -> bool:
    return LABEL in client.text and " ".join(WORDS.split()) in client.text


def test_a_form_without_its_token_shows_the_words_and_no_advice_that_erases_them(
    client: Browser, form: dict[str, object]
) -> None:
    client.post(ADDRESS, form | {"csrf_token": "faux"}, expects=400)
    assert shows_words(client)
    assert "Revenez en arrière et envoyez encore une fois." in client.text
    assert "recharge" not in client.text


def test_a_form_changed_after_sending_says_so_and_shows_the_words(
    client: Browser, form: dict[str, object]
) -> None:
    client.post(ADDRESS, form | {"description": ""})
    client.post(ADDRESS, form, expects=409)
    assert "Cet envoi est déjà arrivé. Pour changer vos mots" in client.text
    assert "Regardez ce qui a changé" not in client.text
    assert shows_words(client)


def test_who_sends_too_often_keeps_the_words(
    client: Browser, form: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "REPORTS_AN_HOUR", 0)
    client.post(ADDRESS, form, expects=429)
    assert shows_words(client)


def test_addresses_codes_keys_and_short_answers_do_not_come_back(client: Browser) -> None:
    sent = {
        "contact": "amina.et.sa.famille@example.org ou 06",
        "code": "ABCD EFGH JKLM NPQR STUV",
        "x-code": "ABCD EFGH JKLM NPQR STUV",
        "brouillon": "secret secret secret secret",
        "token": "0123456789abcdef0123456789abcdef",
        "word": "Trop court.",
    }
    html = client.post("/compte/connexion", sent, expects=400).text
    assert LABEL not in html
    for text in sent.values():
        assert text not in html


def test_no_more_than_five_texts_of_ten_thousand_letters_come_back(client: Browser) -> None:
    sent = {f"t{number}": f"{number} " + "mots " * 10_000 for number in range(8)}
    html = client.post(ADDRESS, sent, expects=400).text
    assert 45_000 < len(html) < 60_000


def test_a_form_open_in_another_tab_can_be_sent_after_signing_in_and_not_after_leaving(
    client: Browser, town: Services, form: dict[str, object]
) -> None:
    response = client.submit("/compte/connexion", {"contact": "amina@example.org"})
    with town.database.reading() as db:
        digits = db.scalars(select(func.substr(OutboxMessage.secret, 1, 6))).one()
    client.submit(response.headers["Location"], {"code": digits})
    client.post(ADDRESS, form)
    with town.database.reading() as db:
        assert db.scalars(select(Incident.reporter_id)).one() == db.scalars(select(Person.id)).one()
    client.submit("/compte", action="/compte/sortie")
    client.post(ADDRESS, form | {"idem": "autre"}, expects=400)
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Incident)) == 1
