"""Words and photos of problems: public only when proposed and agreed, never closed ones."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.models import Person, Role
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import Visibility
from engage.incidents.models import Incident
from engage.moderation import incident_words, queue, reading
from engage.moderation.incident_words_models import IncidentPublication, Shown
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status
from tests.browsing import Browser
from tests.factories import make_person
from tests.incidents.making import make_estate, make_incident
from tests.moderation import deciding

WORDS = "Le lampadaire clignote depuis une semaine."


def make_report(db: Session, **values: object) -> Incident:
    return make_incident(db, make_estate(db), description=WORDS, **values)


@pytest.fixture
def claire(db: Session) -> Person:
    return make_person(db, Role.COORDINATOR)


def item_of(db: Session) -> ModerationItem:
    wanted = select(ModerationItem).options(selectinload(ModerationItem.decisions))
    return db.scalars(wanted).one()


def test_no_report_enters_the_queue_by_itself(db: Session) -> None:
    report = make_report(db)
    assert db.scalars(select(ModerationItem)).all() == []
    assert incident_words.published(db, report) is None


def test_what_the_coordinator_proposes_is_public_once_the_council_agrees(
    db: Session, claire: Person
) -> None:
    report = make_report(db)
    incident_words.propose(db, report, Shown.WORDS, person=claire)
    assert incident_words.published(db, report) is None
    deciding.publish(db, item_of(db), make_person(db, Role.COUNCIL))
    shown = incident_words.published(db, report)
    assert shown is not None
    assert shown.words == WORDS


def test_what_two_members_refuse_stays_where_it_was(db: Session, claire: Person) -> None:
    report = make_report(db)
    made = incident_words.propose(db, report, Shown.WORDS, person=claire)
    deciding.refuse(db, item_of(db), *(make_person(db, Role.COUNCIL) for _ in range(2)))
    assert made.visibility is Visibility.HIDDEN
    assert incident_words.published(db, report) is None
    with pytest.raises(Conflict):
        incident_words.propose(db, report, Shown.WORDS, person=claire)


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AGENT, Role.MEDIATOR, Role.ADMIN, None])
def test_the_coordinator_alone_proposes(db: Session, role: Role | None) -> None:
    person = make_person(db, *([role] if role else []))
    with pytest.raises(Denied):
        incident_words.propose(db, make_report(db), Shown.WORDS, person=person)


def test_the_closed_circuit_is_never_proposed_and_never_shown(db: Session, claire: Person) -> None:
    report = make_report(db)
    incident_words.propose(db, report, Shown.WORDS, person=claire)
    report.listed = False
    db.flush()
    item = item_of(db)
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    assert item.status is Status.WAITING
    assert incident_words.published(db, report) is None
    with pytest.raises(Denied):
        incident_words.propose(db, report, Shown.WORDS, person=claire)


def test_what_is_not_there_is_not_proposed(db: Session, claire: Person) -> None:
    report = make_report(db)
    with pytest.raises(InvalidInput):
        incident_words.propose(db, report, Shown.PHOTO, person=claire)
    report.description = ""
    with pytest.raises(InvalidInput):
        incident_words.propose(db, report, Shown.WORDS, person=claire)


def test_words_that_go_are_published_no_more(db: Session, claire: Person) -> None:
    report = make_report(db)
    incident_words.propose(db, report, Shown.WORDS, person=claire)
    deciding.publish(db, item_of(db), make_person(db, Role.COUNCIL))
    report.description = ""
    db.flush()
    assert incident_words.published(db, report) is None


def test_what_is_under_a_veil_is_looked_at_before_it_is_published(
    db: Session, claire: Person
) -> None:
    report, member = make_report(db), make_person(db, Role.COUNCIL)
    report.description = "Karim est un voleur."
    incident_words.propose(db, report, Shown.WORDS, person=claire)
    item = item_of(db)
    with pytest.raises(InvalidInput):
        deciding.publish(db, item, member)
    reading.reveal(db, item, "words", moderator=member)
    deciding.publish(db, item, member)
    assert item.status is Status.PUBLISHED


def test_who_reported_it_does_not_judge_it(db: Session, claire: Person) -> None:
    member = make_person(db, Role.COUNCIL)
    report = make_report(db)
    report.reporter_id = member.id
    incident_words.propose(db, report, Shown.WORDS, person=claire)
    assert queue.next_free(db, member) is None


def test_from_the_desk_to_the_public_page(app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        claire, member = make_person(db, Role.COORDINATOR), make_person(db, Role.COUNCIL)
        reference = make_report(db).reference
    desk, visitor = Browser(app).sign_in(claire), Browser(app)
    visitor.get(f"/signalements/{reference}")
    assert WORDS not in visitor.text
    desk.get(f"/gup/{reference}")
    address = f"/moderation/signalement/{reference}"
    assert desk.page is not None
    assert address in desk.page.links
    desk.submit(address, {"shown": "photo"}, 422)
    assert "Ce signalement n’a pas de photo." in desk.text
    desk.submit(address, {"shown": "words"})
    with town.database.transaction() as db:
        deciding.publish(db, item_of(db), db.merge(member))
        assert db.scalars(select(IncidentPublication.visibility)).one() is Visibility.PUBLIC
    visitor.get(f"/signalements/{reference}")
    assert WORDS in visitor.text
