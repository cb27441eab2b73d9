"""Answers in words: apart from ballots, one a unit, read by the council, told after the sealing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations.commands import AlreadyVoted, NotOpen
from engage.consultations.models import (
    Ballot,
    Consultation,
    Question,
    QuestionKind,
    RollEntry,
    unit_of_person,
)
from engage.consultations.sealing import jobs
from engage.consultations.verify import check
from engage.consultations.written import commands, queries
from engage.consultations.written.models import WrittenAnswer
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import ContributionChannel, Visibility
from engage.moderation import commands as moderation
from engage.moderation import settling, written_jobs
from engage.moderation.choices import Changes, Choice, Grounds
from engage.moderation.models import ModerationItem
from engage.moderation.queries import item_to_decide, reasons
from engage.moderation.workflow import Action, Status
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question
from tests.factories import make_person

WORDS = "Le bruit le matin m’inquiète, surtout pour les petits."
DAY = timedelta(days=1)


def make_text(db: Session, **values: object) -> Question:
    """The open question of a concertation, after one that is ticked."""
    words = make_question(position=2, title="Qu’est-ce qui vous inquiète ?")
    words.kind = QuestionKind.TEXT
    asked = make_consultation(db, make_question("Oui", "Non"), words, **values)  # type: ignore[arg-type]
    return asked.questions[1]


def write(db: Session, question: Question, text: str = WORDS, **values: object) -> str:
    unit = unit_of_person(make_person(db).id)
    commands.write(db, question, unit, text, **values)  # type: ignore[arg-type]
    return unit


def answers(db: Session) -> list[WrittenAnswer]:
    return list(db.scalars(select(WrittenAnswer)))


def seal(db: Session, consultation: Consultation) -> None:
    """As if the vote had ended and been sealed."""
    consultation.closes_at = consultation.sealed_at = clock.now()
    db.flush()


def test_words_are_kept_without_person_time_channel_or_tie_to_a_ballot(db: Session) -> None:
    question = make_text(db)
    unit = write(db, question, channel=ContributionChannel.IN_PERSON, captured_by=None)
    [kept] = answers(db)
    columns = set(inspect(WrittenAnswer).columns.keys())
    assert columns == {
        "id", "question_id", "body", "language", "visibility", "edition", "received",
    }  # fmt: skip
    assert (kept.body, kept.visibility) == (WORDS, Visibility.PENDING)
    [entry] = db.scalars(select(RollEntry))
    assert (entry.unit, entry.channel) == (unit, "in_person")
    assert db.scalar(select(func.count()).select_from(Ballot)) == 0
    assert db.scalars(select(AuditEntry).where(AuditEntry.action != "person.join")).all() == []


def test_numbers_are_drawn_by_lot(db: Session) -> None:
    question = make_text(db)
    for number in range(30):
        write(db, question, f"Réponse {number}")
    bodies = [kept.body for kept in sorted(answers(db), key=lambda kept: kept.id)]
    assert bodies != [f"Réponse {number}" for number in range(30)]


def test_one_unit_writes_once_to_a_question_and_can_not_change_it(db: Session) -> None:
    question = make_text(db)
    unit = write(db, question)
    with pytest.raises(AlreadyVoted, match="ne change plus"):
        commands.write(db, question, unit, "Autre chose")
    assert [kept.body for kept in answers(db)] == [WORDS]


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (commands.LONGEST + 1)])
def test_an_empty_or_endless_text_uses_no_right(db: Session, text: str) -> None:
    question = make_text(db)
    with pytest.raises(InvalidInput) as refusal:
        write(db, question, text)
    assert refusal.value.field == "choix"
    assert db.scalar(select(func.count()).select_from(RollEntry)) == 0


def test_words_answer_questions_of_their_kind_alone(db: Session) -> None:
    question = make_text(db)
    with pytest.raises(InvalidInput):
        write(db, question.consultation.questions[0])


def test_nobody_writes_before_after_or_under_a_right_of_another_kind(db: Session) -> None:
    for days in (1, -9):
        late = make_text(
            db,
            opens_at=clock.now() + days * DAY,
            closes_at=clock.now() + (days + 1) * DAY,
            announced_at=clock.now() - 20 * DAY,
        )
        with pytest.raises(NotOpen):
            write(db, late)
    with pytest.raises(Denied):
        commands.write(db, make_text(db), "code:7", WORDS)


def test_nothing_is_told_before_the_sealing_even_when_the_council_agreed(db: Session) -> None:
    question = make_text(db)
    write(db, question)
    write(db, question, "Attendons.")
    first = next(kept for kept in answers(db) if kept.body == WORDS)
    commands.publish(db, first, actor_id=make_person(db, Role.COUNCIL).id)
    db.flush()
    assert queries.published(db, [question.id]) == {}
    seal(db, question.consultation)
    found = queries.published(db, [question.id])[question.id]
    assert ([one.body for one in found.shown], found.published, found.waiting) == ([WORDS], 1, 1)
    question.consultation.cancelled_at = clock.now()
    db.flush()
    assert queries.published(db, [question.id]) == {}


@pytest.fixture
def council(town: Services) -> list[Person]:
    with town.database.transaction() as db:
        return [make_person(db, Role.COUNCIL), make_person(db, Role.COUNCIL)]


def bring(town: Services) -> int:
    return written_jobs.bring(town.database)


def items(db: Session) -> list[ModerationItem]:
    wanted = ModerationItem.subject_type == "written_answers"
    return list(db.scalars(select(ModerationItem).where(wanted).order_by(ModerationItem.id)))


def test_the_queue_gets_a_mixed_pile_once_a_day(town: Services, moment: Moment) -> None:
    assert bring(town) == 0  # the first morning: from now on a pile a day
    with town.database.transaction() as db:
        question = make_text(db)
        for number in range(12):
            write(db, question, f"Réponse {number}")
    assert bring(town) == 0
    moment.forward(days=1)
    assert bring(town) == 12
    assert bring(town) == 0
    with town.database.reading() as db:
        assert len({item.created_at for item in items(db)}) <= 12
        assert {item.author_id for item in items(db)} == {None}
        order = [item.subject_id for item in items(db)]
        assert order != sorted(order)
        assert db.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_what_was_written_last_is_brought_once_the_vote_is_over(
    town: Services, moment: Moment
) -> None:
    bring(town)
    with town.database.transaction() as db:
        write(db, make_text(db, closes_at=clock.now() + timedelta(hours=1)))
        write(db, make_text(db))
    moment.forward(hours=2)
    assert bring(town) == 1


def read(town: Services, moment: Moment, *bodies: str) -> list[int]:
    """Answers that stand in the queue, by their words."""
    with town.database.transaction() as db:
        question = make_text(db)
        for body in bodies:
            write(db, question, body)
    moment.forward(days=1)
    bring(town)
    with town.database.reading() as db:
        place = {kept.body: kept.id for kept in answers(db)}
        by_subject = {item.subject_id: item.id for item in items(db)}
        return [by_subject[place[body]] for body in bodies]


def decide(town: Services, moment: Moment, item_id: int, choice: Choice, member: Person) -> None:
    with town.database.transaction() as db:
        item = item_to_decide(db, item_id)
        assert item is not None
        moderation.take(db, item, moderator=member)
        moderation.decide(db, item, choice, moderator=member, version=item.version)
    moment.forward(seconds=11)
    with town.database.transaction() as db:
        settling.settle(db)


def test_the_council_publishes_masks_and_refuses_and_nobody_is_told(
    town: Services, moment: Moment, council: list[Person]
) -> None:
    one, other, third = read(town, moment, "Le bruit.", "Appelez Zoé au 0612345678.", "Bof")
    first, second = council
    decide(town, moment, one, Choice(Action.PUBLISH), first)
    with town.database.reading() as db:
        reason = next(r for r in reasons(db) if r.code == "R02")
    grounds = Grounds(reason, "", "")
    mask = Choice(Action.PUBLISH_MASKED, grounds, changes=Changes(body=((12, 26),)))
    decide(town, moment, other, mask, first)
    refusal = Choice(Action.PROPOSE_REFUSAL, grounds)
    decide(town, moment, third, refusal, first)
    decide(town, moment, third, Choice(Action.CONFIRM_REFUSAL, grounds), second)
    with town.database.transaction() as db:
        assert {item.status for item in items(db)} == {Status.PUBLISHED, Status.REFUSED}
        question = db.scalars(select(Question).where(Question.kind == QuestionKind.TEXT)).one()
        seal(db, db.get_one(Consultation, question.consultation_id))
        found = queries.published(db, [question.id])[question.id]
        assert sorted(kept.is_masked for kept in found.shown) == [False, True]
        assert "0612345678" not in " ".join(kept.body for kept in found.shown)
        assert "Bof" not in " ".join(kept.body for kept in found.shown)
        assert db.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_the_page_of_the_queue_shows_the_question_and_asks_for_no_correction(
    town: Services, client: Browser, moment: Moment, council: list[Person]
) -> None:
    [item_id] = read(town, moment, WORDS)
    client.sign_in(council[0])
    client.submit(f"/moderation/{item_id}", action="lire")
    client.get(f"/moderation/{item_id}")
    assert "Qu’est-ce qui vous inquiète ?" in client.text
    assert "Personne ne sait qui a écrit." in client.text
    assert "correction" not in client.text
    assert "L’auteur" not in client.text


def test_the_results_tell_published_words_after_the_sealing(
    town: Services, client: Browser, moment: Moment
) -> None:
    with town.database.transaction() as db:
        question = make_text(db)
        asked = question.consultation_id
        for number in range(15):
            write(db, question, f"Réponse {number}")
        for kept in answers(db)[1:]:
            commands.publish(db, kept, actor_id=make_person(db, Role.COUNCIL).id)
    client.get(f"/concertations/{asked}/mots", expects=404)
    moment.forward(days=8)
    jobs.run(town.database)
    client.get(f"/concertations/{asked}/resultats")
    assert "14 réponses publiées, sans nom et sans ordre." in client.text
    assert client.text.count("Réponse ") == 12
    assert "lit encore d’autres réponses" in client.text
    client.get(f"/concertations/{asked}/mots")
    assert client.text.count("Réponse ") == 14
    with town.database.reading() as db:
        assert check(db) == []


def test_a_name_in_the_words_is_told_once_before_they_leave(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        question = make_text(db)
        voter = make_person(db)
    address = f"/concertations/{question.consultation_id}/voter?question=2"
    client.sign_in(voter)
    client.get(address)
    assert "Il ne change plus." in client.text
    typed = {"choix": "Madame Zénobie Martin crie la nuit."}
    client.submit(address, typed, expects=422)
    assert "Vous nommez quelqu’un" in client.text
    assert client.page is not None
    form = next(f for f in client.page.forms if "voter" in f.action)
    sent = {name: values[0] for name, values in form.fields.items() if values}
    assert sent["choix"] == typed["choix"]
    client.post(form.action, sent)
    with town.database.reading() as db:
        assert [kept.body for kept in answers(db)] == [typed["choix"]]
    client.get(f"/concertations/{question.consultation_id}")
    assert "Zénobie" not in client.text
