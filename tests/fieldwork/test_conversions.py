"""Between the contents: nothing is lost, and no word goes where its author did not want it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations.making import queries as making
from engage.consultations.making.commands import announce_draft
from engage.consultations.models import Option, Question, QuestionKind
from engage.core import clock, photos
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.storage import Storage
from engage.core.words import Visibility
from engage.fieldwork import conversions, voted_ideas
from engage.incidents import choices
from engage.incidents import commands as incidents
from engage.incidents import queries as reports
from engage.incidents.models import Circuit, Incident, IncidentKind, IncidentPhoto
from engage.incidents.workflow import Status as ReportStatus
from engage.moderation import notices
from engage.moderation import queries as moderation
from engage.moderation.choices import Changes, Choice
from engage.moderation.models import ModerationItem
from engage.moderation.notices import Complaint
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.workflow import Action
from engage.moderation.workflow import Status as ItemStatus
from engage.privacy import commands as privacy
from engage.proposals import commands, queries
from engage.proposals.models import Proposal, ProposalPhoto
from engage.proposals.news import Happening, ProposalEvent
from engage.proposals.workflow import Status
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation
from tests.consultations.making.drafts import asked, made
from tests.factories import make_person, make_place
from tests.moderation import deciding
from tests.proposals.ideas import make_idea, make_item, make_public


def lamp(db: Session) -> IncidentKind:
    return db.scalars(select(IncidentKind).where(IncidentKind.code == "ECL01")).one()


def converted(db: Session, idea: Proposal, **values: object) -> Incident:
    place, council = make_place(db), make_person(db, Role.COUNCIL)
    given = {"kind": lamp(db), "place": place, "person": council} | values
    return conversions.to_report(db, idea, **given)  # type: ignore[arg-type]


def kept_photo(db: Session, storage: Storage) -> int:
    key = storage.new_key()
    storage.put(key, b"x")
    return photos.keep(db, photos.StoredPhoto(key, 4, 3)).id


def test_an_idea_becomes_a_report_that_its_author_follows(db: Session, storage: Storage) -> None:
    author = make_person(db, email="a@example.org")
    photo = kept_photo(db, storage)
    idea = make_public(db, author=author, title="Réparer le lampadaire", photo_ids=[photo])
    incident = converted(db, idea)
    assert (idea.status, idea.visibility) == (Status.CONVERTED, Visibility.HIDDEN)
    assert "Réparer le lampadaire" in incident.description
    assert incident.reporter_id == author.id
    assert db.scalars(select(IncidentPhoto.photo_id)).all() == [photo]
    assert db.scalars(select(ProposalPhoto.photo_id)).all() == []
    message = db.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "idea_became_report")
    ).one()
    found = reports.followed(db, message.secret)
    assert found is not None
    assert found.is_reporter
    privacy.withdraw_report(db, incident, reporter=author)
    assert incident.description == ""


def test_nobody_reads_an_idea_that_became_a_report_before_it_was_read(db: Session) -> None:
    item = make_item(db)
    converted(db, db.get_one(Proposal, item.subject_id))
    assert (item.status, item.in_queue) == (ItemStatus.WITHDRAWN, False)


def test_its_address_leads_to_the_report(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        idea = make_public(db)
        incident = converted(db, idea)
        id_, reference = idea.id, incident.reference
    answer = client.get(f"/propositions/{id_}", expects=302)
    assert answer.headers["Location"] == f"/signalements/{reference}"
    client.get(answer.headers["Location"])
    assert "Deux bancs près des jeux" not in client.text


def test_nothing_goes_to_the_closed_circuit(db: Session) -> None:
    closed = db.scalars(select(IncidentKind).where(IncidentKind.circuit != Circuit.OPEN)).first()
    idea = make_public(db)
    with pytest.raises(InvalidInput):
        converted(db, idea, kind=closed)
    assert idea.visibility is Visibility.PUBLIC
    assert {kind.circuit for kind in choices.open_kinds(db)} == {Circuit.OPEN}


def test_only_the_council_and_the_coordinator_convert(db: Session) -> None:
    for role in (Role.RESIDENT, Role.AGENT, Role.MEDIATOR, Role.ADMIN):
        with pytest.raises(Denied):
            converted(db, make_public(db), person=make_person(db, role))


def test_it_was_an_idea_all_the_same(db: Session, storage: Storage) -> None:
    neighbour, coordinator = make_person(db), make_person(db, Role.COORDINATOR)
    photo = kept_photo(db, storage)
    idea = make_public(db, photo_ids=[photo])
    commands.endorse(db, idea, person=neighbour)
    incident = converted(db, idea)
    conversions.back_to_idea(db, incident, person=coordinator)
    assert (idea.status, idea.visibility) == (Status.PUBLISHED, Visibility.PUBLIC)
    assert queries.endorsement_of(db, idea, neighbour) is not None
    assert db.scalars(select(ProposalPhoto.photo_id)).all() == [photo]
    assert incident.status is ReportStatus.REDIRECTED
    with pytest.raises(Conflict):
        conversions.back_to_idea(db, incident, person=coordinator)


def test_what_nobody_had_read_comes_back_by_its_author_only(db: Session) -> None:
    incident = converted(db, make_idea(db))
    with pytest.raises(Conflict):
        conversions.back_to_idea(db, incident, person=make_person(db, Role.COORDINATOR))


def test_words_that_were_taken_back_with_the_report_do_not_come_back(db: Session) -> None:
    author = make_person(db)
    idea = make_public(db, author=author)
    incident = converted(db, idea)
    privacy.withdraw_report(db, incident, reporter=author)
    with pytest.raises(Conflict):
        conversions.back_to_idea(db, incident, person=make_person(db, Role.COORDINATOR))
    assert idea.visibility is Visibility.HIDDEN


def test_what_the_council_hides_meanwhile_does_not_come_back(db: Session) -> None:
    idea = make_public(db)
    target, why = REPORTABLE["proposals"].find(db, idea.id), deciding.grounds(db).reason
    assert target is not None
    notices.send(db, target, Complaint(why, "Elle est nommée."), reporter=None)
    incident = converted(db, idea)
    item = moderation.item(db, db.scalars(select(ModerationItem.id)).one())
    assert item is not None
    deciding.refuse(db, item, *(make_person(db, Role.COUNCIL) for _ in range(2)))
    with pytest.raises(Conflict):
        conversions.back_to_idea(db, incident, person=make_person(db, Role.COORDINATOR))
    assert idea.visibility is Visibility.HIDDEN


def reported(
    db: Session, *, words: str = "Il manque un banc.", **values: object
) -> tuple[Incident, str]:
    report = incidents.Report(lamp(db), make_place(db), words)
    return incidents.submit(db, report, **values)  # type: ignore[arg-type]


def test_a_report_becomes_an_idea_when_its_author_agrees(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        reporter = make_person(db, email="a@example.org")
        incident, token = reported(db, reporter=reporter)
        conversions.ask_author(db, incident, person=make_person(db, Role.COORDINATOR))
        reference = incident.reference
    browser = Browser(client.app).sign_in(reporter)
    browser.get(f"/suivi/{token}")
    assert "une bonne idée pour le quartier" in browser.text
    browser.get(f"/suivi/{token}/idee")
    browser.submit(f"/suivi/{token}/idee", {"title": "Un banc ici", "text": "Il en manque un."})
    with town.database.reading() as db:
        idea = db.scalars(select(Proposal)).one()
        assert (idea.author_id, idea.visibility) == (reporter.id, Visibility.PENDING)
        assert db.scalars(select(ModerationItem.subject_id)).all() == [idea.id]
        incident = db.scalars(select(Incident).where(Incident.reference == reference)).one()
        assert incident.status is ReportStatus.REDIRECTED
    browser.get(f"/suivi/{token}/idee", expects=404)


def test_a_reporter_without_account_says_who_they_are_last(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        incident, token = reported(db)
        conversions.ask_author(db, incident, person=make_person(db, Role.COORDINATOR))
    answer = client.submit(f"/suivi/{token}/idee", {"title": "Un banc"})
    assert "/compte/connexion?brouillon=" in answer.headers["Location"]
    with town.database.reading() as db:
        assert db.scalars(select(Proposal)).all() == []


def test_nobody_is_asked_twice_nor_without_words_nor_by_somebody_else(db: Session) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    silent, _token = reported(db, words="")
    with pytest.raises(Conflict):
        conversions.ask_author(db, silent, person=coordinator)
    incident, _token = reported(db)
    with pytest.raises(Denied):
        conversions.ask_author(db, incident, person=make_person(db, Role.COUNCIL))
    conversions.ask_author(db, incident, person=coordinator)
    with pytest.raises(Conflict):
        conversions.ask_author(db, incident, person=coordinator)


def question_to_come(db: Session, **dates: object) -> Question:
    asked = make_consultation(db, **dates)
    return next(one for one in conversions.open_questions(db) if one.consultation_id == asked.id)


def test_an_idea_is_put_to_a_vote_before_the_last_answer(client: Browser, town: Services) -> None:
    now = clock.now()
    with town.database.transaction() as db:
        idea = make_public(db, title="Un kiosque à livres")
        question = question_to_come(db, opens_at=now + timedelta(days=3))
        council = make_person(db, Role.COUNCIL)
        conversions.put_to_vote(db, idea, question, person=council)
        db.refresh(question, ["options"])
        with pytest.raises(InvalidInput):
            conversions.put_to_vote(db, idea, question, person=council)
        consultation, number = question.consultation_id, idea.id
        options = db.scalars(select(Option).order_by(Option.position)).all()
        assert [option.is_none for option in options][-1]
        assert options[-2].proposal_id == idea.id
    client.get(f"/concertations/{consultation}")
    assert client.page is not None
    assert f"/propositions/{number}" in client.page.links
    client.get(f"/propositions/{number}")
    assert client.page is not None
    assert f"/concertations/{consultation}" in client.page.links


def test_an_open_vote_does_not_grow(db: Session) -> None:
    now, idea = clock.now(), make_public(db)
    question = question_to_come(db, opens_at=now + timedelta(days=3))
    question.consultation.opens_at = now + timedelta(minutes=30)
    with pytest.raises(Conflict):
        conversions.put_to_vote(db, idea, question, person=make_person(db, Role.COUNCIL))
    assert conversions.open_questions(db) == []


def test_an_idea_taken_back_leaves_a_vote_that_is_not_open(db: Session) -> None:
    author = make_person(db)
    idea = make_public(db, author=author)
    question = question_to_come(db, opens_at=clock.now() + timedelta(days=3))
    conversions.put_to_vote(db, idea, question, person=make_person(db, Role.COUNCIL))
    privacy.withdraw_idea(db, db.get_one(Proposal, idea.id), author=db.get_one(Person, author.id))
    assert db.scalars(select(Option).where(Option.proposal_id.is_not(None))).all() == []
    assert "Des bancs à l’ombre" not in [o.label["fr"] for o in db.scalars(select(Option))]


def put_to_vote(db: Session, idea: Proposal) -> Option:
    question = question_to_come(db, opens_at=clock.now() + timedelta(days=3))
    return conversions.put_to_vote(db, idea, question, person=make_person(db, Role.COUNCIL))


def report(db: Session, idea: Proposal) -> ModerationItem:
    target = REPORTABLE["proposals"].find(db, idea.id)
    assert target is not None
    complaint = Complaint(moderation.reasons(db)[0], "Ces mots blessent.")
    notices.send(db, target, complaint, reporter=None)
    id_ = db.scalar(select(ModerationItem.id).where(ModerationItem.subject_type == "notices"))
    item = moderation.item_to_decide(db, id_ or 0)
    assert item is not None
    return item


def mask_title(db: Session, item: ModerationItem) -> None:
    choice = Choice(Action.PUBLISH_MASKED, deciding.grounds(db), changes=Changes(title=[(4, 9)]))
    deciding.decide(db, item, make_person(db, Role.COUNCIL), choice)


@pytest.mark.parametrize("is_open", [False, True])
def test_masked_words_of_an_idea_are_in_no_vote(
    db: Session, moment: Moment, *, is_open: bool
) -> None:
    idea = make_public(db, title="Des bancs à l’ombre")
    option = put_to_vote(db, idea)
    if is_open:
        moment.forward(days=4)
    mask_title(db, report(db, idea))
    db.refresh(option)
    assert "bancs" not in option.label["fr"]
    assert option.label["fr"].startswith("Des ")


@pytest.mark.parametrize("is_open", [False, True])
def test_a_hidden_idea_leaves_a_vote_to_come_and_only_its_words_an_open_one(
    db: Session, moment: Moment, *, is_open: bool
) -> None:
    idea = make_public(db)
    option_id = put_to_vote(db, idea).id
    if is_open:
        moment.forward(days=4)
    deciding.refuse(db, report(db, idea), *(make_person(db, Role.COUNCIL) for _ in range(2)))
    db.expire_all()
    option = db.get(Option, option_id)
    assert (option and option.label) == ({"fr": f"Idée n° {idea.id}"} if is_open else None)


def test_what_is_shown_again_is_said_again_in_votes(db: Session) -> None:
    idea = make_public(db, title="Un kiosque")
    option = put_to_vote(db, idea)
    REPORTABLE["proposals"].hide(db, idea.id, actor_id=None)
    assert option.label == {"fr": f"Idée n° {idea.id}"}
    REPORTABLE["proposals"].show(db, idea.id, actor_id=None)
    assert option.label == {"fr": "Un kiosque"}


def test_an_idea_in_a_draft_is_told_of_when_the_vote_is_announced(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        idea, draft, council = make_public(db), made(db), make_person(db, Role.COUNCIL)
        [question] = [q for q in conversions.open_questions(db) if q.consultation_id == draft.id]
        conversions.put_to_vote(db, idea, question, person=council)
    assert voted_ideas.tell(town.database) == 0
    with town.database.transaction() as db:
        found = making.consultation(db, draft.id)
        assert found is not None
        announce_draft(db, found, version=found.version, actor=make_person(db, Role.COORDINATOR))
    assert voted_ideas.tell(town.database) == 0
    moment.move_to(draft.announced_at)
    assert (voted_ideas.tell(town.database), voted_ideas.tell(town.database)) == (1, 0)
    with town.database.reading() as db:
        told = select(ProposalEvent).where(ProposalEvent.kind == Happening.PUT_TO_VOTE)
        [event] = db.scalars(told)
        assert (event.proposal_id, event.details) == (idea.id, {"consultation_id": draft.id})


def test_only_questions_with_a_list_take_an_idea(db: Session) -> None:
    kinds = [*QuestionKind]
    draft = made(db, *(asked("A", "B", kind=kind) for kind in kinds))
    offered = [q.kind for q in conversions.open_questions(db) if q.consultation_id == draft.id]
    assert offered == [
        QuestionKind.SINGLE,
        QuestionKind.APPROVAL,
        QuestionKind.FAVOURITES,
        QuestionKind.JUDGMENT,
    ]
    idea, yes_no = make_public(db), draft.questions[0]
    with pytest.raises(Conflict):
        conversions.put_to_vote(db, idea, yes_no, person=make_person(db, Role.COUNCIL))
