"""Links of follow pages: they open for a year after the last step, and can be given up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.addresses import parse
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.incidents import commands, following, queries
from tests.browsing import Browser
from tests.conftest import Moment
from tests.incidents.making import link_of, make_estate, make_followed, make_incident, make_photo


def test_a_link_opens_for_a_year_and_then_says_what_to_do(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        _incident, token = make_followed(db, make_estate(db))
    moment.forward(days=364, hours=23)
    client.get(f"/suivi/{token}")
    moment.forward(hours=1)
    for path in ("", "/pas-repare", "/photos/x"):
        response = client.get(f"/suivi/{token}{path}", expects=410)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Ce lien de suivi est trop ancien." in client.text
        assert "signalez-le à nouveau" in client.text
    client.get("/suivi/inconnu", expects=404)
    assert "plus d’un an" in client.text


def test_an_old_link_changes_nothing(client: Browser, town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        incident, token = make_followed(db, make_estate(db))
    client.get(f"/suivi/{token}")
    assert client.page is not None
    (form,) = [f for f in client.page.forms if "prevenir" in f.action]
    moment.forward(days=365)
    client.post(form.action, form.fields | {"contact": "a@example.org"}, expects=410)
    with town.database.reading() as db:
        assert queries.follower_count(db, incident) == 0


def test_each_step_of_the_report_gives_its_links_another_year(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
        _incident, token = make_followed(db, estate, assigned=True)
    moment.forward(days=300)
    with town.database.transaction() as db:
        held = queries.followed(db, token)
        assert held is not None
        photo = make_photo(db, town.storage)
        commands.resolve(db, held.incident, actor=estate.agent, word="Fait.", photo=photo)
    moment.forward(days=300)
    client.get(f"/suivi/{token}")
    moment.forward(days=65)
    client.get(f"/suivi/{token}", expects=410)


def test_a_link_that_is_too_old_is_not_brought_back_by_a_step(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
        incident, token = make_followed(db, estate, assigned=True)
        moment.forward(days=365)
        commands.acknowledge(db, incident, actor=estate.agent)
        assert queries.followed(db, token) is None


def test_who_leaves_closes_all_their_links_and_nobody_elses(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
        incident, reporters = make_followed(db, estate)
        following.follow(db, incident, parse("a@example.org"), language="fr")
        commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
        first, second = [m.secret for m in db.query(OutboxMessage).order_by(OutboxMessage.id)]
        following.unfollow(db, link_of(db, first))
    for token in (first, second):
        client.get(f"/suivi/{token}", expects=410)
        assert "Vous avez arrêté ce suivi." in client.text
    client.get(f"/suivi/{reporters}")
    with town.database.reading() as db:
        assert not queries.may_see_photo(db, 1, None, first)
        assert db.query(OutboxMessage).count() == 2
        assert link_of(db, first).follower_id is None


def test_who_follows_after_somebody_left_is_welcomed_too(db: Session) -> None:
    """SQLite gives the id of the follower who left to the next one."""
    incident = make_incident(db, make_estate(db))
    following.follow(db, incident, parse("a@example.org"), language="fr")
    secret = db.scalars(select(OutboxMessage.secret)).one()
    following.unfollow(db, link_of(db, secret))
    following.follow(db, incident, parse("b@example.org"), language="fr")
    told = db.scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.id)).all()
    assert told == ["a@example.org", "b@example.org"]
