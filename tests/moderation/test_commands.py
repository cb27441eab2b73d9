"""What the council's commands do, and what two members at once can not do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.commands import keep_draft
from engage.accounts.models import ContactPoint, Draft, Person, Role
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import Visibility
from engage.core.workflow import advance
from engage.moderation import commands, desk, messages, queries
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.workflow import TRANSITIONS, Action, Status
from engage.proposals.models import Proposal
from engage.proposals.workflow import Status as Life
from tests.conftest import Moment
from tests.factories import make_person, neighbourhood
from tests.moderation.deciding import grounds, propose_refusal, publish, refuse, settle_town
from tests.proposals.ideas import make_item

BASE = "https://quartier.example"


@pytest.fixture
def member(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


@pytest.fixture
def other(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


def letter(db: Session, kind: str) -> tuple[str, str]:
    """Subject and text of the message of this kind, blanks folded."""
    message = db.scalars(select(OutboxMessage).filter_by(kind=kind)).one()
    made = messages.RENDERERS[kind](db, message, BASE)
    assert made is not None
    return made.subject, " ".join(made.text.split())


def test_an_idea_from_a_draft_enters_the_queue_for_72_hours(db: Session, moment: Moment) -> None:
    author = make_person(db, email="nour@example.org")
    place = neighbourhood(db).id
    idea = commands.proposals.Idea("Un banc", "Ici.", place)
    keep_draft(db, "proposal", idea.payload())
    draft = db.scalars(select(Draft)).one()
    url = commands.receive_proposal(db, draft, author)
    item = db.scalars(select(ModerationItem)).one()
    assert url == f"/propositions/{item.subject_id}-un-banc"
    assert (item.due_at - moment.now).total_seconds() == 72 * 3600
    subject, text = letter(db, "idea_received")
    assert "Un banc" in subject
    assert "vendredi 5 juin 2026 (72 h)" in text
    assert f"{BASE}/propositions/{item.subject_id}" in text


def test_publishing_makes_the_idea_public_and_tells_the_author(db: Session, member: Person) -> None:
    item = make_item(db, author=make_person(db, email="nour@example.org"))
    publish(db, item, member)
    proposal = db.get_one(Proposal, item.subject_id)
    assert proposal.visibility is Visibility.PUBLIC
    assert item.status is Status.PUBLISHED
    assert "Tout le monde peut la lire" in letter(db, "idea_published")[1]


def test_a_refusal_by_two_members_gives_its_author_the_statement_of_reasons(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db, author=make_person(db, email="nour@example.org"))
    refuse(db, item, member, other, grounds(db, "bancs près"))
    proposal = db.get_one(Proposal, item.subject_id)
    assert proposal.visibility is Visibility.HIDDEN
    assert proposal.status is Life.REFUSED
    _subject, text = letter(db, "idea_refused")
    for words in (
        "Votre message du mardi 2 juin 2026",
        "Motif : Votre texte ou photo permet de reconnaître quelqu’un.",
        "Passage concerné : « bancs près »",
        "Enlevez le nom.",
        "Règle 3 de la charte",
        "Décision prise par deux personnes, sans robot.",
        f"{BASE}/propositions/nouvelle?reprendre={proposal.id}",
    ):
        assert words in text


def test_who_has_only_a_phone_hears_by_text_message(
    db: Session, member: Person, other: Person
) -> None:
    author = make_person(db)
    db.add(
        ContactPoint(
            person_id=author.id, kind="phone", value="+33639980009", verified_at=author.created_at
        )
    )
    refuse(db, make_item(db, author=author), member, other)
    message = db.scalars(select(OutboxMessage).filter_by(kind="idea_refused")).one()
    assert (message.channel, message.recipient) == ("sms", "+33639980009")
    assert "Décidé par deux personnes, sans robot." in letter(db, "idea_refused")[1]


def test_who_has_only_a_card_is_written_nothing(db: Session, member: Person) -> None:
    publish(db, make_item(db, author=make_person(db)), member)
    assert db.scalar(select(func.count(OutboxMessage.id))) == 0


def test_the_proposer_can_not_confirm_nor_publish_at_the_second_look(
    db: Session, member: Person
) -> None:
    item = make_item(db)
    propose_refusal(db, item, member)
    with pytest.raises(Denied):
        commands.take(db, item, moderator=member)
    item.taken_by_id = member.id
    db.flush()
    with pytest.raises(Denied):
        commands.publish(db, item, moderator=member, version=item.version)
    with pytest.raises(Denied):
        commands.second_refusal(db, item, moderator=member, version=item.version, grounds=None)
    assert item.status is Status.SECOND_LOOK


def test_a_refusal_is_not_proposed_twice(db: Session, member: Person, other: Person) -> None:
    item = make_item(db)
    propose_refusal(db, item, member)
    commands.take(db, item, moderator=other)
    with pytest.raises(Denied):
        commands.propose_refusal(
            db, item, moderator=other, version=item.version, grounds=grounds(db)
        )


def test_a_first_reader_can_not_confirm_what_nobody_proposed(db: Session, member: Person) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    with pytest.raises(Conflict):
        commands.second_refusal(db, item, moderator=member, version=item.version, grounds=None)


def test_nobody_judges_their_own_text_not_even_from_the_council(
    db: Session, member: Person
) -> None:
    item = make_item(db, author=member)
    with pytest.raises(Denied):
        commands.take(db, item, moderator=member)
    assert commands.take_next(db, moderator=member) is None


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AGENT, Role.MEDIATOR, Role.ADMIN])
def test_only_the_council_decides(db: Session, role: Role) -> None:
    item, person = make_item(db), make_person(db, role)
    with pytest.raises(Denied):
        commands.take(db, item, moderator=person)
    with pytest.raises(Denied):
        commands.take_next(db, moderator=person)


def test_an_ended_mandate_decides_nothing(db: Session, moment: Moment) -> None:
    former = make_person(db, Role.COUNCIL, ends_on=moment.now.date())
    moment.forward(days=1)
    with pytest.raises(Denied):
        commands.take_next(db, moderator=former)


def test_a_decision_without_having_read_is_a_conflict(db: Session, member: Person) -> None:
    item = make_item(db)
    with pytest.raises(Conflict):
        commands.publish(db, item, moderator=member, version=item.version)


def test_a_decision_on_an_older_state_is_a_conflict(db: Session, member: Person) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    with pytest.raises(Conflict):
        commands.publish(db, item, moderator=member, version=item.version - 1)


def test_a_passage_must_be_in_the_text_blanks_and_capitals_apart(
    db: Session, member: Person
) -> None:
    item = make_item(db, title="Un banc", text="Deux  bancs\nprès des jeux.")
    commands.take(db, item, moderator=member)
    with pytest.raises(InvalidInput):
        commands.propose_refusal(
            db, item, moderator=member, version=item.version, grounds=grounds(db, "autre")
        )
    commands.propose_refusal(
        db, item, moderator=member, version=item.version, grounds=grounds(db, "DEUX bancs près")
    )


def test_members_are_given_different_items(db: Session, member: Person, other: Person) -> None:
    first, second = make_item(db), make_item(db)
    for person, item in ((member, first), (other, second)):
        taken = commands.take_next(db, moderator=person)
        assert taken is not None
        assert taken.id == item.id
    assert commands.take_next(db, moderator=make_person(db, Role.COUNCIL)) is None


def test_a_dead_hold_frees_the_item_after_ten_minutes(
    db: Session, member: Person, other: Person, moment: Moment
) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    with pytest.raises(Conflict):
        commands.take(db, item, moderator=other)
    moment.forward(minutes=10)
    commands.take(db, item, moderator=other)
    assert item.taken_by_id == other.id


def test_only_the_moves_of_the_table_are_possible(db: Session) -> None:
    """Every status with every act: one that is not in the table changes nothing."""
    item = make_item(db)
    for status in Status:
        for action in Action:
            item.status = status
            if (status, action) in TRANSITIONS:
                advance(db, item, action, TRANSITIONS)
                assert item.status is TRANSITIONS[status, action]
                continue
            with pytest.raises(Conflict):
                advance(db, item, action, TRANSITIONS)
            assert item.status is status


def test_each_act_is_audited(db: Session, member: Person, other: Person) -> None:
    refuse(db, make_item(db), member, other)
    acts = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == [
        "proposal.submit",
        "moderation_item.receive",
        "moderation_item.take",
        "moderation_item.decide",
        "moderation_item.propose_refusal",
        "moderation_item.take",
        "moderation_item.decide",
        "moderation_item.confirm_refusal",
        "proposal.refuse",
    ]


def test_the_figures_count_what_waits_and_what_is_late(
    db: Session, member: Person, other: Person, moment: Moment
) -> None:
    assert desk.mean_delay(db) is None
    refuse(db, make_item(db), member, other)
    make_item(db)
    moment.forward(hours=49)
    item = make_item(db)
    moment.forward(hours=10)
    publish(db, item, member)
    assert desk.figures(db, desk.mean_delay(db)) == desk.Figures(1, 0, 1, 0, 5)


def at_once(
    town: Services, item_id: int, people: list[int], act: Callable[..., object]
) -> list[str]:
    """Let several members do `act` on one item at the same moment; what came of each."""

    now = clock.now()

    def one(person_id: int) -> str:
        try:
            with clock.at(now), town.database.transaction() as db:
                item = queries.item_to_decide(db, item_id)
                person = (
                    db.scalars(
                        select(Person)
                        .options(joinedload(Person.mandates))
                        .where(Person.id == person_id)
                    )
                    .unique()
                    .one()
                )
                assert item is not None
                act(db, item, person)
        except (Conflict, Denied) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(one, people))


def test_of_ten_members_who_take_one_item_at_once_one_gets_it(town: Services) -> None:
    with town.database.transaction() as db:
        item_id = make_item(db).id
        people = [make_person(db, Role.COUNCIL).id for _ in range(10)]
    came = at_once(
        town, item_id, people, lambda db, item, person: commands.take(db, item, moderator=person)
    )
    assert came == ["Conflict"] * 9 + ["done"]


def test_a_decision_pressed_twice_at_once_is_taken_once(town: Services) -> None:
    with town.database.transaction() as db:
        item, member = make_item(db), make_person(db, Role.COUNCIL)
        commands.take(db, item, moderator=member)
        item_id, version, people = item.id, item.version, [member.id] * 4
    came = at_once(
        town,
        item_id,
        people,
        lambda db, item, person: commands.publish(db, item, moderator=person, version=version),
    )
    assert came.count("done") == 1
    assert settle_town(town) == 1
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Decision.id))) == 1


def test_ten_members_who_ask_for_the_next_at_once_get_ten_items(town: Services) -> None:
    with town.database.transaction() as db:
        for _ in range(10):
            make_item(db)
        people = [make_person(db, Role.COUNCIL).id for _ in range(10)]

    def one(person_id: int) -> int:
        with town.database.transaction() as db:
            person = (
                db.scalars(
                    select(Person)
                    .options(joinedload(Person.mandates))
                    .where(Person.id == person_id)
                )
                .unique()
                .one()
            )
            taken = commands.take_next(db, moderator=person)
            assert taken is not None
            return taken.id

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(one, people))) == 10
