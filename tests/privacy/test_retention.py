"""The table of retention: complete, shown as it is applied, each rule at its day."""

import csv
import dataclasses
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts.consents import ACCOUNT_BY_MEDIATOR, Consent
from engage.accounts.models import Mandate, Person, Role, SignIn
from engage.accounts.proofs import Invitation
from engage.agenda.models import EventReminder
from engage.core import clock, outbox
from engage.core.audit import AuditEntry
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.services import Services
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents import commands as incidents
from engage.incidents.models import Incident, IncidentEvent
from engage.moderation.models import Decision, ModerationItem
from engage.ops.verify import verify
from engage.privacy import retention
from engage.privacy.models import RetainedIdentity
from engage.privacy.purge import Purged, purge, rehearse
from engage.privacy.report import table
from engage.privacy.rule import Span
from engage.proposals.models import Proposal, ProposalRevision
from engage.reminders.models import Digest, ReplyLink
from engage.territory.models import ContactPerson
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.conftest import Moment
from tests.discussions.test_moderation import sent
from tests.factories import make_organisation, make_person
from tests.incidents.making import make_estate, make_followed, repaired
from tests.moderation import deciding
from tests.proposals.ideas import make_item

DAY = timedelta(days=1)


def test_every_table_has_a_rule_or_holds_nothing_personal() -> None:
    ruled = {table for rule in retention.RULES for table in rule.tables}
    assert ruled | retention.NO_PERSONAL_DATA == set(schema.metadata.tables)
    assert not ruled & retention.NO_PERSONAL_DATA


def test_each_rule_has_a_code_of_its_own_and_one_that_ends_has_a_function() -> None:
    codes = [rule.code for rule in retention.RULES]
    assert len(codes) == len(set(codes))
    assert all(rule.forget for rule in retention.RULES if rule.span)


def test_the_page_says_each_rule_as_the_purge_applies_it(client: Browser, town: Services) -> None:
    client.get("/donnees-personnelles")
    for rule in retention.standing(town.config):
        assert str(rule.what) in client.text
        assert rule.kept in client.text
    assert "24 mois sans connexion" in client.text
    assert "jetées après 30 jours" in client.text
    assert "sous clé" not in client.text


@pytest.mark.parametrize(
    ("span", "words", "limit"),
    [
        (Span(months=24), "24 mois", (2024, 6, 2)),
        (Span(months=36), "3 ans", (2023, 6, 2)),
        (Span(days=7), "7 jours", (2026, 5, 26)),
        (Span(days=365), "1 an", (2025, 6, 2)),
    ],
)
def test_a_span_says_itself_and_counts_back(
    span: Span, words: str, limit: tuple[int, int, int]
) -> None:
    assert span.words == words
    assert clock.local(span.limit).date() == date(*limit)


def test_months_are_counted_back_to_the_last_day_of_a_shorter_one(moment: Moment) -> None:
    moment.move_to(datetime(2026, 8, 31, 12, tzinfo=UTC))
    assert clock.months_ago(6) == datetime(2026, 2, 28, 13, tzinfo=UTC)  # winter time in Paris


def _refused_idea(db: Session, town: Services) -> None:
    item = make_item(db)
    why = deciding.grounds(db, "Deux bancs", "Corrigez.")
    deciding.refuse(db, item, make_person(db, Role.COUNCIL), make_person(db, Role.COUNCIL), why)


def _refused_comment(db: Session, town: Services) -> None:
    _comment, item = sent(db, "Karim est d’accord.")
    why = deciding.grounds(db, "Karim", "Corrigez.")
    deciding.refuse(db, item, make_person(db, Role.COUNCIL), make_person(db, Role.COUNCIL), why)


def _closed_report(db: Session, town: Services) -> None:
    incident, _token = repaired(db, make_estate(db), town.storage)
    incidents.close(db, incident)


def _person(db: Session, town: Services) -> None:
    make_person(db, public_name="Nour")


