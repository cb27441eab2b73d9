"""What a phone remembers of what it sent without account, and how it forgets."""

from sqlalchemy import func, select

from engage.accounts.models import Draft
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.territory.models import Place
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.incidents.making import make_estate
from tests.proposals.ideas import make_public

HERE = "/compte/ce-telephone"
IDEA = {"title": "Des bancs à l’ombre", "text": "Pour souffler.", "neighbourhood": "terre-rouge"}


def report(client: Browser, town: Services) -> str:
    """Report something dirty; returns the address of its follow page."""
    with town.database.transaction() as db:
        hall = db.scalar(select(Place.code).where(Place.kind == "hall"))
        place = hall or make_estate(db).hall.code
    answer = client.submit("/signalements/nouveau?choix=COM01", {"lieu": place})
    return str(answer.headers["Location"])


def write(client: Browser) -> str:
    """Write an idea; returns the page that asks who one is."""
    answer = client.submit("/propositions/nouvelle", IDEA, action="nouvelle")
    return str(answer.headers["Location"])


def digits(town: Services) -> str:
    with town.database.reading() as db:
        newest = select(func.substr(OutboxMessage.secret, 1, 6)).filter_by(kind="sign_in_code")
        return db.scalars(newest.order_by(OutboxMessage.id.desc())).first() or ""


def identify(client: Browser, town: Services, address: str) -> str:
    answer = client.submit(address, {"contact": "amina@example.org"})
    answer = client.submit(answer.headers["Location"], {"code": digits(town)})
    return str(answer.headers["Location"])


def test_a_report_is_found_again_with_its_follow_page(client: Browser, town: Services) -> None:
    address = report(client, town)
    client.get(HERE)
    assert client.page is not None
    assert address in client.page.links
    assert "G-" in client.text


def test_the_cookie_goes_to_that_page_alone_and_holds_no_word(
    client: Browser, town: Services
) -> None:
    client.get("/propositions/nouvelle")
    assert client.page is not None
    form = client.page.forms[0]
    answer = client.post(form.action or "/propositions/nouvelle", form.fields | IDEA)
    [line] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("envoi-")]
    for flag in (f"Path={HERE}", "HttpOnly", "SameSite=Lax", "Max-Age=31536000"):
        assert flag in line
    assert "bancs" not in line
    assert len(line.partition(";")[0]) < 50
    client.get("/propositions")
    sent = client.http.get("/propositions").request.headers.get("Cookie", "")
    assert "envoi-" not in sent
    assert "envoi-" in client.http.get(HERE).request.headers["Cookie"]


def test_an_idea_that_waits_can_still_be_sent_and_is_then_a_public_page_away(
    client: Browser, town: Services
) -> None:
    write(client)
    client.get(HERE)
    assert "Dire qui je suis pour l’envoyer" in client.text
    assert IDEA["title"] in client.text
    assert client.page is not None
    [waiting] = [link for link in client.page.links if "brouillon=" in link]
    page = identify(client, town, waiting)
    client.get(HERE)
    assert client.page is not None
    assert "Pas encore parti" not in client.text
    assert page in client.page.links


