"""The link that staff are sent: password, app, recovery codes; used once, for seven days."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from engage.accounts import code_lists, codes, invitations
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, ContactPoint, Mandate, Person, Role, SignIn
from engage.accounts.proofs import Authenticator, Invitation, ListKind, Passkey, Password
from engage.clockwork import sender
from engage.core import clock
from engage.core.errors import Denied, InvalidInput
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.secrets import token_hash
from engage.core.services import Services
from engage.core.web import Engage
from tests.accounts.staff import (
    EMAIL,
    PASSWORD,
    digits,
    half_sign_in,
    make_staff,
    recovery_codes,
    token_of,
)
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person

NEW = "grenouille tambour lundi"
BOTH = {"password": NEW, "again": NEW}
MANDATES = [selectinload(Person.mandates)]


def invited(town: Services, *roles: Role, email: str = EMAIL, **values: object) -> str:
    """Somebody with a new mandate; returns the path of their link."""
    with town.database.transaction() as db:
        person = make_person(db, *(roles or (Role.COORDINATOR,)), email=email, **values)
        return f"/compte/invitation/{invitations.invite_first(db, person)}"


def secret_on(browser: Browser) -> str:
    """The secret to type by hand that the page shows."""
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", browser.text)
    assert found is not None
    return found.group().replace(" ", "")


def set_up(browser: Browser, link: str) -> str:
    """Follow the link to its end; returns the app's secret."""
    if browser.http.get(link).status_code == 200:
        browser.submit(link, BOTH)
    browser.get(f"{link}/application")
    secret = secret_on(browser)
    assert browser.page is not None
    form = next(form.fields for form in browser.page.forms if "sealed" in form.fields)
    answer = browser.post(f"{link}/application", form | {"code": [digits(secret)]})
    assert answer.headers["Location"] == "/compte/securite/codes"
    return secret


def test_the_link_leads_from_a_password_to_full_rights(client: Browser, town: Services) -> None:
    link = invited(town)
    answer = client.submit(link, BOTH)
    assert answer.headers["Location"] == f"{link}/application"
    client.get("/gup", expects=303)
    set_up(client, link)
    client.get("/gup")
    page = client.get("/compte/securite/codes")
    codes = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page.get_data(as_text=True))
    assert len(set(codes)) == 10
    assert page.headers["Cache-Control"] == "no-store"
    client.submit("/compte/securite/codes", {}, action="codes")
    client.get("/compte/securite/codes", expects=303)
    with town.database.transaction() as db:
        person = db.scalars(select(Person)).one()
        key = client.app.services.secret_key
        assert code_lists.spend(db, person, ListKind.RECOVERY, codes[4], key=key)


def test_the_link_is_dead_once_used(client: Browser, app: Engage, town: Services) -> None:
    link = invited(town)
    set_up(client, link)
    for path in (link, f"{link}/application"):
        Browser(app).get(path, expects=410)
        client.get(path, expects=410)
    client.get("/langue")
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    for path in (link, f"{link}/application"):
        client.post(path, {"csrf_token": token} | BOTH, expects=410)


def test_the_link_is_dead_after_seven_days(client: Browser, town: Services, moment: Moment) -> None:
    link = invited(town)
    moment.forward(days=6, hours=23)
    client.get(link)
    moment.forward(hours=1)
    client.get(link, expects=410)


def test_a_new_link_kills_the_old_one(client: Browser, town: Services) -> None:
    first = invited(town)
    with town.database.transaction() as db:
        person = db.scalars(select(Person)).one()
        db.refresh(person, ["mandates"])
        by = make_person(db, Role.ADMIN)
        second = invitations.invite(db, person, by=by)
    client.get(first, expects=410)
    client.get(f"/compte/invitation/{second}")


def test_a_link_that_never_was_is_not_found(client: Browser) -> None:
    client.get("/compte/invitation/jamais", expects=404)
    client.get("/compte/invitation/jamais/application", expects=404)


def test_an_ended_mandate_kills_the_link(client: Browser, town: Services) -> None:
    link = invited(town)
    with town.database.transaction() as db:
        db.scalars(select(Mandate)).one().ends_on = clock.today().replace(day=1)
    client.get(link, expects=410)


