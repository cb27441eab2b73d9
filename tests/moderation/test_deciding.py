"""What a decision is until it takes effect, and what each does then."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import Visibility
from engage.moderation import commands, messages, queries, reading, settings, settling
from engage.moderation.choices import Changes, Choice, Grounds
from engage.moderation.models import Decision, ModerationItem, PendingDecision
from engage.moderation.queue import next_free
from engage.moderation.workflow import Action, Status
from engage.proposals.models import Proposal, ProposalRevision
from tests.conftest import Moment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item, make_public

BASE = "https://quartier.example"


@pytest.fixture
def member(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


@pytest.fixture
def other(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


@pytest.fixture
def coordinator(db: Session) -> Person:
    return make_person(db, Role.COORDINATOR)


def letter(db: Session, kind: str) -> str:
    message = db.scalars(select(OutboxMessage).filter_by(kind=kind)).one()
    made = messages.RENDERERS[kind](db, message, BASE)
    assert made is not None
    return made.subject + " " + " ".join(made.text.split())


def decided(db: Session, item: ModerationItem, member: Person, choice: Choice) -> None:
    """Take it and decide; the ten seconds still run."""
    commands.take(db, item, moderator=member)
    commands.decide(db, item, choice, moderator=member, version=item.version)


def reason(db: Session, code: str) -> Grounds:
    found = next(r for r in queries.reasons(db) if r.code == code)
    return Grounds(found, "", "Un mot pour vous.")


def test_nothing_is_public_or_sent_before_ten_seconds_have_passed(
    db: Session, member: Person, moment: Moment
) -> None:
    item = make_item(db, author=make_person(db, email="nour@example.org"))
    decided(db, item, member, Choice(Action.PUBLISH))
    moment.forward(seconds=9.9)
    assert settling.settle(db) == 0
    assert item.status is Status.WAITING
    assert db.get_one(Proposal, item.subject_id).visibility is Visibility.PENDING
    assert db.scalars(select(OutboxMessage.kind)).all() == ["idea_received"]
    moment.forward(seconds=0.1)
    assert settling.settle(db) == 1
    assert db.get_one(Proposal, item.subject_id).visibility is Visibility.PUBLIC
    assert db.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all() == [
        "idea_received",
        "idea_published",
    ]


def test_a_clock_that_comes_again_or_twice_changes_nothing(db: Session, member: Person) -> None:
    item = make_item(db)
    deciding.publish(db, item, member)
    assert deciding.settle(db) == 0
    assert db.scalar(select(func.count(Decision.id))) == 1


def test_what_is_decided_leaves_the_queue_at_once(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db)
    decided(db, item, member, Choice(Action.PUBLISH))
    assert next_free(db, other) is None
    with pytest.raises(Conflict):
        commands.take(db, item, moderator=other)


def test_a_decision_is_taken_back_within_ten_seconds_and_the_item_is_held_again(
    db: Session, member: Person, moment: Moment
) -> None:
    item, following = make_item(db), make_item(db)
    decided(db, item, member, Choice(Action.PUBLISH))
    commands.take_next(db, moderator=member)
    assert following.taken_by_id == member.id
    moment.forward(seconds=9)
    commands.undo(db, item, moderator=member)
    moment.forward(seconds=60)
    assert settling.settle(db) == 0
    assert (item.status, item.taken_by_id) == (Status.WAITING, member.id)
    assert following.taken_by_id is None, "nobody waits for what came next"
    commands.publish(db, item, moderator=member, version=item.version)


@pytest.mark.parametrize("late", [timedelta(seconds=10), timedelta(minutes=5)])
def test_after_ten_seconds_it_is_too_late_even_while_the_clock_is_dead(
    db: Session, member: Person, moment: Moment, late: timedelta
) -> None:
    item = make_item(db)
    decided(db, item, member, Choice(Action.PUBLISH))
    moment.move_to(moment.now + late)
    with pytest.raises(Conflict, match="10 secondes"):
        commands.undo(db, item, moderator=member)


def test_nobody_else_takes_a_decision_back(db: Session, member: Person, other: Person) -> None:
    item = make_item(db)
    decided(db, item, member, Choice(Action.PUBLISH))
    with pytest.raises(Conflict):
        commands.undo(db, item, moderator=other)


def test_two_who_refuse_for_different_reasons_leave_it_to_the_coordinator(
    db: Session, member: Person, other: Person, coordinator: Person
) -> None:
    item = make_item(db, author=make_person(db, email="nour@example.org"))
    deciding.propose_refusal(db, item, member, reason(db, "R01"))
    commands.take(db, item, moderator=other)
    commands.second_refusal(
        db, item, moderator=other, version=item.version, grounds=reason(db, "R08")
    )
    deciding.settle(db)
    assert item.status is Status.TO_COORDINATOR
    assert db.get_one(Proposal, item.subject_id).visibility is Visibility.PENDING
    for person in (member, other, make_person(db, Role.COUNCIL)):
        with pytest.raises((Denied, Conflict)):
            commands.take(db, item, moderator=person)
    deciding.decide(db, item, coordinator, Choice(Action.REFUSE, reason(db, "R08")))
    assert item.status is Status.REFUSED
    told = letter(db, "idea_refused")
    assert "Publicité, campagne électorale" in told
    assert "Décision prise par la coordination du contrat, sans robot." in told


def test_the_same_reason_said_again_is_agreement(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db)
    deciding.propose_refusal(db, item, member, reason(db, "R01"))
    commands.take(db, item, moderator=other)
    commands.second_refusal(
        db, item, moderator=other, version=item.version, grounds=reason(db, "R01")
    )
    deciding.settle(db)
    assert item.status is Status.REFUSED


def test_the_coordinator_gives_it_back_or_publishes_and_decides_nothing_else(
    db: Session, member: Person, other: Person, coordinator: Person
) -> None:
    items = [make_item(db) for _ in range(2)]
    for item in items:
        deciding.propose_refusal(db, item, member, reason(db, "R01"))
        commands.take(db, item, moderator=other)
        commands.second_refusal(
            db, item, moderator=other, version=item.version, grounds=reason(db, "R08")
        )
        deciding.settle(db)
    deciding.decide(db, items[0], coordinator, Choice(Action.RETURN))
    assert items[0].status is Status.WAITING
    deciding.decide(db, items[1], coordinator, Choice(Action.PUBLISH))
    assert items[1].status is Status.PUBLISHED
    with pytest.raises(Denied):
        commands.take(db, make_item(db), moderator=coordinator)


def test_members_who_disagree_again_find_the_coordinator_who_gave_it_back(
    db: Session, coordinator: Person
) -> None:
    item = make_item(db)
    for _ in range(2):
        first, second = (make_person(db, Role.COUNCIL) for _ in range(2))
        deciding.propose_refusal(db, item, first, reason(db, "R01"))
        commands.take(db, item, moderator=second)
        why = reason(db, "R08")
        commands.second_refusal(db, item, moderator=second, version=item.version, grounds=why)
        deciding.settle(db)
        assert item.status is Status.TO_COORDINATOR
        deciding.decide(db, item, coordinator, Choice(Action.RETURN))
        assert item.status is Status.WAITING


def test_nobody_translates_their_own_text_and_no_number_is_left_in_a_translation(
    db: Session,
) -> None:
    mediator, author = make_person(db, Role.MEDIATOR), make_person(db, Role.MEDIATOR)
    item = make_item(db, author=author, text="اتصل على 0639980009", language="ar")
    words = {"title": "Appel", "body": "Appelez le 06 39 98 00 09."}
    with pytest.raises(Denied):
        settings.translate(db, item, person=author, **words)
    settings.translate(db, item, person=mediator, **words)
    made = queries.translation(db, item)
    assert made is not None
    assert "06 39" not in made.body


def test_a_correction_leads_to_its_author_and_back_to_the_same_place(
    db: Session, member: Person, moment: Moment
) -> None:
    author = make_person(db, email="nour@example.org")
    item, later = make_item(db, author=author), make_item(db)
    due = item.due_at
    why = Grounds(queries.reasons(db)[0], "bancs près", "Enlevez le nom.")
    deciding.decide(db, item, member, Choice(Action.ASK_CORRECTION, why))
    assert item.status is Status.CORRECTION
    assert next_free(db, member) is later
    told = letter(db, "idea_to_correct")
    for words in (
        "Passage concerné : « bancs près »",
        "Enlevez le nom.",
        "Règle 3 de la charte",
        f"{BASE}/propositions/{item.subject_id}/modifier",
        "garde sa place",
    ):
        assert words in told
    asked = queries.correction_of(db, "proposals", item.subject_id)
    assert asked is not None
    assert asked.note == "Enlevez le nom."
    moment.forward(days=2)
    revision = ProposalRevision(
        proposal_id=item.subject_id,
        title="Des bancs",
        body="Deux bancs.",
        body_html="<p>Deux bancs.</p>",
        html_rules=1,
        created_at=moment.now,
    )
    db.add(revision)
    db.flush()
    commands.corrected(db, item, revision_id=revision.id, author=author)
    assert item.due_at - due == timedelta(days=2) - commands.UNDO_WITHIN
    found = next_free(db, member)
    assert found is item, "before what came later, for the same member too"
    deciding.publish(db, item, member)
    assert db.get_one(Proposal, item.subject_id).published_revision_id == revision.id


def test_an_edit_takes_back_a_refusal_that_was_about_other_words(
    db: Session, member: Person
) -> None:
    author = make_person(db)
    item = make_item(db, author=author)
    deciding.propose_refusal(db, item, member)
    commands.corrected(db, item, revision_id=item.revision_id, author=author)
    assert item.status is Status.WAITING
    with pytest.raises(Denied):
        commands.corrected(db, item, revision_id=item.revision_id, author=make_person(db))


def test_a_matter_for_another_service_is_not_published_and_names_it(
    db: Session, member: Person
) -> None:
    item = make_item(db, author=make_person(db, email="nour@example.org"))
    choice = Choice(Action.REDIRECT, reason(db, "R06"), contact="landlord")
    deciding.decide(db, item, member, choice)
    assert item.status is Status.REDIRECTED
    proposal = db.get_one(Proposal, item.subject_id)
    assert proposal.visibility is Visibility.HIDDEN
    refusal = queries.refusal_of(db, proposal)
    assert refusal is not None
    assert refusal.who == "one"
    told = letter(db, "idea_redirected")
    assert "à l’intérieur de votre logement" in told
    assert f"{BASE}/nouvelle-lecture/{item.id}" in told


def test_an_idea_that_says_the_same_joins_the_public_one(db: Session, member: Person) -> None:
    public = make_public(db)
    author = make_person(db)
    item = make_item(db, author=author, title="Des bancs à l’ombre")
    deciding.decide(db, item, member, Choice(Action.MERGE, target_id=public.id))
    assert item.status is Status.MERGED
    proposal = db.get_one(Proposal, item.subject_id)
    assert proposal.merged_into_id == public.id


def test_what_can_not_take_effect_any_more_goes_back_into_the_queue(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db)
    decided(db, item, member, Choice(Action.MERGE, target_id=10**6))
    assert deciding.settle(db) == 0
    assert db.get(PendingDecision, item.id) is None
    assert next_free(db, other) is item
    assert db.scalar(select(func.count(Decision.id))) == 0


def test_who_steps_back_never_sees_it_again(db: Session, member: Person, other: Person) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    reading.recuse(db, item, moderator=member)
    assert next_free(db, member) is None
    with pytest.raises(Denied):
        commands.take(db, item, moderator=member)
    assert next_free(db, other) is item, "nobody waits for who stepped back"
    deciding.publish(db, item, other)


def test_what_another_holds_is_taken_over_on_purpose(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    shown = item.version
    with pytest.raises(Conflict):
        commands.take(db, item, moderator=other)
    commands.take_over(db, item, moderator=other, version=item.version)
    assert item.taken_by_id == other.id
    with pytest.raises(Conflict):
        commands.publish(db, item, moderator=member, version=shown)


def test_other_languages_are_for_who_reads_them_or_wait_for_a_translation(
    db: Session, member: Person, other: Person
) -> None:
    item = make_item(db, language="ar", title="مقاعد", text="نريد مقاعد في الظل")
    assert next_free(db, member) is None
    with pytest.raises(Conflict, match="traduction"):
        commands.take(db, item, moderator=member)
    settings.set_reading(db, person=other, languages=["fr", "ar"], shortcuts=False)
    assert next_free(db, other) is item
    mediator = make_person(db, Role.MEDIATOR)
    with pytest.raises(Denied):
        settings.translate(db, item, title="", body="Des bancs", person=member)
    settings.translate(db, item, title="Bancs", body="Des bancs à l’ombre", person=mediator)
    assert next_free(db, member) is item
    deciding.publish(db, item, member)
    revision = db.get_one(
        ProposalRevision, db.get_one(Proposal, item.subject_id).published_revision_id
    )
    assert revision.body == "نريد مقاعد في الظل", "the author's words, not the help"


@pytest.mark.parametrize(
    "choice",
    [
        lambda db: Choice(Action.PROPOSE_REFUSAL),
        lambda db: Choice(Action.ASK_CORRECTION),
        lambda db: Choice(Action.REDIRECT),
        lambda db: Choice(Action.PUBLISH_MASKED, reason(db, "R01")),
        lambda db: Choice(
            Action.PUBLISH_MASKED, reason(db, "R01"), Changes(photos={10**6: [1, 2]})
        ),
    ],
)
def test_a_choice_that_does_not_hold_together_is_refused_with_a_sentence(
    db: Session, member: Person, choice: Callable[[Session], Choice]
) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    with pytest.raises(InvalidInput):
        commands.decide(db, item, choice(db), moderator=member, version=item.version)
    assert item.settles_at is None


@pytest.mark.parametrize("action", [Action.WITHDRAW, Action.CORRECT, Action.ALERT, Action.RECUSE])
def test_what_is_no_reader_s_decision_can_not_be_sent_as_one(
    db: Session, member: Person, action: Action
) -> None:
    item = make_item(db)
    commands.take(db, item, moderator=member)
    with pytest.raises(Denied):
        commands.decide(db, item, Choice(action), moderator=member, version=item.version)


def test_earlier_refusals_of_an_author_are_one_number(
    db: Session, member: Person, other: Person
) -> None:
    author = make_person(db)
    for _ in range(2):
        deciding.refuse(db, make_item(db, author=author), member, other)
    deciding.refuse(db, make_item(db), member, other)
    assert queries.earlier_refusals(db, make_item(db, author=author)) == 2


def test_what_is_withdrawn_in_the_ten_seconds_is_never_published(
    db: Session, member: Person
) -> None:
    author = make_person(db)
    item = make_item(db, author=author)
    decided(db, item, member, Choice(Action.PUBLISH))
    commands.withdraw(db, db.get_one(Proposal, item.subject_id), author=author)
    assert deciding.settle(db) == 0
    assert item.status is Status.WITHDRAWN


def test_two_clocks_at_once_settle_each_decision_once(town: Services) -> None:
    with town.database.transaction() as db:
        members = [make_person(db, Role.COUNCIL) for _ in range(6)]
        for member in members:
            decided(db, make_item(db), member, Choice(Action.PUBLISH))
    now = clock.now() + commands.UNDO_WITHIN

    def run(_number: int) -> int:
        with clock.at(now):
            return settling.run(town.database, town.storage)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 6
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Decision.id))) == 6
        assert db.scalar(select(func.count()).select_from(PendingDecision)) == 0