def _sign_in(db: Session, town: Services) -> None:
    db.add(
        SignIn(
            token_hash="a" * 64,
            person_id=make_person(db, Role.COUNCIL).id,
            created_at=clock.now(),
            expires_at=clock.now(),
        )
    )


def _invitation(db: Session, town: Services) -> None:
    person = make_person(db, Role.AGENT)
    now = clock.now()
    db.add(Invitation(token_hash="b" * 64, person_id=person.id, created_at=now, expires_at=now))


def _consent(db: Session, town: Services) -> None:
    person, now = make_person(db, Role.COUNCIL), clock.now()
    db.add(
        Consent(person_id=person.id, purpose=ACCOUNT_BY_MEDIATOR, given_at=now, withdrawn_at=now)
    )


def _mandate(db: Session, town: Services) -> None:
    make_person(db, Role.COUNCIL, ends_on=clock.today(), last_seen_on=date(2031, 1, 1))


def _ticket(db: Session, town: Services) -> None:
    now = clock.now()
    db.add(Ticket(subject_type="incidents", subject_id=1, word_hash="c" * 64, created_at=now))


def _enquiry(db: Session, town: Services) -> None:
    now = clock.now()
    db.add(Enquiry(question="Où est le stand ?", channel="phone", created_at=now, answered_at=now))


def _reminder(db: Session, town: Services) -> None:
    event = make_event(db, starts_at=clock.now(), ends_at=clock.now())
    db.add(EventReminder(event_id=event.id, person_id=make_person(db).id, asked_on=clock.today()))


def _unanswered(db: Session, town: Services) -> None:
    db.add(Enquiry(question="Et le stand ?", channel="phone", created_at=clock.now()))


def _message(db: Session, town: Services) -> None:
    outbox.post(db, "news", channel="email", recipient="a@example.org", dedupe_key="n:1", x=1)
    db.execute(
        update(OutboxMessage).values(delivery=Delivery.SENT, body="Vos mots", sent_at=clock.now())
    )


def _identity(db: Session, town: Services) -> None:
    day = clock.today()
    person = make_person(db, closed_at=clock.now())
    ends = day.replace(year=day.year + 5)
    db.add(RetainedIdentity(person_id=person.id, sealed="x", closed_on=day, expires_on=ends))


def _digest(db: Session, town: Services) -> None:
    organisation = make_organisation(db)
    now = clock.now()
    digest = Digest(
        organisation_id=organisation.id, local_day=clock.today(), urgent=False, created_at=now
    )
    db.add(digest)
    db.flush()
    contact = organisation.contacts[0]
    contact.ended_at = now
    db.add(
        ReplyLink(
            token_hash="d" * 64,
            digest_id=digest.id,
            contact_id=contact.id,
            created_at=now,
            expires_at=now,
        )
    )


BEGUN = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)

Make = Callable[[Session, Services], None]


@pytest.mark.parametrize(
    ("rule", "make", "over"),
    [
        ("accounts", _person, date(2028, 6, 2)),
        ("refused_ideas", _refused_idea, date(2026, 12, 2)),
        ("refused_comments", _refused_comment, date(2026, 12, 2)),
        ("incident_photos", _closed_report, date(2026, 12, 2)),
        ("incidents", _closed_report, date(2027, 6, 2)),
        ("anonymous_incidents", _closed_report, date(2029, 6, 2)),
        ("sign_ins", _sign_in, date(2026, 12, 2)),
        ("invitations", _invitation, date(2026, 7, 2)),
        ("consents", _consent, date(2027, 6, 2)),
        ("mandates", _mandate, date(2031, 6, 2)),
        ("tickets", _ticket, date(2027, 6, 2)),
        ("event_reminders", _reminder, date(2026, 6, 3)),
        ("enquiries", _enquiry, date(2027, 6, 2)),
        ("enquiries", _unanswered, date(2027, 6, 2)),
        ("messages", _message, date(2026, 12, 2)),
        ("old_messages", _message, date(2029, 6, 2)),
        ("retained_identities", _identity, date(2031, 6, 2)),
        ("reminders", _digest, date(2029, 6, 2)),
        ("contacts", _digest, date(2029, 6, 2)),
    ],
)
def test_each_thing_goes_on_its_day_and_not_the_day_before(
    town: Services, moment: Moment, rule: str, make: Make, over: date
) -> None:
    with town.database.transaction() as db:
        make(db, town)
    moment.move_to(datetime(over.year, over.month, over.day, 12, tzinfo=UTC) - DAY)
    assert purge(town.database, town.storage).rows[rule] == 0
    moment.forward(days=1)
    announced = rehearse(town.database, town.storage)
    assert announced.rows[rule] == 1
    assert purge(town.database, town.storage) == announced
    again = purge(town.database, town.storage)
    assert again == Purged(dict.fromkeys(again.rows, 0), 0)


