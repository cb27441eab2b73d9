"""Who waits for a result: two messages, one click to stop, and nothing beside the roll."""

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Person, Role
from engage.clockwork import sender
from engage.consultations.models import Consultation, RollEntry
from engage.consultations.outcome import commands, follows, jobs
from engage.consultations.outcome.models import ResultFollow
from engage.core.audit import AuditEntry
from engage.core.errors import Denied
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.privacy import expiry, leaving, portrait
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.outcome.making import DECISION, make_sealed, make_voted
from tests.factories import make_person


@pytest.fixture
def reader(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, email="lectrice@example.org")


def followed(town: Services, asked: Consultation, *people: Person) -> None:
    with town.database.transaction() as db:
        for person in people:
            follows.follow(db, db.get_one(Consultation, asked.id), person=person)


def mails(town: Services) -> list[OutboxMessage]:
    with town.database.reading() as db:
        return list(
            db.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.kind.like("vote_%"))
                .order_by(OutboxMessage.id)
            )
        )


def sealed_and_awake(town: Services, asked: Consultation, moment: Moment) -> None:
    """The vote is sealed, and it is eleven in the morning two days later."""
    from engage.consultations.sealing import jobs as sealing

    moment.move_to(asked.closes_at + sealing.AFTER)
    assert sealing.run(town.database) == 1
    moment.move_to(asked.closes_at.replace(hour=9, minute=0))
    moment.forward(days=2)


def test_results_and_decision_are_told_once_each_by_the_clock(
    town: Services, reader: Person, moment: Moment
) -> None:
    asked = make_voted(town.database)
    followed(town, asked, reader)
    assert jobs.queue_news(town.database) == 0
    sealed_and_awake(town, asked, moment)
    assert (jobs.queue_news(town.database), jobs.queue_news(town.database)) == (1, 0)
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        found = db.get_one(Consultation, asked.id)
        commands.publish_decision(db, found, DECISION, actor=coordinator)
    assert (jobs.queue_news(town.database), jobs.queue_news(town.database)) == (1, 0)
    sender(town).deliver_all()
    first, second = mails(town)
    assert (first.kind, second.kind) == ("vote_results", "vote_decision")
    assert "Les résultats sont là" in first.subject
    assert "Trois bancs." in second.body
    assert f"/concertations/{asked.id}/resultats" in second.body


def test_at_night_nobody_is_told(town: Services, reader: Person, moment: Moment) -> None:
    asked = make_voted(town.database)
    followed(town, asked, reader)
    sealed_and_awake(town, asked, moment)
    moment.forward(hours=13)
    assert jobs.queue_news(town.database) == 0
    moment.forward(hours=11)
    assert jobs.queue_news(town.database) == 1


def test_the_link_of_a_message_stops_without_session_or_second_question(
    client: Browser, town: Services, reader: Person, moment: Moment
) -> None:
    asked = make_voted(town.database)
    followed(town, asked, reader)
    sealed_and_awake(town, asked, moment)
    jobs.queue_news(town.database)
    token = mails(town)[0].secret
    client.get(f"/concertations/arret/{token}")
    assert "Fête de quartier" in client.text
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ResultFollow)) == 1
    client.post(f"/concertations/arret/{token}", {"List-Unsubscribe": "One-Click"}, expects=200)
    assert "C’est arrêté" in client.text
    sender(town).deliver_all()
    assert mails(town)[0].body == ""  # it was on its way and is wanted no more
    client.get(f"/concertations/arret/{token}", expects=404)
    client.get("/concertations/arret/inconnu", expects=404)


def test_following_writes_no_time_and_nothing_that_tells_a_voter(
    client: Browser, town: Services, reader: Person
) -> None:
    asked = make_voted(town.database, voters=2)
    with town.database.reading() as db:
        before = db.scalar(select(func.count()).select_from(AuditEntry))
        votes = db.scalar(select(func.count()).select_from(RollEntry))
    client.sign_in(reader)
    with town.database.reading() as db:
        signed_in = db.scalar(select(func.count()).select_from(AuditEntry)) or 0
    client.submit(f"/concertations/{asked.id}/suivre")
    client.get(f"/concertations/{asked.id}/suivre")
    assert "Vous serez prévenu" in client.text
    client.submit(f"/concertations/{asked.id}/suivre", action="/ne-plus-suivre")
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(AuditEntry)) == signed_in
        assert db.scalar(select(func.count()).select_from(RollEntry)) == votes
        assert db.scalar(select(func.count()).select_from(ResultFollow)) == 0
    assert set(ResultFollow.__table__.columns.keys()) == {
        "consultation_id",
        "person_id",
        "results_link",
        "decision_link",
    }
    assert before is not None


def test_who_is_not_known_says_so_after_the_wish(client: Browser, town: Services) -> None:
    asked = make_voted(town.database)
    sent = client.submit(f"/concertations/{asked.id}/suivre")
    assert sent.headers["Location"].startswith("/compte/connexion?brouillon=")


def test_nothing_is_to_be_followed_after_the_decision(
    town: Services, reader: Person, client: Browser
) -> None:
    sealed = make_sealed(town.database)
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        found = db.get_one(Consultation, sealed.id)
        commands.publish_decision(db, found, DECISION, actor=coordinator)
    with pytest.raises(Denied):
        followed(town, sealed, reader)
    client.get(f"/concertations/{sealed.id}/suivre")
    assert "Tout est déjà publié" in client.text


def test_who_has_no_address_stops_nobody_else(
    town: Services, reader: Person, moment: Moment
) -> None:
    with town.database.transaction() as db:
        without = make_person(db)
    asked = make_voted(town.database)
    followed(town, asked, without, reader)
    sealed_and_awake(town, asked, moment)
    assert jobs.queue_news(town.database) == 1
    assert [m.person_id for m in mails(town)] == [reader.id]


def test_it_goes_a_month_after_the_decision_and_with_the_account(
    town: Services, reader: Person, moment: Moment
) -> None:
    asked = make_voted(town.database)
    with town.database.transaction() as db:
        other = make_person(db)
    followed(town, asked, reader, other)
    with town.database.transaction() as db:
        told = portrait.portrait(db, db.get_one(Person, reader.id))
        assert told["resultats_attendus"] == [{"concertation": "Fête de quartier"}]
        leaving.empty(db, db.get_one(Person, other.id))
    sealed_and_awake(town, asked, moment)
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        found = db.get_one(Consultation, asked.id)
        commands.publish_decision(db, found, DECISION, actor=coordinator)
    assert _forgotten(town, moment, days=29) == 0
    assert _forgotten(town, moment, days=2) == 1


def _forgotten(town: Services, moment: Moment, *, days: int) -> int:
    from engage.privacy.retention import RULES

    now = moment.forward(days=days)
    rule = next(rule for rule in RULES if rule.code == "result_follows")
    assert rule.span is not None
    with town.database.transaction() as db:
        return expiry.result_follows(db, expiry.Due(rule.span.limit, 100)) if now else 0
