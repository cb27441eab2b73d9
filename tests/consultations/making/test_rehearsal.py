"""A rehearsal goes through the real pages, and leaves nothing behind."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts.models import Role
from engage.consultations.making import rehearsal
from engage.consultations.making.drafts import DraftOption, DraftQuestion
from engage.consultations.models import Consultation, QuestionKind
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.making.drafts import DAY, asked, made
from tests.counting import count_statements
from tests.factories import make_person

KINDS = (
    asked(kind=QuestionKind.YES_NO),
    asked("Samedi", "Dimanche"),
    asked("Repas", "Musique", "Jeux", kind=QuestionKind.APPROVAL, max_choices=2),
    asked("A", "B", "C", "D", kind=QuestionKind.FAVOURITES),
    asked("Bancs", "Arbres", kind=QuestionKind.JUDGMENT),
    DraftQuestion(
        QuestionKind.BUDGET,
        {"fr": "Partagez"},
        (DraftOption({"fr": "Bancs"}, cost=400), DraftOption({"fr": "Arbres"}, cost=900)),
        budget=1000,
    ),
    asked("Propreté", "Bruit", kind=QuestionKind.SCALE),
    asked(kind=QuestionKind.TEXT),
)


def _rows(town: Services) -> dict[str, int]:
    with town.database.reading() as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.metadata.sorted_tables
        }


def _answers(draft: Consultation) -> Iterator[dict[str, object]]:
    """An answer to each question of `KINDS`, as its form sends it."""
    ids = [[str(option.id) for option in question.options] for question in draft.questions]
    yield {"choix": ids[0][0]}
    yield {"choix": ids[1][1]}
    yield {"choix": ids[2][:2]}
    yield {"choix-1": ids[3][2], "choix-2": ids[3][0]}
    yield {f"note-{ids[4][0]}": "5", f"note-{ids[4][1]}": "2"}
    yield {"choix": ids[5][1]}
    yield {f"note-{ids[6][0]}": "4"}
    yield {"choix": "Plus de lumière"}


def test_staff_try_every_kind_and_no_table_changes(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        draft = made(db, *KINDS)
        person = make_person(db, Role.COUNCIL)
    client.sign_in(person)
    home = f"/concertations/{draft.id}/repetition"
    client.get(home)
    assert "rien n’est compté" in client.text
    before = _rows(town)
    with count_statements(town.database) as seen:
        for position, answer in enumerate(_answers(draft), 1):
            address = f"{home}?question={position}"
            client.get(address)
            assert "Répétition" in client.text
            form = client.page.forms[0]  # type: ignore[union-attr]
            client.post(form.action, form.fields | answer)
    assert not [s for s in seen if s.startswith(("INSERT", "UPDATE", "DELETE"))]
    client.get(home)
    for words in ("Oui", "Dimanche", "Premier choix", "Excellent", "Plus de lumière"):
        assert words.lower() in client.text.lower()
    client.submit(home, action="/compter")
    client.get(home)
    assert "1 bulletin d’essai" in client.text
    assert "Exemple" in client.text
    client.get(f"{home}?inventes=1")
    assert "30 réponses inventées" in client.text
    assert _rows(town) == before
    client.submit(home, action="/effacer")
    client.get(home)
    assert "bulletin d’essai" not in client.text


def test_a_wrong_answer_is_refused_as_in_the_vote(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        draft, person = made(db), make_person(db, Role.COORDINATOR)
    client.sign_in(person)
    home = f"/concertations/{draft.id}/repetition?question=1"
    client.submit(home, {"choix": "999999"}, expects=422)
    assert "pas dans la liste" in client.text
    client.get(home.replace("=1", "=9"), expects=404)


def test_an_open_vote_is_not_rehearsed(client: Browser, town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        draft, person = made(db), make_person(db, Role.COORDINATOR)
        draft.is_draft = False
    client.sign_in(person)
    home = f"/concertations/{draft.id}/repetition"
    client.get(home)
    moment.move_to(draft.opens_at + DAY)
    client.get(home, expects=409)


def test_the_cookie_stays_small_and_forgets_the_oldest(db: Session) -> None:
    draft, session = made(db, *KINDS), {}
    for _ballot in range(40):
        for question in draft.questions:
            ids = [option.id for option in question.options]
            given = ["x" * 400] if question.kind is QuestionKind.TEXT else [ids[-1]]
            rehearsal.answer(session, draft, question, given)
        rehearsal.finish(session, draft)
    assert len(str(session[rehearsal.KEY])) <= rehearsal.LARGEST + 200
    tried = rehearsal.found(session, draft)
    assert tried.ballots
    other = made(db)
    assert rehearsal.found(session, other) == rehearsal.Rehearsal()


def test_the_example_counts_what_was_tried(db: Session) -> None:
    draft, session = made(db, *KINDS), {}
    day = draft.questions[1]
    for choice in (0, 1, 1):
        rehearsal.answer(session, draft, day, [day.options[choice].id])
        rehearsal.finish(session, draft)
    counted = rehearsal.outcomes(draft, rehearsal.found(session, draft))
    assert counted[day.id].winners == (day.options[1].id,)
    assert counted[day.id].voters == 3
    many = rehearsal.outcomes(draft, rehearsal.found(session, draft), invented=30)
    assert {outcome.voters for outcome in many.values()} == {30, 33}


def test_others_do_not_rehearse(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        draft = made(db)
        people = [make_person(db, role) for role in (Role.RESIDENT, Role.AGENT, Role.MEDIATOR)]
    for person in people:
        client.sign_in(person)
        client.get(f"/concertations/{draft.id}/repetition", expects=403)
