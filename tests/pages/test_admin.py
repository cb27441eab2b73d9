"""The administration's pages: who holds which role, giving one, its end, the invitation."""

from datetime import date

import pytest
from sqlalchemy import select

from engage.accounts.models import Mandate, Person, Role
from engage.accounts.proofs import Invitation
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from tests.accounts.staff import half_sign_in
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, neighbourhood

NEW = "/admin/mandats/nouveau"
CHOSEN = {"contact": "karim@example.org", "role": "mediator", "starts_on": "2026-06-02"}


def be(client: Browser, town: Services, role: Role = Role.ADMIN) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, role, public_name="Chef")
    client.sign_in(person)
    return person


def newest(town: Services) -> Mandate:
    with town.database.reading() as db:
        return db.scalars(select(Mandate).order_by(Mandate.id.desc())).first()  # type: ignore[return-value]


def test_the_page_shows_who_holds_what_and_no_way_to_reach_them(
    client: Browser, town: Services
) -> None:
    be(client, town)
    with town.database.transaction() as db:
        agent = make_person(
            db,
            Role.AGENT,
            public_name="Sofia",
            email="sofia@example.org",
            organisation=make_organisation(db, name="Bailleur d’essai"),
        )
        agent.mandates[0].neighbourhood_id = neighbourhood(db).id
        member = make_person(db, Role.COUNCIL, public_name="Malik")
        member.mandates[0].college = "associations"
    response = client.get("/admin")
    assert "Sofia Bailleur d’essai, Terre-Rouge jeudi 1er janvier 2026" in client.text
    assert "Malik Collège des associations" in client.text
    assert "sofia@example.org" not in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"


def test_ended_and_coming_roles_are_folded_apart(client: Browser, town: Services) -> None:
    be(client, town)
    with town.database.transaction() as db:
        make_person(db, Role.AGENT, public_name="Ancienne", ends_on=date(2026, 6, 1))
        make_person(db, Role.AGENT, public_name="Future", starts_on=date(2026, 6, 3))
        make_person(db, Role.AGENT, public_name="Dernier jour", ends_on=date(2026, 6, 2))
    html = client.get("/admin").get_data(as_text=True)
    now, _fold, later = html.partition("<details>")
    assert "Dernier jour" in now
    for name in ("Ancienne", "Future"):
        assert name not in now
        assert name in later


def test_the_page_takes_as_many_statements_for_ten_as_for_one(
    client: Browser, town: Services
) -> None:
    be(client, town)
    counts = []
    client.get("/admin")  # the town is read once
    for _ in range(2):
        with count_statements(town.database) as seen:
            client.get("/admin")
        counts.append(len(seen))
        with town.database.transaction() as db:
            for _number in range(10):
                make_person(db, Role.MEDIATOR, Role.COUNCIL)
    assert counts[0] == counts[1]


def test_a_role_is_given_and_the_person_is_invited(client: Browser, town: Services) -> None:
    be(client, town)
    response = client.submit(NEW, CHOSEN | {"public_name": "Karim"})
    client.get(response.headers["Location"])
    assert "Karim Médiation En cours" in client.text
    assert "envoyée le mardi 2 juin 2026, pas encore acceptée" in client.text
    with town.database.reading() as db:
        kinds = db.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds == ["mandate_notice", "invitation"]


def test_the_form_sent_twice_gives_one_role(client: Browser, town: Services) -> None:
    be(client, town)
    client.get(NEW)
    assert client.page is not None
    form = client.page.forms[-1]
    sent = {name: list(values) for name, values in form.fields.items()} | CHOSEN
    assert client.post(NEW, sent).location == client.post(NEW, sent).location
    with town.database.reading() as db:
        assert len(db.scalars(select(Mandate).where(Mandate.role == "mediator")).all()) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contact": "karim"}, "Écrivez un numéro de téléphone ou une adresse e-mail"),
        ({"role": ""}, "Choisissez un rôle."),
        ({"role": "agent"}, "Choisissez l’organisation de cet agent."),
        ({"role": "council"}, "Choisissez le collège"),
        ({"starts_on": "2026-06-01"}, "Choisissez aujourd’hui ou un jour à venir."),
        ({"starts_on": "2026-02-31"}, "Écrivez un jour qui existe"),
        ({"ends_on": "2026-06-01"}, "Le dernier jour vient après le premier."),
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    client: Browser, town: Services, change: dict[str, str], words: str
) -> None:
    be(client, town)
    client.submit(NEW, CHOSEN | {"public_name": "Karim"} | change, expects=422)
    assert words in client.text
    assert client.page is not None
    assert client.page.forms[-1].fields["public_name"] == ["Karim"]


