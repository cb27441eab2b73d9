"""Every field of the counter with what nobody should send, while somebody is served."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engage.accounts.addresses import parse
from engage.accounts.commands import send_code
from engage.consultations.demo import DEMO_CARD
from engage.consultations.models import Consultation, Electorate
from engage.core import clock
from engage.core.services import Services
from engage.core.web import Engage
from engage.fieldwork import commands
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.consultations.kits.making import make_need, make_party
from tests.fieldwork import making
from tests.security.walking import endpoint_of, forms_of, try_form, wrong_ones

BUTTONS = {"counter.close", "counter.next_person"}
"""Forms without a field to fill in."""

ROWS = {"cle-0", "a-0", "b-0", "c-0"}
"""Of a paper sheet one row is enough: all are read alike."""


@pytest.mark.demo
def test_no_field_of_the_counter_makes_the_server_fail(app: Engage, town: Services) -> None:
    browser = Browser(app)
    making.open_counter(browser, town)
    tried, wrong = set(BUTTONS), []
    for page in pages(app, town, browser):
        for form in forms_of(browser, page):
            endpoint = endpoint_of(app, form, page)
            if endpoint in BUTTONS or form.action in tried:
                continue
            tried |= {endpoint, form.action or page}
            names = form.names - {"csrf_token"}
            wrong += try_form(browser, page, form, names & ROWS if "cle-0" in names else names)
    assert not wrong, wrong_ones(wrong)
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    mine = {one for one in posted if one.startswith(("counter", "enquiries"))}
    assert mine - tried == set()


def pages(app: Engage, town: Services, browser: Browser) -> Iterator[str]:
    """Pages with forms, each in the state in which it shows them."""
    yield from ("/guichet/canal", "/guichet", "/guichet/codes-conseil", _question(town))
    _nobody_served(browser)
    making.serve(browser)
    yield from ("/guichet/probleme", "/guichet/idee", "/guichet/question", "/guichet/vote")
    yield _party(town)
    yield from ("/guichet/carte", "/guichet/inscription", _code(app, town))
    _nobody_served(browser)
    browser.submit("/guichet", {"code": DEMO_CARD})
    yield from ("/guichet/soutien", *_votes(town), "/guichet/carte")
    _nobody_served(browser)
    browser.submit("/guichet", action="/guichet/pour/feuilles")
    yield from ("/guichet/feuilles/problemes", "/guichet/feuilles/idees")


def _nobody_served(browser: Browser) -> None:
    """Whatever was open, the counter asks for whom again."""
    browser.submit("/guichet/canal", {"canal": "in_person"})


def _question(town: Services) -> str:
    with town.database.transaction() as db:
        made = commands.take_question(db, making.capture(db), "Quand ?", language="fr")
        return f"/guichet/questions/{made.id}"


def _party(town: Services) -> str:
    """Something is still needed for a party."""
    with town.database.transaction() as db:
        make_need(db, make_party(db))
    return "/guichet/fete"


def _code(app: Engage, town: Services) -> str:
    with town.database.transaction() as db:
        challenge = send_code(
            db, app.services.secret_key, parse("x@example.org"), draft=None, language="fr"
        )
    return f"/guichet/inscription/{challenge}"


def _votes(town: Services) -> list[str]:
    """One that is open to everybody, one that asks for a proof and an age."""
    with town.database.transaction() as db:
        asking = make_consultation(db, min_residence="attested", min_age=16)
        open_ = db.scalars(
            select(Consultation.id).where(
                Consultation.electorate == Electorate.DECLARED,
                Consultation.min_residence == "declared",
                Consultation.opens_at <= clock.now(),
                Consultation.closes_at > clock.now(),
            )
        ).first()
        return [f"/guichet/vote/{open_}", f"/guichet/vote/{asking.id}"]