def test_opening_the_link_changes_nothing(client: Browser, town: Services) -> None:
    """Mail scanners do."""
    link = invited(town)
    for _ in range(3):
        client.get(link)
        assert client.get(f"{link}/application", expects=303).headers["Location"] == link
    with town.database.reading() as db:
        assert not db.scalar(select(func.count(SignIn.id)))
        assert not db.scalar(select(func.count()).select_from(Password))


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("court", "court", "au moins 14"),
        ("motdepasse2026!!", "motdepasse2026!!", "facile à deviner"),
        ("une phrase avec nina dedans", "une phrase avec nina dedans", "ni votre nom"),
        (NEW, NEW.upper(), "sont différents"),
        ("", "", "Choisissez un mot de passe"),
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(
    client: Browser, town: Services, password: str, again: str, words: str
) -> None:
    client.submit(invited(town), {"password": password, "again": again}, expects=422)
    assert words in client.text
    with town.database.reading() as db:
        assert not db.scalar(select(func.count()).select_from(Password))


def test_who_was_interrupted_goes_on_where_they_were(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    link = invited(town)
    client.submit(link, BOTH)
    moment.forward(days=1)
    assert client.get(link, expects=303).headers["Location"] == f"{link}/application"
    client.get(f"{link}/application")
    other = Browser(app)
    other.get(link)
    assert other.get(f"{link}/application", expects=303).headers["Location"] == link
    set_up(other, link)
    other.get("/gup")


def test_a_page_left_open_for_an_hour_gets_a_new_image(
    client: Browser, town: Services, moment: Moment
) -> None:
    link = invited(town)
    client.submit(link, BOTH)
    client.get(f"{link}/application")
    old = secret_on(client)
    assert client.page is not None
    form = next(form.fields for form in client.page.forms if "sealed" in form.fields)
    moment.forward(minutes=61)
    client.post(f"{link}/application", form | {"code": [digits(old)]}, expects=422)
    assert "trop ancienne" in client.text
    assert secret_on(client) != old


def test_a_wrong_number_keeps_the_same_image(client: Browser, town: Services) -> None:
    link = invited(town)
    client.submit(link, BOTH)
    client.get(f"{link}/application")
    secret = secret_on(client)
    client.submit(f"{link}/application", {"code": "12"}, expects=422)
    client.get(f"{link}/application")
    assert client.page is not None
    form = next(form.fields for form in client.page.forms if "sealed" in form.fields)
    shown = secret_on(client)
    client.post(f"{link}/application", form | {"code": ["000000"]}, expects=422)
    assert secret_on(client) == shown != secret


def test_the_secret_of_another_person_is_not_taken(
    client: Browser, app: Engage, town: Services
) -> None:
    """Whoever plants a secret they know would hold the other's app."""
    attacker = Browser(app)
    theirs = invited(town, email="mal@example.org")
    attacker.submit(theirs, BOTH)
    attacker.get(f"{theirs}/application")
    known = secret_on(attacker)
    assert attacker.page is not None
    planted = next(f.fields["sealed"] for f in attacker.page.forms if "sealed" in f.fields)
    link = invited(town)
    client.submit(link, BOTH)
    client.submit(f"{link}/application", {"code": digits(known), "sealed": planted}, expects=422)
    with town.database.reading() as db:
        assert not db.scalar(select(func.count()).select_from(Authenticator))


def test_somebody_else_signed_in_cannot_finish_the_link(
    client: Browser, app: Engage, town: Services
) -> None:
    link = invited(town)
    client.submit(link, BOTH)
    other = Browser(app)
    with town.database.transaction() as db:
        stranger = make_person(db, Role.ADMIN)
    half_sign_in(other, stranger)
    assert other.get(f"{link}/application", expects=303).headers["Location"] == link


def test_the_link_signs_whoever_used_the_device_out(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        resident = make_person(db)
    planted = half_sign_in(client, resident)
    client.submit(invited(town), BOTH)
    assert token_of(client) != planted


def test_an_invitation_again_replaces_password_and_app_and_signs_out_everywhere(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        person = make_staff(db, app)
        old = recovery_codes(db, app, person)
        db.add(
            Passkey(
                person_id=person.id,
                credential_id="clé-volée",
                public_key="x",
                name="Téléphone",
                created_at=clock.now(),
            )
        )
    thief = Browser(app).sign_in(person)
    thief.get("/gup")
    with town.database.transaction() as db:
        link = f"/compte/invitation/{invitations.invite_first(db, person)}"
    secret = set_up(client, link)
    thief.get("/gup", expects=303)
    thief.get("/compte", expects=303)
    client.get("/gup")
    moment.forward(minutes=1)
    again = Browser(app)
    again.submit("/compte/equipe", {"contact": EMAIL, "password": PASSWORD}, expects=422)
    again.submit("/compte/equipe", {"contact": EMAIL, "password": NEW})
    again.submit("/compte/deuxieme-etape", {"code": digits()}, expects=422)
    again.submit("/compte/deuxieme-etape", {"recovery": old[0]}, expects=422)
    again.submit("/compte/deuxieme-etape", {"code": digits(secret)})
    with town.database.reading() as db:
        assert not db.scalars(select(Passkey)).all()
        kinds = db.scalars(select(OutboxMessage.kind)).all()
        assert kinds.count("security_notice") == 1


def test_the_message_holds_the_link_and_is_blanked(town: Services) -> None:
    link = invited(town)
    sender(town).deliver_all()
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage)).one()
        assert message.recipient == EMAIL
        assert f"{town.config.base_url}{link}" in message.body
        assert "mardi 9 juin" in message.body
        assert message.secret == ""
        kept = db.scalars(select(Invitation)).one()
        assert kept.token_hash == token_hash(link.rpartition("/")[2])


def test_a_replaced_link_is_not_sent_any_more(town: Services) -> None:
    invited(town)
    with town.database.transaction() as db:
        person = db.scalars(select(Person)).one()
        db.refresh(person, ["mandates"])
        invitations.invite_first(db, person)
    sender(town).deliver_all()
    with town.database.reading() as db:
        states = db.scalars(select(OutboxMessage.delivery).order_by(OutboxMessage.id)).all()
        assert states == [Delivery.CANCELLED, Delivery.KEPT]


def test_no_link_goes_to_a_number_that_may_be_another_s_by_now(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        person = make_person(db, Role.AGENT)
        for number in ("+33612345678", "+33612345679"):
            db.add(
                ContactPoint(
                    person_id=person.id, kind="phone", value=number, verified_at=clock.now()
                )
            )
    moment.forward(days=200)
    with town.database.transaction() as db:
        with pytest.raises(InvalidInput, match="depuis six mois"):
            invitations.invite_first(db, db.get_one(Person, person.id, options=MANDATES))
        assert db.scalars(select(OutboxMessage)).all() == []
        codes.mark_seen(db, ContactAddress(ContactKind.PHONE, "+33612345679"))
    with town.database.transaction() as db:
        invitations.invite_first(db, db.get_one(Person, person.id, options=MANDATES))
        assert db.scalars(select(OutboxMessage.recipient)).all() == ["+33612345679"]


def test_pages_behind_the_link_tell_no_other_site_and_no_search_engine(
    client: Browser, town: Services
) -> None:
    link = invited(town)
    first = client.get(link)
    client.submit(link, BOTH)
    for answer in (first, client.get(f"{link}/application")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_only_coordinators_and_admins_invite_and_only_staff(town: Services) -> None:
    with town.database.transaction() as db:
        agent = make_person(db, Role.AGENT, email="agent@example.org")
        for role in (Role.COUNCIL, Role.AGENT, Role.MEDIATOR):
            with pytest.raises(Denied):
                invitations.invite(db, agent, by=make_person(db, role))
        for role in (Role.COORDINATOR, Role.ADMIN):
            by = make_person(db, role)
            assert invitations.invite(db, agent, by=by)
            with pytest.raises(Denied):
                invitations.invite(db, make_person(db, Role.COUNCIL, email=""), by=by)
            with pytest.raises(InvalidInput):
                invitations.invite(db, make_person(db, Role.AGENT), by=by)


def test_only_an_admin_invites_again_who_gives_roles(town: Services) -> None:
    with town.database.transaction() as db:
        steering = make_person(db, Role.ADMIN, email="admin@example.org")
        with pytest.raises(Denied):
            invitations.invite(db, steering, by=make_person(db, Role.COORDINATOR))
        assert invitations.invite(db, steering, by=make_person(db, Role.ADMIN))
