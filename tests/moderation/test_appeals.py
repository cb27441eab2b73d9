"""An author asks for a new reading: until when, who judges, what is kept, what is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage import clockwork
from engage.accounts.models import Person, Role
from engage.core import clock, photos
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.photos import StoredPhoto
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import Visibility
from engage.moderation import appeals, authoring, commands, notices
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_policy import last_day
from engage.moderation.appeals_workflow import TRANSITIONS, Action, Status
from engage.moderation.choices import Choice
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.notices import Complaint
from engage.moderation.notices_models import NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.rota_models import Rhythm
from engage.moderation.workflow import Action as Moderating
from engage.moderation.workflow import Status as ItemStatus
from engage.proposals.models import Proposal, ProposalRevision
from engage.proposals.workflow import Status as Life
from engage.proposals.writing import Rewording
from engage.territory import queries as territory
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item, make_public

BASE = "https://quartier.example"
WORD = "Je ne nomme personne."
ANSWER = "C’est vrai : personne n’est nommé."


@pytest.fixture
def author(db: Session) -> Person:
    return make_person(db, email="auteur@example.org")


@pytest.fixture
def judges(db: Session) -> list[Person]:
    return [make_person(db, Role.COUNCIL) for _ in range(3)]


@pytest.fixture
def refused(db: Session, author: Person, judges: list[Person]) -> ModerationItem:
    item = make_item(db, author=author)
    deciding.refuse(db, item, judges[0], judges[1])
    return item


def letter(db: Session, kind: str) -> str:
    message = db.scalars(select(OutboxMessage).filter_by(kind=kind)).one()
    made = clockwork.RENDERERS[kind](db, message, BASE)
    assert made is not None
    return f"{made.subject} {' '.join(made.text.split())}"


def test_the_author_asks_and_hears_until_when_it_is_answered(
    db: Session, author: Person, refused: ModerationItem, moment: Moment
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    assert appeal.due_at - appeal.created_at == timedelta(days=15)
    assert "mercredi 17 juin 2026 au plus tard" in letter(db, "appeal_received")


def test_it_is_asked_once(db: Session, author: Person, refused: ModerationItem) -> None:
    appeals.ask(db, refused, WORD, author=author)
    with pytest.raises(Conflict):
        appeals.ask(db, refused, "Encore.", author=author)


def test_nobody_else_asks_for_it(
    db: Session, judges: list[Person], refused: ModerationItem
) -> None:
    for person in (make_person(db), judges[2], make_person(db, Role.COORDINATOR)):
        with pytest.raises(Denied):
            appeals.ask(db, refused, WORD, author=person)


@pytest.mark.parametrize(
    ("decided", "last"),
    [
        (date(2026, 6, 2), date(2026, 8, 2)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2026, 11, 15), date(2027, 1, 15)),
    ],
)
def test_two_months_are_calendar_months(decided: date, last: date) -> None:
    assert last_day(datetime(decided.year, decided.month, decided.day, 12, tzinfo=UTC)) == last


def test_after_two_months_it_is_too_late(
    db: Session, author: Person, refused: ModerationItem, moment: Moment
) -> None:
    moment.move_to(datetime(2026, 8, 3, 8, tzinfo=UTC))
    with pytest.raises(Denied):
        appeals.ask(db, refused, WORD, author=author)
    moment.move_to(datetime(2026, 8, 2, 20, tzinfo=UTC))
    appeals.ask(db, refused, WORD, author=author)


def test_what_is_public_or_waits_has_no_appeal(db: Session, author: Person) -> None:
    item = make_item(db, author=author)
    with pytest.raises(Denied):
        appeals.ask(db, item, WORD, author=author)
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    with pytest.raises(Denied):
        appeals.ask(db, item, WORD, author=author)


def test_another_member_publishes_and_both_decisions_are_kept(
    db: Session, author: Person, judges: list[Person], refused: ModerationItem
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    appeals.overturn(db, appeal, judge=judges[2], version=appeal.version, answer=ANSWER)
    idea = db.get_one(Proposal, refused.subject_id)
    assert (idea.visibility, idea.status) == (Visibility.PUBLIC, Life.PUBLISHED)
    assert appeal.judge_id == judges[2].id
    assert refused.status is ItemStatus.REFUSED
    assert db.scalar(select(func.count(Decision.id)).filter_by(item_id=refused.id)) == 2
    words = letter(db, "appeal_answered")
    assert "Votre texte est publié après une nouvelle lecture" in words
    assert ANSWER in words


def test_another_member_confirms_and_says_why(
    db: Session, author: Person, judges: list[Person], refused: ModerationItem
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    with pytest.raises(InvalidInput):
        appeals.uphold(db, appeal, judge=judges[2], version=appeal.version, answer=" ")
    appeals.uphold(db, appeal, judge=judges[2], version=appeal.version, answer="Le nom y est.")
    assert db.get_one(Proposal, refused.subject_id).visibility is Visibility.HIDDEN
    assert "le refus est confirmé" in letter(db, "appeal_answered")


def test_who_decided_first_or_stepped_back_does_not_judge(
    db: Session, author: Person, judges: list[Person], refused: ModerationItem
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    for judge in (*judges[:2], author, make_person(db), make_person(db, Role.MEDIATOR)):
        with pytest.raises(Denied):
            appeals.overturn(db, appeal, judge=judge, version=appeal.version, answer=ANSWER)


def test_the_coordinator_judges_where_nobody_else_can_or_when_time_runs_out(
    db: Session, author: Person, judges: list[Person], refused: ModerationItem, moment: Moment
) -> None:
    claire = make_person(db, Role.COORDINATOR)
    appeal = appeals.ask(db, refused, WORD, author=author)
    with pytest.raises(Denied):
        appeals.uphold(db, appeal, judge=claire, version=appeal.version, answer=ANSWER)
    pause = Rhythm(
        person_id=judges[2].id,
        quiet_from=20,
        quiet_until=9,
        weekends=False,
        duty_days=127,
        paused_until=date(2026, 7, 1),
    )
    db.add(pause)
    db.flush()
    assert appeals.nobody_else(db, refused)
    assert appeals.waiting(db, claire)[0].mine_to_judge
    db.delete(pause)
    db.flush()
    assert not appeals.waiting(db, claire)[0].mine_to_judge
    moment.forward(days=10)
    appeals.uphold(db, appeal, judge=claire, version=appeal.version, answer=ANSWER)


def test_an_appeal_is_judged_once(
    db: Session, author: Person, judges: list[Person], refused: ModerationItem
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    shown = appeal.version
    appeals.uphold(db, appeal, judge=judges[2], version=shown, answer=ANSWER)
    other = make_person(db, Role.COUNCIL)
    with pytest.raises(Conflict):
        appeals.overturn(db, appeal, judge=other, version=shown, answer=ANSWER)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_only_the_moves_of_the_table_are_possible(status: Status, action: Action) -> None:
    assert ((status, action) in TRANSITIONS) == (status is Status.OPEN)


def test_a_hidden_text_comes_back_after_an_appeal_and_reporters_hear_it(
    db: Session, author: Person, judges: list[Person]
) -> None:
    idea = make_public(db, author=author)
    target = REPORTABLE["proposals"].find(db, idea.id)
    assert target is not None
    reason = deciding.grounds(db).reason
    complaint = Complaint(reason, "Un nom.", email="sam@example.org")
    notice = notices.send(db, target, complaint, reporter=None)
    item = notices.item_of(db, db.get_one(NoticeCase, notice.case_id))
    assert item is not None
    deciding.refuse(db, item, judges[0], judges[1])
    assert idea.visibility is Visibility.HIDDEN
    appeal = appeals.ask(db, item, WORD, author=author)
    appeals.overturn(db, appeal, judge=judges[2], version=appeal.version, answer=ANSWER)
    assert idea.visibility is Visibility.PUBLIC
    told = select(func.count(OutboxMessage.id)).filter_by(
        kind="notice_answered", recipient="sam@example.org"
    )
    assert db.scalar(told) == 2
    again = db.scalars(select(OutboxMessage).filter_by(kind="text_reported_decided")).all()
    assert len(again) == 1


def test_a_text_taken_back_ends_its_appeal(
    db: Session, author: Person, refused: ModerationItem
) -> None:
    appeal = appeals.ask(db, refused, WORD, author=author)
    appeals.end(db, [refused], actor_id=author.id)
    assert (appeal.status, appeal.word, appeal.author_id) == (Status.WITHDRAWN, "", None)


@pytest.fixture
def people(town: Services) -> tuple[Person, list[Person], int]:
    """The author, three members and the refused item, in a town."""
    with town.database.transaction() as db:
        author = make_person(db, email="auteur@example.org")
        members = [make_person(db, Role.COUNCIL) for _ in range(3)]
        item = make_item(db, author=author, title="Le jardin de Karim")
        deciding.refuse(db, item, members[0], members[1])
        return author, members, item.id


def test_the_author_asks_on_a_page_and_reads_the_answer_there(
    app: Engage, town: Services, people: tuple[Person, list[Person], int]
) -> None:
    author, members, item_id = people
    mine, address = Browser(app).sign_in(author), f"/nouvelle-lecture/{item_id}"
    mine.get(address)
    assert "Vous pouvez demander jusqu’au dimanche 2 août 2026." in mine.text
    mine.submit(address, {"word": " "}, 422)
    assert "Expliquez en une phrase pourquoi." in mine.text
    mine.submit(address, {"word": WORD})
    mine.get(address)
    assert "Réponse le mercredi 17 juin au plus tard" in mine.text
    judge = Browser(app).sign_in(members[2])
    judge.get("/moderation/recours")
    assert judge.page is not None
    (link,) = (link for link in judge.page.links if link.startswith("/moderation/recours/"))
    judge.get(link)
    assert "Le jardin de Karim" in judge.text
    assert WORD in judge.text
    judge.submit(link, {"answer": ANSWER}, 422)
    judge.submit(link, {"choice": "publier", "answer": ANSWER})
    mine.get(address)
    assert "Publié après une nouvelle lecture" in mine.text
    assert ANSWER in mine.text
    with town.database.reading() as db:
        assert db.scalars(select(Proposal.visibility)).one() is Visibility.PUBLIC


def test_who_decided_first_reads_nothing_of_it_and_can_not_judge(
    app: Engage, town: Services, people: tuple[Person, list[Person], int]
) -> None:
    author, members, item_id = people
    with town.database.transaction() as db:
        item = db.get_one(ModerationItem, item_id)
        appeal_id = appeals.ask(db, item, WORD, author=author).id
    browser, address = Browser(app).sign_in(members[0]), f"/moderation/recours/{appeal_id}"
    browser.get(address)
    assert "Vous étiez dans la première décision." in browser.text
    assert WORD not in browser.text
    token = {"csrf_token": browser.csrf_token(), "version": "1", "choice": "publier"}
    browser.post(address, token | {"answer": ANSWER}, expects=403)
    with town.database.reading() as db:
        assert db.scalars(select(Appeal.status)).one() is Status.OPEN


def test_another_persons_refusal_is_not_found(
    app: Engage, town: Services, people: tuple[Person, list[Person], int]
) -> None:
    _author, members, item_id = people
    for person in (members[0], members[2]):
        Browser(app).sign_in(person).get(f"/nouvelle-lecture/{item_id}", expects=404)
    answer = Browser(app).get(f"/nouvelle-lecture/{item_id}", expects=303)
    assert "connexion" in answer.headers["Location"]
    assert clock.today()


def test_an_idea_that_is_taken_back_takes_reports_appeals_and_their_words_along(
    db: Session, author: Person, judges: list[Person]
) -> None:
    idea = make_public(db, author=author)
    target = REPORTABLE["proposals"].find(db, idea.id)
    assert target is not None
    complaint = Complaint(deciding.grounds(db).reason, "Karim y est nommé.")
    notice = notices.send(db, target, complaint, reporter=None)
    item = notices.item_of(db, db.get_one(NoticeCase, notice.case_id))
    assert item is not None
    deciding.refuse(db, item, *judges[:2], why=deciding.grounds(db, "bancs"))
    appeal = appeals.ask(db, item, WORD, author=author)
    commands.withdraw(db, idea, author=author)
    db.expire_all()
    assert (appeal.status, appeal.word) == (Status.WITHDRAWN, "")
    assert notice.explanation == ""
    assert db.scalars(select(Decision.excerpt).filter_by(item_id=item.id)).all() == ["", ""]
    assert item.author_id is None


def test_what_was_sent_to_another_service_may_be_read_again(
    db: Session, author: Person, judges: list[Person]
) -> None:
    item = make_item(db, author=author)
    grounds, town = deciding.grounds(db), territory.town(db)
    door = next(d["code"] for d in town.contacts_to_call if not d["always_shown"])
    choice = Choice(Moderating.REDIRECT, grounds=grounds, contact=door)
    deciding.decide(db, item, judges[0], choice)
    assert item.status is ItemStatus.REDIRECTED
    appeal = appeals.ask(db, item, WORD, author=author)
    appeals.overturn(db, appeal, judge=judges[1], version=appeal.version, answer=ANSWER)
    assert db.get_one(Proposal, item.subject_id).visibility is Visibility.PUBLIC


NUMBER = "06 39 98 00 09"


def test_a_number_stays_masked_whoever_publishes(
    db: Session, author: Person, judges: list[Person]
) -> None:
    item = make_item(db, author=author, title=f"Appelez {NUMBER}", text=f"Écrivez au {NUMBER}.")
    deciding.refuse(db, item, judges[0], judges[1])
    appeal = appeals.ask(db, item, WORD, author=author)
    appeals.overturn(db, appeal, judge=judges[2], version=appeal.version, answer=ANSWER)
    idea = db.get_one(Proposal, item.subject_id)
    assert idea.visibility is Visibility.PUBLIC
    public = db.scalars(
        select(ProposalRevision).where(ProposalRevision.id == idea.published_revision_id)
    ).one()
    assert NUMBER not in f"{public.title} {public.body} {public.body_html}"
    assert "Écrivez au" in public.body


def test_who_judges_sees_no_number_either_but_each_photo(app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        members = [make_person(db, Role.COUNCIL) for _ in range(3)]
        photo = photos.keep(db, StoredPhoto(key="a" * 32, width=40, height=30))
        item = make_item(db, text=f"Écrivez au {NUMBER}.", photo_ids=[photo.id])
        deciding.refuse(db, item, members[0], members[1])
        writer = db.get_one(Person, item.author_id)
        appeal = appeals.ask(db, item, WORD, author=writer)
        appeal_id, key = appeal.id, photo.key
    judge = Browser(app).sign_in(members[2])
    shown = judge.get(f"/moderation/recours/{appeal_id}").text
    assert NUMBER not in shown
    assert f"/photos/{key}" in shown


def test_later_words_that_are_public_are_not_replaced_by_those_of_an_appeal(
    db: Session, author: Person, judges: list[Person]
) -> None:
    idea = make_public(db, author=author)
    edits = []
    for title in ("Un mur", "Une fontaine"):
        edits.append(authoring.edit(db, idea, Rewording(title, "Là.", "fr"), author=author))
        if title == "Un mur":
            deciding.refuse(db, edits[0], judges[0], judges[1])
    deciding.publish(db, edits[1], judges[1])
    appeal = appeals.ask(db, edits[0], WORD, author=author)
    with pytest.raises(Conflict):
        appeals.overturn(db, appeal, judge=judges[2], version=appeal.version, answer=ANSWER)
    assert idea.published_revision_id == edits[1].revision_id