def test_a_coordinator_is_offered_what_she_may_give(client: Browser, town: Services) -> None:
    be(client, town, Role.COORDINATOR)
    html = client.get(NEW).get_data(as_text=True)
    assert 'value="mediator"' in html
    assert 'value="admin"' not in html
    client.submit(NEW, CHOSEN | {"role": "admin"}, expects=422)


def test_a_role_is_ended_tonight_and_is_over_tomorrow(
    client: Browser, town: Services, moment: Moment
) -> None:
    be(client, town)
    page = client.submit(NEW, CHOSEN).headers["Location"]
    client.submit(page, {"quand": "ce-soir"}, action="/fin")
    client.get(page)
    assert "En cours" in client.text
    moment.forward(days=1)
    client.get(page)
    assert "Terminé" in client.text
    assert "Arrêter ce rôle" not in client.text


def test_a_role_is_ended_on_a_day_or_at_once(client: Browser, town: Services) -> None:
    be(client, town)
    page = client.submit(NEW, CHOSEN).headers["Location"]
    client.submit(page, {"quand": "jour", "dernier_jour": ""}, action="/fin", expects=422)
    assert "Choisissez aujourd’hui ou un jour à venir." in client.text
    client.submit(page, {"quand": "jour", "dernier_jour": "2026-06-20"}, action="/fin")
    assert str(newest(town).ends_on) == "2026-06-20"
    client.submit(page, {"quand": "maintenant"}, action="/fin")
    assert str(newest(town).ends_on) == "2026-06-01"


def test_a_role_is_prolonged(client: Browser, town: Services) -> None:
    be(client, town)
    page = client.submit(NEW, CHOSEN | {"ends_on": "2026-06-20"}).headers["Location"]
    client.submit(page, {"jusqu_au": "2026-06-19"}, action="/prolonger", expects=422)
    client.submit(page, {"jusqu_au": "2026-12-31"}, action="/prolonger")
    assert str(newest(town).ends_on) == "2026-12-31"


def test_the_only_admin_is_not_let_go(client: Browser, town: Services) -> None:
    admin = be(client, town)
    page = f"/admin/mandats/{admin.mandates[0].id}"
    client.submit(page, {"quand": "ce-soir"}, action="/fin", expects=422)
    assert "Il ne resterait personne pour donner les rôles." in client.text
    assert "Prolonger" not in client.text


def test_a_new_invitation_kills_the_one_before(client: Browser, town: Services) -> None:
    be(client, town)
    page = client.submit(NEW, CHOSEN).headers["Location"]
    client.submit(page, action="/inviter")
    with town.database.reading() as db:
        first, second = db.scalars(select(Invitation).order_by(Invitation.id)).all()
    assert first.expires_at < second.expires_at
    for _ in range(4):
        client.submit(page, action="/inviter")
    refused = client.submit(page, action="/inviter", expects=429)
    assert int(refused.headers["Retry-After"]) > 0


def test_an_unknown_role_is_not_found(client: Browser, town: Services) -> None:
    be(client, town)
    client.get("/admin/mandats/999", expects=404)


def test_before_the_second_step_the_administration_asks_for_it(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        admin = make_person(db, Role.ADMIN)
    half_sign_in(client, admin)
    for path in ("/admin", NEW, "/admin/personnes", "/admin/journal"):
        response = client.get(path, expects=303)
        assert response.headers["Location"].startswith("/compte/deuxieme-etape?suite=%2Fadmin")