def test_the_words_of_a_refused_idea_go_and_the_decision_stays(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        _refused_idea(db, town)
    moment.forward(days=190)
    purge(town.database, town.storage)
    with town.database.reading() as db:
        revision = db.scalars(select(ProposalRevision)).one()
        proposal = db.scalars(select(Proposal)).one()
        item = db.scalars(select(ModerationItem)).one()
        decisions = db.scalars(select(Decision)).all()
        assert (revision.title, revision.body, revision.body_html) == ("", "", "")
        assert (proposal.status.value, proposal.author_id, item.author_id) == (
            "refused",
            None,
            None,
        )
        assert [(d.excerpt, d.note, bool(d.reason_id)) for d in decisions] == [("", "", True)] * 2


def test_an_old_report_becomes_statistics_then_goes_with_all_that_was_owed(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
        reporter = make_person(db)
        incident, _token = make_followed(
            db, estate, assigned=True, reporter=reporter, description="Le hall sent mauvais."
        )
        incidents.schedule(db, incident, actor=estate.agent, day=clock.today(), word="Jeudi.")
        other, _token = make_followed(db, estate)
        incidents.redirect(db, incident, actor=estate.coordinator, word="Voir le gardien.")
        other.duplicate_of_id = incident.id
        coarse = incident.coarse_place_id
    moment.forward(days=366)
    assert purge(town.database, town.storage).rows["incidents"] == 1
    with town.database.reading() as db:
        left = db.get_one(Incident, incident.id)
        assert (left.description, left.reporter_id, left.place_id) == ("", None, coarse)
        assert left.anonymised_on == clock.today()
        words = select(IncidentEvent.word).where(IncidentEvent.incident_id == left.id)
        assert set(db.scalars(words)) == {""}
        titles = db.scalars(select(schema.deadlines.Deadline.title)).all()
        assert titles
        assert not [title for title in titles if "Hall secret" in title]
    assert not [fault for faults in verify(town).values() for fault in faults]
    moment.forward(days=2 * 366)
    assert purge(town.database, town.storage).rows["anonymous_incidents"] == 1
    with town.database.reading() as db:
        assert db.get(Incident, incident.id) is None
        assert db.get_one(Incident, other.id).duplicate_of_id is None
    assert not [fault for faults in verify(town).values() for fault in faults]


def test_a_purge_is_written_down_with_its_counts_and_names_nobody(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        _person(db, town)
        _message(db, town)
    moment.forward(days=731)
    found = purge(town.database, town.storage)
    with town.database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "purge.run")).one()
        assert entry.details == {"accounts": 1}
        assert entry.actor_id is None
    lines = list(csv.reader(io.StringIO(table(found, rehearsed=False)), delimiter=";"))
    assert lines[1][1:6] == [
        "fait",
        "accounts",
        "Compte : adresses, nom choisi, quartier, preuves, clés",
        "1",
        "2026-06-02",
    ]
    assert len(lines) == 2
    purge(town.database, town.storage)
    with town.database.reading() as db:
        assert (
            len(db.scalars(select(AuditEntry).where(AuditEntry.action == "purge.run")).all()) == 1
        )


def test_more_than_one_batch_goes_too(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        for _number in range(22):
            _person(db, town)
    moment.forward(days=731)
    assert rehearse(town.database, town.storage).rows["accounts"] == 22
    assert purge(town.database, town.storage).rows["accounts"] == 22


@pytest.fixture
def absent(town: Services) -> Person:
    """Somebody who can be written to and has no office."""
    with town.database.transaction() as db:
        return make_person(db, email="nour@example.org", last_seen_on=clock.today())


def test_notice_is_given_thirty_days_before_an_unseen_account_is_closed(
    town: Services, moment: Moment, absent: Person
) -> None:
    ends = datetime(2028, 6, 2, 12, tzinfo=UTC)
    moment.move_to(ends - timedelta(days=31))
    assert purge(town.database, town.storage).notices == 0
    moment.forward(days=1)
    assert rehearse(town.database, town.storage).notices == 1
    assert [purge(town.database, town.storage).notices for _ in range(2)] == [1, 0]
    with town.database.reading() as db:
        message = db.scalars(select(OutboxMessage)).one()
        assert (message.kind, message.recipient) == ("account_closing", "nour@example.org")
    moment.forward(days=29)
    assert purge(town.database, town.storage).rows["accounts"] == 0
    moment.forward(days=1)
    assert purge(town.database, town.storage).rows["accounts"] == 1


def test_without_notice_nobody_who_can_be_reached_loses_the_account(
    town: Services, moment: Moment, absent: Person
) -> None:
    """The clock stood still for years: first the notice, then thirty days."""
    moment.forward(days=1500)
    first = purge(town.database, town.storage)
    assert (first.notices, first.rows["accounts"]) == (1, 0)
    moment.forward(days=30, minutes=1)
    assert purge(town.database, town.storage).rows["accounts"] == 1


def test_who_comes_back_after_the_notice_keeps_the_account(
    town: Services, moment: Moment, absent: Person
) -> None:
    moment.forward(days=705)
    purge(town.database, town.storage)
    with town.database.transaction() as db:
        db.execute(update(Person).values(last_seen_on=clock.today()))
    moment.forward(days=60)
    found = purge(town.database, town.storage)
    assert (found.notices, found.rows["accounts"]) == (0, 0)


def test_the_council_and_the_staff_are_not_closed(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        for role in (Role.COUNCIL, Role.AGENT):
            make_person(db, role)
        make_person(db, Role.COUNCIL, ends_on=clock.today())
    moment.forward(days=800)
    assert purge(town.database, town.storage).rows["accounts"] == 1
    with town.database.reading() as db:
        assert {m.role for m in db.scalars(select(Mandate).where(Mandate.ends_on.is_(None)))} == {
            "council",
            "agent",
        }


def test_the_notice_says_until_when_and_is_not_sent_to_who_came_back(
    town: Services, moment: Moment, absent: Person
) -> None:
    from engage.privacy.messages import render_closing

    moment.forward(days=705)
    purge(town.database, town.storage)
    with town.database.transaction() as db:
        message = db.scalars(select(OutboxMessage)).one()
        words = render_closing(db, message, "https://q.example.org")
        assert words is not None
        assert "6 juin 2028" in words.text
        assert "https://q.example.org/compte/connexion" in words.text
        message.channel = "sms"
        short = render_closing(db, message, "https://q.example.org")
        assert short is not None
        assert len(short.text) <= 160
        db.get_one(Person, absent.id).last_seen_on = clock.today()
        assert render_closing(db, message, "https://q.example.org") is None


def test_the_page_says_that_identities_are_kept_where_they_are(town: Services) -> None:
    config = dataclasses.replace(town.config, keep_identities=True)
    assert "retained_identities" in {rule.code for rule in retention.standing(config)}
    assert "retained_identities" not in {rule.code for rule in retention.standing(town.config)}


def test_contacts_stay_while_reminders_name_them(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        _digest(db, town)
        db.execute(update(ContactPerson).values(ended_at=clock.now() - timedelta(days=900)))
    moment.forward(days=400)
    assert purge(town.database, town.storage).rows["contacts"] == 0
