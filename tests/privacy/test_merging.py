"""Two accounts of one person become one: what moves, what is refused, what nobody forgets."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from engage import schema
from engage.accounts import commands, consents
from engage.accounts.models import ContactPoint, Mandate, Person, Role, SignIn
from engage.accounts.proofs import Passkey
from engage.accounts.residence import ResidenceProof
from engage.consultations.commands import cast_ballot
from engage.consultations.models import RollEntry, unit_of_person
from engage.consultations.sealing import jobs
from engage.consultations.sealing.models import SealedReceipt
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.fieldwork.models import Enquiry
from engage.incidents.models import Incident
from engage.privacy.merging import ACTS
from engage.proposals import commands as proposals
from engage.proposals.models import Endorsement, Proposal
from tests.accounts.test_recycled import newest_code
from tests.accounts.test_views import ask_code
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids
from tests.factories import make_person, neighbourhood
from tests.incidents.making import make_estate, make_incident
from tests.parallel import in_parallel
from tests.proposals.ideas import make_public

CARD = "K7QM-2DXA-PR4T"


@pytest.fixture
def two(town: Services) -> tuple[Person, Person]:
    """The account that is kept and the one that goes into it."""
    with town.database.transaction() as db:
        return (
            make_person(db, email="ici@example.org", public_name="Amina"),
            make_person(db, email="autre@example.org", public_name="Mina"),
        )


def prove(client: Browser, town: Services, kept: Person, email: str = "autre@example.org") -> str:
    """Prove to hold an address of the other account; returns the page that offers to merge."""
    client.sign_in(kept)
    page = client.submit("/compte/adresses", {"contact": email}).headers["Location"]
    return str(client.submit(page, {"code": newest_code(town)}).headers["Location"])


def merge(client: Browser, town: Services, kept: Person) -> None:
    client.submit(prove(client, town, kept), action="")


def test_every_column_that_names_a_person_is_thought_of() -> None:
    pointing = {
        f"{table.name}.{key.parent.name}"
        for table in schema.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    handled = {str(column.expression) for column in ACTS}
    assert handled == pointing | {"demo_people.person_id"}


def test_what_happens_is_said_before_and_nothing_is_done_by_looking(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    page = prove(client, town, two[0])
    client.get(page)
    for words in ("Vous avez deux comptes", "autre@example.org", "On ne peut pas les séparer"):
        assert words in client.text
    assert "Mina" not in client.text.replace("Amina", "")
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id)).where(Person.closed_at.is_(None))) == 2


def test_ideas_reports_supports_questions_and_ways_in_come_together(
    client: Browser, app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    kept, gone = two
    with town.database.transaction() as db:
        commands.issue_card(db, gone, CARD, key=app.services.secret_key)
        mine, theirs, both, only = (
            make_public(db, author=author, title=f"Idée {name}")
            for author, name in ((kept, "a"), (gone, "b"), (None, "c"), (None, "d"))
        )
        for idea, person in (
            (mine, gone),
            (theirs, kept),
            (both, kept),
            (both, gone),
            (only, gone),
        ):
            assert proposals.endorse(db, idea, person=person)
        incident = make_incident(db, make_estate(db))
        incident.reporter_id = gone.id
        db.add(
            Enquiry(person_id=gone.id, question="Où ?", channel="in_person", created_at=clock.now())
        )
        db.add(
            Mandate(
                person_id=gone.id,
                role=Role.COUNCIL.value,
                starts_on=date(2025, 1, 1),
                ends_on=date(2026, 1, 1),
            )
        )
        db.add(
            Passkey(
                person_id=gone.id,
                credential_id="x",
                public_key="y",
                name="Clé",
                created_at=clock.now(),
            )
        )
        numbers = (mine.id, theirs.id, both.id, only.id)
    merge(client, town, kept)
    with town.database.reading() as db:
        of = {
            model: db.scalar(select(func.count()).select_from(model).where(column == kept.id))
            for model, column in (
                (Proposal, Proposal.author_id),
                (Incident, Incident.reporter_id),
                (Enquiry, Enquiry.person_id),
                (ContactPoint, ContactPoint.person_id),
                (Mandate, Mandate.person_id),
                (Passkey, Passkey.person_id),
            )
        }
        assert list(of.values()) == [2, 1, 1, 3, 1, 0]
        supports = db.execute(select(Endorsement.proposal_id, Endorsement.person_id)).all()
        assert {tuple(row) for row in supports} == {(n, kept.id) for n in numbers[2:]}
        closed = db.get_one(Person, gone.id)
        assert (closed.merged_into_id, closed.public_name) == (kept.id, "")
        assert closed.closed_at is not None
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person.merge")).one()
        assert (entry.subject_id, entry.details) == (kept.id, {"merged_id": gone.id})
    for way in ("autre@example.org", "ici@example.org"):
        visitor = Browser(app)
        address, digits = ask_code(visitor, town, way)
        visitor.submit(address, {"code": digits})
        visitor.get("/compte")
        assert "Amina" in visitor.text


def test_a_card_of_the_other_account_proves_as_well(
    client: Browser, app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    kept, gone = two
    with town.database.transaction() as db:
        commands.issue_card(db, gone, CARD, key=app.services.secret_key)
    client.sign_in(kept)
    client.submit("/compte/adresses/carte", {"code": "AAAA-BBBB-CCCC"}, expects=422)
    page = client.submit("/compte/adresses/carte", {"code": CARD}).headers["Location"]
    client.submit(page, action="")
    client.submit("/compte/adresses/carte", {"code": CARD}, expects=422)
    assert "Vous l’avez déjà" in client.text


def test_other_devices_of_both_are_signed_out_and_all_addresses_told(
    client: Browser, app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    others = [Browser(app).sign_in(person) for person in two]
    merge(client, town, two[0])
    for other in others:
        other.get("/compte", expects=303)
    client.get("/compte")
    with town.database.reading() as db:
        told = select(OutboxMessage.recipient).where(OutboxMessage.kind == "address_notice")
        assert set(db.scalars(told)) == {"ici@example.org", "autre@example.org"}
        assert db.scalar(select(func.count()).where(SignIn.person_id == two[1].id)) == 0


def test_two_accounts_that_answered_one_question_stay_two(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    with town.database.transaction() as db:
        asked = make_consultation(db)
        for person in two:
            db.add(
                RollEntry(
                    question_id=asked.questions[0].id,
                    unit=unit_of_person(person.id),
                    consultation_id=asked.id,
                )
            )
    page = prove(client, town, two[0])
    client.get(page)
    assert "la même question d’un vote" in client.text
    client.get("/compte")
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    client.post(page, {"csrf_token": token}, expects=409)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id)).where(Person.closed_at.is_(None))) == 2
        assert db.scalar(select(func.count()).select_from(RollEntry)) == 2


def test_rights_to_vote_that_were_used_stay_used(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    kept, _gone = two
    with town.database.transaction() as db:
        ended = clock.now() - timedelta(days=1)
        asked = make_consultation(
            db, opens_at=ended - timedelta(days=7), closes_at=ended, sealed_at=clock.now()
        )
        for question, person in zip(asked.questions, two, strict=True):
            db.add(
                RollEntry(
                    question_id=question.id,
                    unit=unit_of_person(person.id),
                    consultation_id=asked.id,
                )
            )
    merge(client, town, kept)
    with town.database.reading() as db:
        units = db.scalars(select(RollEntry.unit)).all()
        assert units == [unit_of_person(kept.id)] * 2


def test_an_account_whose_vote_is_not_sealed_keeps_its_receipt_and_stays_apart(
    client: Browser, town: Services, two: tuple[Person, Person], moment: Moment
) -> None:
    kept, gone = two
    with town.database.transaction() as db:
        asked = make_consultation(db)
        first = asked.questions[0]
        unit, choices = unit_of_person(gone.id), option_ids(first, "Repas")
        cast = cast_ballot(db, first, unit=unit, choices=choices)
    page = prove(client, town, kept)
    client.get(page)
    assert "les résultats ne sont pas encore là" in client.text
    client.post(page, {"csrf_token": client.csrf_token()}, 409)
    moment.move_to(asked.closes_at + timedelta(hours=1))
    assert jobs.run(town.database)
    with town.database.reading() as db:
        assert db.scalars(select(SealedReceipt.receipt)).all() == [cast.receipt]


def test_an_account_with_a_mandate_is_not_carried_off(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    with town.database.transaction() as db:
        tomorrow = clock.today() + timedelta(days=1)
        make_person(db, Role.AGENT, email="agent@example.org", starts_on=tomorrow)
    page = prove(client, town, two[0], "agent@example.org")
    client.get(page)
    assert "a un rôle dans l’équipe" in client.text


def test_who_moved_keeps_only_proofs_of_the_neighbourhood_of_the_kept_account(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    with town.database.transaction() as db:
        here, there = neighbourhood(db), neighbourhood(db, "sainte-valerie")
        for person, hood in zip(two, (here, there), strict=True):
            db.merge(person, load=True).neighbourhood_id = hood.id
        db.add(ResidenceProof(person_id=two[1].id, level="letter", proven_on=clock.today()))
    merge(client, town, two[0])
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ResidenceProof)) == 0


def test_a_consent_that_was_withdrawn_is_not_given_again(
    client: Browser, town: Services, two: tuple[Person, Person]
) -> None:
    kept, gone = two
    with town.database.transaction() as db:
        for person in two:
            for purpose in ("lettre", "sms") if person is gone else ("lettre",):
                given = consents.give(db, person, purpose, actor_id=person.id)
                given.withdrawn_at = clock.now() if person is kept else None
    merge(client, town, kept)
    with town.database.reading() as db:
        standing = select(consents.Consent.purpose).where(
            consents.Consent.person_id == kept.id, consents.Consent.withdrawn_at.is_(None)
        )
        assert db.scalars(standing).all() == ["sms"]


def test_the_page_is_of_who_proved_the_address_and_works_once(
    client: Browser, app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    page = prove(client, town, two[0])
    with town.database.transaction() as db:
        stranger = make_person(db, email="c@example.org")
    Browser(app).sign_in(stranger).get(page, expects=404)
    Browser(app).get(page, expects=303)
    client.submit(page, action="")
    client.get(page, expects=404)


def _ready(app: Engage, town: Services, person: Person, email: str) -> tuple[Browser, str, dict]:
    browser = Browser(app)
    page = prove(browser, town, person, email)
    browser.get(page)
    assert browser.page is not None
    return browser, page, next(f for f in browser.page.forms if not f.action).fields


def test_two_merges_at_once_are_one(
    app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    """Each account wants to bring the other over: one does, the other is closed and signed out."""
    ready = [
        _ready(app, town, two[0], "autre@example.org"),
        _ready(app, town, two[1], "ici@example.org"),
    ]
    answers = in_parallel(lambda one: one[0].http.post(one[1], data=one[2]).status_code, ready)
    assert answers.count(303) == 1
    assert set(answers) <= {303, 403, 404, 409}
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Person.id)).where(Person.closed_at.is_(None))) == 1
        left = db.scalars(select(Person).where(Person.closed_at.is_(None))).one()
        owners = db.scalars(select(ContactPoint.person_id)).all()
        assert owners == [left.id] * 2


def test_one_account_is_brought_into_one_of_two_at_once(
    app: Engage, town: Services, two: tuple[Person, Person]
) -> None:
    with town.database.transaction() as db:
        third = make_person(db, email="c@example.org")
    ready = [_ready(app, town, person, "autre@example.org") for person in (two[0], third)]
    answers = in_parallel(lambda one: one[0].http.post(one[1], data=one[2]).status_code, ready)
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409}