def test_a_support_that_waits_is_there_too(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        idea = make_public(db)
    client.submit(f"/propositions/{idea.id}/soutenir", action="soutenir")
    client.get(HERE)
    assert "Votre soutien" in client.text


def test_erasing_one_thing_leaves_the_others(client: Browser, town: Services) -> None:
    address = report(client, town)
    write(client)
    client.get(HERE)
    assert client.page is not None
    draft = next(f for f in client.page.forms if f.fields.get("nom"))
    client.post(draft.action, draft.fields)
    client.get(HERE)
    assert client.page is not None
    assert len([f for f in client.page.forms if f.fields.get("nom")]) == 1
    client.get(address)


def test_erasing_all_leaves_nothing_and_drops_what_waited(client: Browser, town: Services) -> None:
    address = report(client, town)
    waiting = write(client)
    client.get(HERE)
    assert client.page is not None
    client.post(f"{HERE}/effacer", client.page.forms[-1].fields)
    client.get(HERE)
    assert "Rien sur ce téléphone" in client.text
    with town.database.reading() as db:
        assert db.scalars(select(Draft.expires_at)).one() <= clock.now()
    client.get(waiting)
    assert "est gardé" not in client.text
    client.get(address)


def test_erasing_needs_the_token_of_the_page(client: Browser, town: Services) -> None:
    report(client, town)
    client.post(f"{HERE}/effacer", {}, 400)
    client.get(HERE)
    assert "G-" in client.text


def test_what_somebody_signed_in_sends_is_on_the_account_not_on_the_phone(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)
    report(client, town)
    client.get(HERE)
    assert "Rien sur ce téléphone" in client.text


def test_what_is_over_is_forgotten_when_the_page_is_opened(
    client: Browser, town: Services, moment: Moment
) -> None:
    write(client)
    moment.forward(days=8)
    answer = client.get(HERE)
    assert "Rien sur ce téléphone" in client.text
    assert any("Max-Age=0" in line for line in answer.headers.getlist("Set-Cookie"))


def test_thirty_things_are_kept_the_oldest_go_and_the_headers_stay_small(
    client: Browser, town: Services, moment: Moment
) -> None:
    for _one in range(33):
        moment.forward(minutes=3)
        report(client, town)
    answer = client.get(HERE)
    assert client.page is not None
    assert len([f for f in client.page.forms if f.fields.get("nom")]) == 30
    assert len(str(answer.headers)) < 4000
    answer = client.post(f"{HERE}/effacer", client.page.forms[-1].fields)
    assert len(str(answer.headers)) < 4000
    client.get(HERE)
    assert "Rien sur ce téléphone" in client.text


def test_leaving_a_shared_phone_erases_the_list(client: Browser, town: Services) -> None:
    report(client, town)
    answer = client.submit("/compte/connexion", {"contact": "amina@example.org"})
    client.submit(answer.headers["Location"], {"code": digits(town), "partage": "y"})
    answer = client.submit("/compte", action="/compte/sortie")
    client.get(answer.headers["Location"])
    client.get(HERE)
    assert "Rien sur ce téléphone" in client.text


def test_nonsense_in_a_cookie_shows_nothing(client: Browser) -> None:
    for number, value in enumerate(
        ("r.nope", "p.abc", "p.999999999999", "p.²", "d.", "x.1", "<b>")
    ):
        client.http.set_cookie(f"envoi-{number}", value, path=HERE)
    client.get(HERE)
    assert "Rien sur ce téléphone" in client.text


def test_what_was_written_survives_a_lost_phone_through_the_link_of_the_message(
    app: Engage, town: Services, moment: Moment
) -> None:
    first, second = Browser(app), Browser(app)
    first.submit(write(first), {"contact": "amina@example.org"})
    with town.database.reading() as db:
        secret = db.scalars(select(OutboxMessage.secret)).one()
    code, page = secret.splitlines()
    answer = second.get(f"/compte/code/{page}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    answer = second.submit(f"/compte/code/{page}", {"code": code})
    second.get(answer.headers["Location"])
    assert IDEA["title"] in second.text


def test_an_old_link_still_leads_to_what_was_written(
    app: Engage, town: Services, moment: Moment
) -> None:
    first, second = Browser(app), Browser(app)
    first.submit(write(first), {"contact": "amina@example.org"})
    with town.database.reading() as db:
        _code, page = db.scalars(select(OutboxMessage.secret)).one().splitlines()
    moment.forward(hours=5)
    second.get(f"/compte/code/{page}")
    assert second.page is not None
    [again] = [link for link in second.page.links if "brouillon=" in link]
    second.get(again)
    assert "est gardé" in second.text
    target = identify(second, town, again)
    second.get(target)
    assert IDEA["title"] in second.text
