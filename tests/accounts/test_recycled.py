"""Numbers that were unseen for six months: operators give them to others."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from engage.accounts import commands
from engage.accounts.models import ContactPoint, Person
from engage.core.audit import AuditEntry
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.proposals.models import Proposal
from tests.accounts.test_views import ask_code
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person, neighbourhood
from tests.parallel import in_parallel

PHONE = "06 39 98 00 01"
VALUE = "+33639980001"
CARD = "K7QM-2DXA-PR4T"


@pytest.fixture
def holder(town: Services, app: Engage, moment: Moment) -> Person:
    """Somebody with a number, an e-mail and a card, 183 days ago."""
    with town.database.transaction() as db:
        person = make_person(db, email="amina@example.org", public_name="Amina")
        number = ContactPoint(
            person_id=person.id, kind="phone", value=VALUE, verified_at=moment.now
        )
        db.add(number)
        commands.issue_card(db, person, CARD, key=app.services.secret_key)
    moment.forward(days=183)
    return person


def prove_number(client: Browser, town: Services, path: str = "") -> str:
    """Type the right code for the number; returns the page that this leads to."""
    address, digits = ask_code(client, town, PHONE)
    return str(client.submit(f"{address}{path}", {"code": digits}).headers["Location"])


def signed_in_as(client: Browser) -> str:
    client.get("/compte")
    assert client.page is not None
    return next(f for f in client.page.forms if "nom" in f.action).fields["public_name"][0]


def newest_code(town: Services) -> str:
    with town.database.reading() as db:
        return (
            db.scalars(
                select(func.substr(OutboxMessage.secret, 1, 6))
                .where(OutboxMessage.kind == "sign_in_code")
                .order_by(OutboxMessage.id.desc())
            ).first()
            or ""
        )


def test_a_number_seen_within_six_months_signs_in_at_once(
    client: Browser, town: Services, holder: Person, moment: Moment
) -> None:
    moment.forward(days=-1)
    assert prove_number(client, town) == "/compte"
    assert signed_in_as(client) == "Amina"


def test_each_proof_begins_the_six_months_again(
    client: Browser, app: Engage, town: Services, holder: Person, moment: Moment
) -> None:
    moment.forward(days=-1)
    prove_number(client, town)
    moment.forward(days=182)
    assert prove_number(Browser(app), town) == "/compte"


@pytest.mark.parametrize("left", [False, True])
def test_on_the_phone_where_one_was_signed_in_the_number_is_enough_unless_one_left(
    client: Browser, app: Engage, town: Services, holder: Person, moment: Moment, left: bool
) -> None:
    moment.forward(days=-1)
    prove_number(client, town)
    if left:
        Browser(app).sign_in(holder).submit("/compte/appareils", action="/ailleurs")
    moment.forward(days=200)
    client.get("/compte", expects=303)
    page = prove_number(client, town)
    assert page.startswith("/compte/ancien-numero/") is left


def test_an_email_is_never_too_old(client: Browser, town: Services, holder: Person) -> None:
    address, digits = ask_code(client, town)
    assert client.submit(address, {"code": digits}).headers["Location"] == "/compte"
    assert signed_in_as(client) == "Amina"


def test_a_number_long_unseen_asks_for_more_before_anybody_is_signed_in(
    client: Browser, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    assert page.startswith("/compte/ancien-numero/")
    client.get(page)
    assert "n’a pas servi ici depuis six mois" in client.text
    assert "Amina" not in client.text
    assert "amina@" not in client.text
    client.get("/compte", expects=303)


def test_with_the_card_it_is_the_same_person(
    client: Browser, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    client.submit(page, {"code": CARD.lower()})
    assert signed_in_as(client) == "Amina"


@pytest.mark.parametrize("typed", ["AAAA-BBBB-CCCC", "x", "M7QM-2DXA-PR4T"])
def test_an_unknown_card_and_the_card_of_somebody_else_get_one_answer(
    client: Browser, app: Engage, town: Services, holder: Person, typed: str
) -> None:
    with town.database.transaction() as db:
        commands.issue_card(db, make_person(db), "M7QM-2DXA-PR4T", key=app.services.secret_key)
    page = prove_number(client, town)
    client.submit(page, {"code": typed}, expects=422)
    assert "Cette carte ne va pas avec ce numéro" in client.text
    client.get("/compte", expects=303)


def test_with_a_code_to_an_email_of_the_account_it_is_the_same_person(
    client: Browser, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    second = client.submit(page, {"contact": "amina@example.org"}).headers["Location"]
    client.submit(second, {"code": newest_code(town)})
    assert signed_in_as(client) == "Amina"
    assert prove_number(client, town) == "/compte"


def test_an_email_of_nobody_or_of_somebody_else_opens_nothing(
    client: Browser, app: Engage, town: Services, holder: Person
) -> None:
    with town.database.transaction() as db:
        make_person(db, email="autre@example.org")
    page = prove_number(client, town)
    for email in ("autre@example.org", "personne@example.org"):
        second = client.submit(page, {"contact": email}).headers["Location"]
        client.submit(second, {"code": newest_code(town)}, expects=422)
        assert "n’est pas sur le compte de ce numéro" in client.text
        client.get("/compte", expects=303)


def test_emails_on_the_account_and_others_get_the_same_answer_and_work(
    client: Browser, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    seen, answers = [], []
    for email in ("amina@example.org", "personne@example.org"):
        client.get(page)
        assert client.page is not None
        form = client.page.forms[1].fields | {"contact": [email]}
        with count_statements(town.database) as statements:
            where = client.post(client.page.forms[1].action, form).headers["Location"]
        seen.append([s.split(" ")[:3] for s in statements])
        client.get(where)
        answers.append(client.text.replace("a•••@", "p•••@"))
    assert seen[0] == seen[1]
    assert answers[0] == answers[1]


def test_with_nothing_else_a_new_account_begins_and_the_old_one_keeps_the_rest(
    client: Browser, app: Engage, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    client.submit(page, action="/nouveau")
    assert signed_in_as(client) == ""
    with town.database.reading() as db:
        points = db.scalars(select(ContactPoint).where(ContactPoint.person_id == holder.id))
        assert {point.kind for point in points} == {"email", "card"}
        owner = db.scalars(select(ContactPoint).where(ContactPoint.value == VALUE)).one()
        assert owner.person_id != holder.id
        notice = db.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "address_notice")
        ).one()
        assert (notice.recipient, notice.person_id) == ("amina@example.org", holder.id)
        acts = db.scalars(select(AuditEntry.action)).all()
        assert "contact_point.release" in acts
    assert prove_number(Browser(app), town) == "/compte"


def test_the_old_account_stays_when_the_number_was_its_only_way_in(
    client: Browser, town: Services, moment: Moment
) -> None:
    prove_number(client, town)
    moment.forward(days=200)
    client.http.delete_cookie("engage")
    page = prove_number(client, town)
    client.submit(page, action="/nouveau")
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id)).where(Person.closed_at.is_(None))) == 2


def _by_card(client: Browser, town: Services, page: str) -> None:
    client.submit(page, {"code": CARD})


def _by_email(client: Browser, town: Services, page: str) -> None:
    second = client.submit(page, {"contact": "amina@example.org"}).headers["Location"]
    client.submit(second, {"code": newest_code(town)})


def _anew(client: Browser, town: Services, page: str) -> None:
    client.submit(page, action="/nouveau")


@pytest.mark.parametrize("way", [_by_card, _by_email, _anew])
def test_what_waits_survives_the_detour(
    client: Browser,
    town: Services,
    holder: Person,
    way: Callable[[Browser, Services, str], None],
) -> None:
    with town.database.transaction() as db:
        payload = {
            "title": "Un banc",
            "text": "Devant l’école.",
            "neighbourhood_id": neighbourhood(db).id,
        }
        token = commands.keep_draft(db, "proposal", payload)
    asked = client.submit(f"/compte/connexion?brouillon={token}", {"contact": PHONE})
    page = client.submit(asked.headers["Location"], {"code": newest_code(town)})
    way(client, town, page.headers["Location"])
    with town.database.reading() as db:
        author = db.scalars(select(Proposal.author_id)).one()
        assert (author == holder.id) is (way is not _anew)


def test_the_page_works_once_and_half_an_hour(
    client: Browser, town: Services, holder: Person, moment: Moment
) -> None:
    page = prove_number(client, town)
    moment.forward(minutes=30)
    client.get(page, expects=404)
    page = prove_number(client, town)
    client.submit(page, action="/nouveau")
    client.get(page, expects=404)
    client.get("/compte/ancien-numero/inconnu", expects=404)


def test_two_new_accounts_at_once_are_one(
    app: Engage, client: Browser, town: Services, holder: Person
) -> None:
    page = prove_number(client, town)
    phones = [Browser(app), Browser(app)]
    forms = []
    for phone in phones:
        phone.get(page)
        assert phone.page is not None
        forms.append(phone.page.forms[2])
    answers = in_parallel(
        lambda n: phones[n].http.post(forms[n].action, data=forms[n].fields).status_code, range(2)
    )
    assert sorted(answers) in ([303, 404], [303, 409])
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id))) == 2
