"""What happens to a report: routing, dates owed, decisions, answers, followers."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engage.accounts.addresses import parse
from engage.accounts.models import Role
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Conflict, Denied, InvalidInput, NotFound
from engage.core.masking import MASK
from engage.core.outbox import OutboxMessage
from engage.core.storage import Storage
from engage.deadlines.models import Deadline, DeadlineKind
from engage.deadlines.queries import open_deadline, open_deadlines_of
from engage.incidents import commands, desk, following, jobs, queries
from engage.incidents.models import Incident, IncidentEvent, IncidentFollower
from engage.incidents.workflow import TRANSITIONS, Action, Status
from tests.conftest import Moment
from tests.factories import make_organisation, make_person, make_place
from tests.incidents.making import (
    Estate,
    link_of,
    make_estate,
    make_followed,
    make_incident,
    make_photo,
    repaired,
)


@pytest.fixture
def estate(db: Session) -> Estate:
    return make_estate(db)


def messages(db: Session, kind_: str = "incident_news") -> list[OutboxMessage]:
    wanted = OutboxMessage.kind == kind_
    return list(db.scalars(select(OutboxMessage).where(wanted).order_by(OutboxMessage.id)))


def due(db: Session, incident: Incident, kind_: DeadlineKind) -> datetime:
    found = open_deadline(db, kind_, incident)
    assert found is not None
    return found.due_at


def test_a_report_waits_for_the_coordinator_with_a_proposal(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate)
    assert incident.status is Status.TO_QUALIFY
    assert incident.organisation_id is None
    assert desk.proposed(db, incident) == estate.landlord
    assert incident.reference == f"G-{1000 + incident.id}"


def test_the_owner_is_found_by_climbing_to_the_residence(db: Session, estate: Estate) -> None:
    assert estate.hall.owner_id is None
    assert desk.proposed(db, make_incident(db, estate)) == estate.landlord


def test_unknown_ground_is_for_the_coordinator_to_qualify(db: Session, estate: Estate) -> None:
    place = make_place(db, owner=estate.landlord, land_ownership="unknown")
    assert desk.proposed(db, make_incident(db, estate, place=place)) is None


def test_an_urgent_report_is_assigned_at_once(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, "ASC01")
    assert incident.status is Status.ASSIGNED
    assert incident.organisation_id == estate.landlord.id
    assert due(db, incident, DeadlineKind.ACKNOWLEDGE) == datetime(2026, 6, 2, 12, tzinfo=UTC)
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 4, 8, tzinfo=UTC)
    assert all(d.urgent for d in open_deadlines_of(db, incident))


def test_an_urgent_report_without_owner_alerts_the_coordinator(db: Session, estate: Estate) -> None:
    place = make_place(db, land_ownership="unknown")
    incident = make_incident(db, estate, "ASC01", place=place, description="Ma voisine pleure")
    assert incident.status is Status.TO_QUALIFY
    (message,) = messages(db, "incident_urgent")
    assert message.recipient == "coordination@example.org"


def test_dates_count_in_working_days_from_the_arrival(
    db: Session, estate: Estate, moment: Moment
) -> None:
    incident = make_incident(db, estate)
    moment.forward(days=1)
    commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    assert due(db, incident, DeadlineKind.ACKNOWLEDGE) == datetime(2026, 6, 3, 16, tzinfo=UTC)
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 4, 16, tzinfo=UTC)


def test_another_organisation_gets_the_same_number_and_clock(
    db: Session, estate: Estate, moment: Moment
) -> None:
    incident = make_incident(db, estate, assigned=True)
    before = (incident.reference, due(db, incident, DeadlineKind.RESOLVE))
    moment.forward(days=2)
    other = make_organisation(db)
    commands.assign(db, incident, organisation=other, actor=estate.coordinator)
    assert (incident.reference, due(db, incident, DeadlineKind.RESOLVE)) == before
    assert {d.organisation_id for d in open_deadlines_of(db, incident)} == {other.id}


def test_the_same_organisation_again_is_refused(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(InvalidInput):
        commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)


def test_what_points_at_a_person_is_masked_and_not_kept(db: Session, estate: Estate) -> None:
    words = "Appelez le 06 12 34 56 78, voiture AB-123-CD, appartement 12"
    incident = make_incident(db, estate, description=words)
    assert incident.description.count(MASK) == 3
    everything = db.scalars(select(AuditEntry.details)).all()
    assert "06 12" not in incident.description + str(everything)


def test_emoji_and_arabic_words_are_kept_as_written(db: Session, estate: Estate) -> None:
    words = "المصباح لا يعمل 💡 <b>gras</b>"
    assert make_incident(db, estate, description=words).description == words


def test_too_many_words_are_refused(db: Session, estate: Estate) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_incident(db, estate, description="a" * 1001)
    assert refusal.value.field == "description"


def test_what_belongs_on_the_phone_is_never_stored(db: Session, estate: Estate) -> None:
    with pytest.raises(InvalidInput):
        make_incident(db, estate, "LOG03")
    assert db.scalar(select(func.count(Incident.id))) == 0


def test_the_closed_circuit_keeps_no_word_no_photo_no_person_and_owes_nothing(
    db: Session, estate: Estate, storage: Storage
) -> None:
    incident, _token = make_followed(
        db,
        estate,
        "BRU01",
        assigned=True,
        description="C’est Untel",
        reporter=make_person(db, email="nour@example.org"),
        photo=make_photo(db, storage),
    )
    assert (incident.description, incident.reporter_id, incident.listed) == ("", None, False)
    assert not queries.photos(db, incident)
    assert not open_deadlines_of(db, incident)
    assert not messages(db)


def test_nobody_can_follow_the_closed_circuit(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, "BRU01")
    with pytest.raises(NotFound):
        following.follow(db, incident, parse("a@example.org"), language="fr")
    assert db.scalar(select(func.count(IncidentFollower.id))) == 0


def test_a_hall_is_known_to_the_public_as_its_residence(db: Session, estate: Estate) -> None:
    assert make_incident(db, estate).coarse_place == estate.residence


def test_a_hall_without_residence_is_only_a_neighbourhood(db: Session, estate: Estate) -> None:
    hall = make_place(db, owner=estate.landlord, kind="hall")
    assert make_incident(db, estate, place=hall).coarse_place is None


def test_a_street_is_named_to_the_public(db: Session, estate: Estate) -> None:
    street = make_place(db, kind="street", land_ownership="city")
    assert make_incident(db, estate, "VOI01", place=street).coarse_place == street


def test_taking_charge_meets_the_first_date_only(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    commands.acknowledge(db, incident, actor=estate.agent)
    assert [d.kind for d in open_deadlines_of(db, incident)] == [DeadlineKind.RESOLVE]


def test_a_promised_day_silences_reminders_and_hides_no_lateness(
    db: Session, estate: Estate
) -> None:
    incident = make_incident(db, estate, assigned=True)
    before = due(db, incident, DeadlineKind.RESOLVE)
    commands.schedule(db, incident, actor=estate.agent, day=date(2026, 6, 12))
    found = open_deadline(db, DeadlineKind.RESOLVE, incident)
    assert found is not None
    assert found.due_at == before
    assert found.silenced_until == datetime(2026, 6, 12, 16, tzinfo=UTC)


def test_a_promised_day_is_owed_where_the_kind_has_no_target(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, "TRA01", assigned=True)
    commands.schedule(db, incident, actor=estate.agent, day=date(2026, 6, 12))
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 12, 16, tzinfo=UTC)
    commands.schedule(db, incident, actor=estate.agent, day=date(2026, 6, 15))
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 15, 16, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2027, 6, 20), date(9999, 12, 31)])
def test_a_day_in_the_past_or_too_far_is_refused(db: Session, estate: Estate, day: date) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(InvalidInput):
        commands.schedule(db, incident, actor=estate.agent, day=day)
    assert incident.status is Status.ASSIGNED


def test_closing_needs_a_word(db: Session, estate: Estate, storage: Storage) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(InvalidInput) as refusal:
        commands.resolve(db, incident, actor=estate.agent, word=" ", photo=make_photo(db, storage))
    assert refusal.value.field == "word"


def test_closing_needs_a_photo_where_the_kind_asks_for_one(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(InvalidInput) as refusal:
        commands.resolve(db, incident, actor=estate.agent, word="Nettoyé.")
    assert refusal.value.field == "photo"


def test_closing_meets_all_dates(db: Session, estate: Estate, storage: Storage) -> None:
    incident, _token = repaired(db, estate, storage)
    assert incident.status is Status.RESOLVED
    assert not open_deadlines_of(db, incident)
    assert db.scalar(select(func.count(Deadline.id)).where(Deadline.met_at.is_not(None))) == 2


def test_a_resident_confirms(db: Session, estate: Estate, storage: Storage) -> None:
    incident, token = repaired(db, estate, storage)
    commands.confirm(db, incident, link=link_of(db, token))
    assert incident.status is Status.CONFIRMED


def test_no_goes_back_to_the_same_agent_with_new_dates(
    db: Session, estate: Estate, storage: Storage, moment: Moment
) -> None:
    incident, token = repaired(db, estate, storage)
    moment.forward(days=7)
    commands.reopen(
        db, incident, link=link_of(db, token), word="Encore sale, appelez 06 12 34 56 78"
    )
    assert incident.status is Status.REOPENED
    assert incident.organisation_id == estate.landlord.id
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 11, 16, tzinfo=UTC)
    assert MASK in queries.events(db, incident)[-1].word


def test_a_reopened_report_keeps_its_new_clock_when_given_to_another(
    db: Session, estate: Estate, storage: Storage, moment: Moment
) -> None:
    incident, token = repaired(db, estate, storage)
    moment.forward(days=7)
    commands.reopen(db, incident, link=link_of(db, token))
    commands.send_back(db, incident, actor=estate.agent, word="La Ville a la clé.")
    assert not open_deadlines_of(db, incident)
    commands.assign(db, incident, organisation=make_organisation(db), actor=estate.coordinator)
    assert due(db, incident, DeadlineKind.RESOLVE) == datetime(2026, 6, 11, 16, tzinfo=UTC)


def test_the_link_of_another_report_answers_nothing(
    db: Session, estate: Estate, storage: Storage
) -> None:
    incident, _token = repaired(db, estate, storage)
    _other, token = make_followed(db, estate)
    with pytest.raises(Denied):
        commands.confirm(db, incident, link=link_of(db, token))


def test_silence_closes_after_fifteen_days_once(
    db: Session, estate: Estate, storage: Storage, moment: Moment
) -> None:
    incident, _token = repaired(db, estate, storage)
    moment.forward(days=14, hours=23)
    assert jobs.close_unanswered(db) == 0
    moment.forward(hours=1)
    assert (jobs.close_unanswered(db), jobs.close_unanswered(db)) == (1, 0)
    assert incident.status is Status.CLOSED


def test_a_thank_you_owes_nothing_and_is_passed_on(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, "AUT02", description="Merci !")
    assert not incident.listed
    commands.thank(db, incident, actor=estate.coordinator, word="Lu à l’équipe.")
    assert incident.status is Status.CLOSED
    assert not db.scalars(select(Deadline)).all()


def test_a_problem_is_no_thank_you(db: Session, estate: Estate) -> None:
    with pytest.raises(InvalidInput):
        commands.thank(db, make_incident(db, estate), actor=estate.coordinator)


def test_followers_of_a_duplicate_follow_the_original(db: Session, estate: Estate) -> None:
    original, twin = make_incident(db, estate), make_incident(db, estate)
    for address in ("both@example.org", "one@example.org"):
        following.follow(db, twin, parse(address), language="fr")
    following.follow(db, original, parse("both@example.org"), language="fr")
    tokens = [m.secret for m in messages(db, "incident_followed")]
    following.mark_duplicate(db, twin, original=original, actor=estate.coordinator)
    assert twin.status is Status.DUPLICATE
    assert queries.follower_count(db, original) == 2
    assert queries.follower_count(db, twin) == 0
    for token in tokens:
        found = queries.followed(db, token)
        assert found is not None
        assert found.incident.id == original.id
        assert not found.is_reporter


def test_a_chain_of_duplicates_ends_at_the_first(db: Session, estate: Estate) -> None:
    first, second, third = (make_incident(db, estate) for _ in range(3))
    following.mark_duplicate(db, third, original=second, actor=estate.coordinator)
    following.mark_duplicate(db, second, original=first, actor=estate.coordinator)
    db.refresh(third, ["duplicate_of_id"])
    assert third.duplicate_of_id == first.id


def test_a_duplicate_needs_another_report_of_the_same_circuit(db: Session, estate: Estate) -> None:
    incident, closed = make_incident(db, estate), make_incident(db, estate, "BRU01")
    for original in (None, incident, closed):
        with pytest.raises(InvalidInput):
            following.mark_duplicate(db, incident, original=original, actor=estate.coordinator)
    assert incident.status is Status.TO_QUALIFY


def test_declining_needs_a_reason_and_frees_the_organisation(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(InvalidInput):
        commands.decline(db, incident, actor=estate.coordinator, word="")
    commands.decline(db, incident, actor=estate.coordinator, word="Le mur sera démoli.")
    assert incident.status is Status.NO_ACTION
    assert not open_deadlines_of(db, incident)


def test_followers_hear_without_a_word_of_the_resident(
    db: Session, estate: Estate, storage: Storage
) -> None:
    incident = make_incident(db, estate, description="Secret de famille")
    following.follow(db, incident, parse("a@example.org"), language="fr")
    following.follow(db, incident, parse("a@example.org"), language="fr")
    commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    commands.resolve(db, incident, actor=estate.agent, word="Fait.", photo=make_photo(db, storage))
    assert len(messages(db, "incident_followed")) == 1
    from engage.incidents.messages import RENDERERS

    found = messages(db)
    assert [m.recipient for m in found] == ["a@example.org"] * 2
    for message in found:
        words = RENDERERS[message.kind](db, message, "http://ici")
        assert words is not None
        assert "Secret" not in words.text + words.subject
        assert "Hall secret" not in words.text
        assert f"http://ici/suivi/{message.secret}" in words.text


def test_text_messages_say_dates_and_ends_only(
    db: Session, estate: Estate, storage: Storage
) -> None:
    incident = make_incident(db, estate)
    following.follow(db, incident, parse("06 12 34 56 78"), language="fr")
    commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    commands.acknowledge(db, incident, actor=estate.agent)
    assert not messages(db)
    commands.schedule(db, incident, actor=estate.agent, day=date(2026, 6, 4))
    (message,) = messages(db)
    assert (message.channel, message.recipient) == ("sms", "+33612345678")


def test_a_signed_in_reporter_hears_too_and_once(db: Session, estate: Estate) -> None:
    reporter = make_person(db, email="nour@example.org")
    incident = make_incident(db, estate, reporter=reporter)
    commands.assign(db, incident, organisation=estate.landlord, actor=estate.coordinator)
    following.follow(db, incident, parse("nour@example.org"), language="fr")
    commands.acknowledge(db, incident, actor=estate.agent)
    assert [m.recipient for m in messages(db)] == ["nour@example.org"] * 2


def test_leaving_forgets_the_address(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate)
    following.follow(db, incident, parse("a@example.org"), language="fr")
    (message,) = messages(db, "incident_followed")
    following.unfollow(db, link_of(db, message.secret))
    assert queries.follower_count(db, incident) == 0
    assert queries.followed(db, message.secret) is None


def test_history_is_append_only_in_the_database_itself(db: Session, estate: Estate) -> None:
    make_incident(db, estate)
    with pytest.raises(DBAPIError, match="append-only"):
        db.execute(text("UPDATE incident_events SET word = 'faux'"))


def test_each_step_is_audited_in_the_same_transaction(
    db: Session, estate: Estate, storage: Storage
) -> None:
    incident, token = repaired(db, estate, storage)
    commands.confirm(db, incident, link=link_of(db, token))
    db.flush()
    actions = db.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject_type == "incidents", AuditEntry.subject_id == incident.id)
        .order_by(AuditEntry.id)
    ).all()
    assert actions == ["incident.submit", "incident.assign", "incident.resolve", "incident.confirm"]


COMMANDS = {
    Action.ASSIGN: lambda db, i, e: commands.assign(
        db, i, organisation=make_organisation(db), actor=e.coordinator
    ),
    Action.ACKNOWLEDGE: lambda db, i, e: commands.acknowledge(db, i, actor=e.coordinator),
    Action.SCHEDULE: lambda db, i, e: commands.schedule(
        db, i, actor=e.coordinator, day=date(2026, 6, 4)
    ),
    Action.START: lambda db, i, e: commands.start(db, i, actor=e.coordinator),
    Action.RESOLVE: lambda db, i, e: commands.resolve(db, i, actor=e.coordinator, word="Fait."),
    Action.SEND_BACK: lambda db, i, e: commands.send_back(db, i, actor=e.coordinator, word="Non."),
    Action.MARK_OUT_OF_AREA: lambda db, i, e: commands.mark_out_of_area(db, i, actor=e.coordinator),
    Action.REDIRECT: lambda db, i, e: commands.redirect(
        db, i, actor=e.coordinator, word="La poste."
    ),
    Action.DECLINE: lambda db, i, e: commands.decline(db, i, actor=e.coordinator, word="Non."),
    Action.CLOSE: lambda db, i, e: commands.close(db, i),
}


def test_every_move_that_is_not_in_the_table_is_refused(db: Session, estate: Estate) -> None:
    # NUI01 asks for no photo, so that nothing but the table decides.
    incident = make_incident(db, estate, "NUI01", assigned=True)
    link = link_of(db, make_followed(db, estate)[1])
    link.incident_id = incident.id
    other = make_incident(db, estate, "NUI01")
    everything = COMMANDS | {
        Action.CONFIRM: lambda db, i, e: commands.confirm(db, i, link=link),
        Action.REOPEN: lambda db, i, e: commands.reopen(db, i, link=link),
        Action.MARK_DUPLICATE: lambda db, i, e: following.mark_duplicate(
            db, i, original=other, actor=e.coordinator
        ),
    }
    db.flush()
    incident_id = incident.id
    for status in Status:
        for action, command in everything.items():
            savepoint = db.begin_nested()
            # A test may put a row where no path leads; the program never does.
            incident = db.get_one(Incident, incident_id)
            incident.status = status
            if status is Status.TO_QUALIFY and action is not Action.ASSIGN:
                incident.organisation_id = estate.landlord.id
            if (status, action) in TRANSITIONS:
                command(db, incident, estate)
                assert incident.status is TRANSITIONS[status, action]
            else:
                with pytest.raises(Conflict):
                    command(db, incident, estate)
            savepoint.rollback()


def test_two_decisions_at_once_make_one(database: Database) -> None:
    with database.transaction() as db:
        estate = make_estate(db)
        incident_id = make_incident(db, estate).id
    with database.session(writes=True) as slow:
        # What the slower one read before the faster one decided.
        stale = slow.get_one(Incident, incident_id, options=queries.FACTS)
        slow.commit()
        slow.expunge_all()
        with database.transaction() as fast:
            incident = fast.get_one(Incident, incident_id, options=queries.FACTS)
            coordinator = fast.merge(estate.coordinator, load=False)
            commands.decline(fast, incident, actor=coordinator, word="Non.")
        slow.add(stale)
        with pytest.raises(StaleDataError):
            commands.decline(slow, stale, actor=estate.coordinator, word="Non plus.")
        slow.rollback()
    with database.reading() as db:
        assert (
            db.scalar(
                select(func.count(IncidentEvent.id)).where(IncidentEvent.status == Status.NO_ACTION)
            )
            == 1
        )


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.COUNCIL, Role.MEDIATOR, Role.ADMIN])
def test_others_decide_nothing(db: Session, estate: Estate, role: Role) -> None:
    person = make_person(db, role)
    waiting, given = make_incident(db, estate), make_incident(db, estate, assigned=True)
    with pytest.raises(Denied):
        commands.assign(db, waiting, organisation=estate.landlord, actor=person)
    with pytest.raises(Denied):
        commands.acknowledge(db, given, actor=person)


def test_an_agent_of_another_organisation_decides_nothing(db: Session, estate: Estate) -> None:
    stranger = make_person(db, Role.AGENT, organisation=make_organisation(db))
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(Denied):
        commands.acknowledge(db, incident, actor=stranger)


def test_an_agent_whose_mandate_ended_decides_nothing(
    db: Session, estate: Estate, moment: Moment
) -> None:
    former = make_person(db, Role.AGENT, organisation=estate.landlord, ends_on=date(2026, 6, 2))
    incident = make_incident(db, estate, assigned=True)
    moment.forward(days=1)
    with pytest.raises(Denied):
        commands.acknowledge(db, incident, actor=former)


def test_an_agent_does_not_decline(db: Session, estate: Estate) -> None:
    incident = make_incident(db, estate, assigned=True)
    with pytest.raises(Denied):
        commands.decline(db, incident, actor=estate.agent, word="Non.")
