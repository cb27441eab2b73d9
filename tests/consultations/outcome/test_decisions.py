"""Decisions: who publishes them, once, completed in public; what is owed; what may be archived."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.accounts.models import Person, Role
from engage.clockwork import sender
from engage.consultations.models import Consultation, Purpose
from engage.consultations.outcome import commands, deadline, reading
from engage.core import clock
from engage.core.errors import Conflict, Denied
from engage.core.services import Services
from engage.deadlines.models import Deadline
from engage.reminders import commands as replies
from engage.reminders.models import Answer, AnswerKind, Level, Reminder
from engage.territory.models import Organisation
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.outcome.making import DECISION, make_sealed, make_voted
from tests.factories import make_organisation, make_person
from tests.reminders.making import digests, messages, queue


@pytest.fixture
def coordinator(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, Role.COORDINATOR)


@pytest.fixture
def owing(town: Services) -> Organisation:
    with town.database.transaction() as db:
        return make_organisation(db, name="Bailleur d’essai")


def owed_by(town: Services, consultation: Consultation) -> list[Deadline]:
    with town.database.transaction() as db:
        deadline.owe(db, db.get_one(Consultation, consultation.id))
    with town.database.reading() as db:
        return list(db.scalars(select(Deadline).order_by(Deadline.id)))


def decided(town: Services, consultation: Consultation, actor: Person) -> Consultation:
    with town.database.transaction() as db:
        found = db.get_one(Consultation, consultation.id)
        commands.publish_decision(db, found, DECISION, actor=actor)
        return found


def completed(town: Services, consultation: Consultation, actor: Person) -> None:
    with town.database.transaction() as db:
        found = db.get_one(Consultation, consultation.id)
        commands.add_to_decision(db, found, words={"fr": "Plus tard."}, actor=actor)


def test_nobody_decides_before_the_results_and_others_never(
    town: Services, coordinator: Person, owing: Organisation, moment: Moment
) -> None:
    asked = make_voted(town.database, organisation_id=owing.id)
    moment.move_to(asked.closes_at + timedelta(minutes=5))
    with pytest.raises(Conflict, match="après"):
        decided(town, asked, coordinator)
    sealed = make_sealed(town.database, organisation_id=owing.id)
    with town.database.transaction() as db:
        stranger = make_person(db, Role.AGENT, organisation=make_organisation(db))
        member = make_person(db, Role.COUNCIL)
    for person in (stranger, member):
        with pytest.raises(Denied):
            decided(town, sealed, person)


def test_the_team_that_owes_it_publishes_it_once(
    town: Services, owing: Organisation, coordinator: Person
) -> None:
    sealed = make_sealed(town.database, organisation_id=owing.id)
    with town.database.transaction() as db:
        agent = make_person(db, Role.AGENT, organisation=owing)
    found = decided(town, sealed, agent)
    assert (found.decided_on, found.decision_by) == (clock.today(), {"fr": "Le maire"})
    with pytest.raises(Conflict, match="complément"):
        decided(town, sealed, coordinator)


def test_what_is_published_is_only_completed(town: Services, coordinator: Person) -> None:
    sealed = make_sealed(town.database)
    with pytest.raises(Conflict):
        completed(town, sealed, coordinator)
    decided(town, sealed, coordinator)
    completed(town, sealed, coordinator)
    with town.database.reading() as db:
        assert [one.words for one in reading.additions(db, sealed.id)] == [{"fr": "Plus tard."}]
        assert db.get_one(Consultation, sealed.id).decision_statement == DECISION.statement


def test_nothing_is_archived_without_a_decision_but_surveys_and_what_was_cancelled(
    town: Services, coordinator: Person
) -> None:
    sealed = make_sealed(town.database)
    survey = make_sealed(town.database, purpose=Purpose.SURVEY)
    called_off = make_voted(town.database, cancelled_at=None)
    with town.database.transaction() as db:
        db.get_one(Consultation, called_off.id).cancelled_at = clock.now()
    with town.database.transaction() as db, pytest.raises(Conflict, match="décision"):
        commands.archive(db, db.get_one(Consultation, sealed.id), actor=coordinator)
    decided(town, sealed, coordinator)
    for one in (sealed, survey, called_off):
        with town.database.transaction() as db:
            commands.archive(db, db.get_one(Consultation, one.id), actor=coordinator)
    with town.database.reading() as db:
        found = {put.id for put in reading.archived(db).items}
    assert found == {sealed.id, survey.id, called_off.id}


def test_a_survey_owes_nothing_and_takes_no_decision(
    town: Services, coordinator: Person, owing: Organisation
) -> None:
    survey = make_sealed(town.database, purpose=Purpose.SURVEY, organisation_id=owing.id)
    assert owed_by(town, survey) == []
    with pytest.raises(Conflict, match="questionnaire"):
        decided(town, survey, coordinator)


def test_the_late_decision_is_reminded_of_by_the_clock_and_met_by_publishing(
    town: Services, owing: Organisation, coordinator: Person, moment: Moment
) -> None:
    sealed = make_sealed(town.database, organisation_id=owing.id)
    (debt,) = owed_by(town, sealed)
    assert (debt.due_at, debt.organisation_id) == (sealed.decision_due_at, owing.id)
    moment.move_to(sealed.decision_due_at + timedelta(days=1))
    while not queue(town):  # a weekend or a night: reminders wait
        moment.forward(hours=6)
    (mail,) = messages(town)
    assert mail.recipient.endswith("@example.org")
    sender(town).deliver_all()
    (mail,) = messages(town)
    assert f"Vote n°\xa0{sealed.id}" in mail.body
    assert "EN RETARD" in mail.body
    assert "1 décision vous attend" in mail.subject
    with town.database.reading() as db:
        (said,) = db.scalars(select(Reminder))
        assert (said.level, said.deadline_id) == (Level.LATE, debt.id)
    decided(town, sealed, coordinator)
    with town.database.reading() as db:
        assert db.get_one(Deadline, debt.id).met_at is not None


def test_a_partner_answers_by_the_link_and_the_coordinator_finds_the_words(
    client: Browser,
    town: Services,
    owing: Organisation,
    coordinator: Person,
    moment: Moment,
) -> None:
    sealed = make_sealed(town.database, organisation_id=owing.id)
    (debt,) = owed_by(town, sealed)
    moment.move_to(sealed.decision_due_at + timedelta(days=1))
    while not queue(town):
        moment.forward(hours=6)
    token = messages(town)[0].secret
    client.get(f"/r/{token}")
    assert "Fête de quartier" in client.text
    assert "décision attendue" in client.text
    sent = {f"fait-{debt.id}-note": "Nous posons trois bancs."}
    client.submit(f"/r/{token}", sent, action=f"/{debt.id}/fait")
    with town.database.reading() as db:
        assert db.scalars(select(Answer.kind)).one() is AnswerKind.DONE
    client.sign_in(coordinator)
    client.get(f"/concertations/decider/{sealed.id}")
    assert "Nous posons trois bancs." in client.text
    assert digests(town)[0].organisation_id == owing.id
    assert replies.VOTES == "consultations"


def test_entrusting_hands_the_debt_on(
    town: Services, owing: Organisation, coordinator: Person
) -> None:
    sealed = make_sealed(town.database, organisation_id=owing.id)
    owed_by(town, sealed)
    with town.database.transaction() as db:
        other = make_organisation(db)
        found = db.get_one(Consultation, sealed.id)
        commands.entrust(db, found, organisation=other, actor=coordinator)
    with town.database.reading() as db:
        assert db.scalars(select(Deadline.organisation_id)).one() == other.id


def test_a_cancelled_vote_owes_nothing(town: Services, owing: Organisation) -> None:
    asked = make_voted(town.database, organisation_id=owing.id)
    owed_by(town, asked)
    with town.database.transaction() as db:
        deadline.withdrawn(db, db.get_one(Consultation, asked.id))
    with town.database.reading() as db:
        assert db.scalars(select(Deadline.withdrawn_at)).one() is not None


def test_the_coordinator_decides_completes_and_archives_through_the_pages(
    client: Browser, town: Services, coordinator: Person
) -> None:
    sealed = make_sealed(town.database)
    page = f"/concertations/{sealed.id}/resultats"
    client.sign_in(coordinator)
    client.get(f"/concertations/archiver/{sealed.id}")
    assert "Publiez d’abord la décision" in client.text
    ask = f"/concertations/decider/{sealed.id}"
    client.submit(ask, {"statement_fr": "", "changes_fr": "Peu."}, expects=422)
    assert "Peu." in client.text
    typed = {"statement_fr": "Trois bancs.", "by_fr": "Le maire", "changes_fr": "Un de plus."}
    sent = client.submit(ask, typed)
    assert sent.headers["Location"] == page
    client.get(page)
    for words in ("Trois bancs.", "Le maire", "Un de plus."):
        assert words in client.text
    client.submit(f"/concertations/completer/{sealed.id}", {"words_fr": "En mai."})
    client.get(page)
    assert "En mai." in client.text
    client.submit(f"/concertations/archiver/{sealed.id}")
    client.get("/concertations/archives")
    assert "Fête de quartier" in client.text


def test_of_two_decisions_at_once_the_second_reads_first(
    town: Services, coordinator: Person
) -> None:
    sealed = make_sealed(town.database)
    with town.database.transaction() as db:
        found = db.get_one(Consultation, sealed.id)
        before = found.version - 1
        with pytest.raises(Conflict, match="entre-temps"):
            commands.publish_decision(db, found, DECISION, actor=coordinator, version=before)


def test_promises_are_judged_year_by_year(
    town: Services, coordinator: Person, moment: Moment
) -> None:
    in_time, late, awaited = (make_sealed_now(town, moment) for _n in range(3))
    decided(town, in_time, coordinator)
    moment.move_to(awaited.decision_due_at + timedelta(days=2))
    decided(town, late, coordinator)
    with town.database.reading() as db:
        (year,) = reading.years(db)
    assert (year.promised, year.in_time, year.late, year.awaited) == (3, 1, 1, 1)
    assert awaited.decided_on is None


def make_sealed_now(town: Services, moment: Moment) -> Consultation:
    """The next one is opened where the clock stands."""
    made = make_sealed(town.database)
    moment.now = clock.now()
    return made
