"""Works: meetings with minutes, worries without a name, answers in public, the final report."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.agenda.models import EventKind
from engage.consultations.kits import works, works_queries
from engage.consultations.kits.models import Concern, ConcernKind
from engage.consultations.models import Consultation
from engage.core import clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.services import Services
from engage.core.words import Visibility
from engage.moderation.models import ModerationItem
from engage.moderation.subjects import KINDS
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.consultations.kits.making import make_works
from tests.counting import count_statements
from tests.factories import make_organisation, make_person

WORDS = "Où dormir pendant qu’on change les fenêtres ?"


def raised(db: Session, asked: Consultation, body: str = WORDS, **values: Any) -> Concern:
    """A published question."""
    theme = values.pop("theme", "moving")
    made = works.raise_concern(db, asked, works.Raised(ConcernKind.QUESTION, theme, body))
    works.publish(db, made, actor_id=make_person(db, Role.COUNCIL).id)
    db.flush()
    return made


def answered(db: Session, asked: Consultation, concern: Concern, **values: Any) -> None:
    given = works.Answered(
        {"fr": values.pop("words", "Chez vous : un jour par fenêtre.")},
        make_organisation(db, name="Lot Habitat").id,
        values.pop("theme", concern.theme),
    )
    actor = values.pop("actor", None) or make_person(db, Role.COORDINATOR)
    version = values.pop("version", concern.version)
    works.answer(db, concern, asked, given, version=version, actor=actor)
    db.flush()


def test_a_worry_names_nobody_in_the_database(db: Session) -> None:
    asked = make_works(db)
    kept = works.raise_concern(db, asked, works.Raised(ConcernKind.WORRY, "rent", "Le loyer ?"))
    assert not {"person_id", "author_id", "captured_by_id"} & set(inspect(Concern).columns.keys())
    assert (kept.visibility, kept.written_on) == (Visibility.PENDING, clock.today())
    assert works_queries.themes(db, asked.id) == []
    with pytest.raises(InvalidInput):
        works.raise_concern(db, asked, works.Raised(ConcernKind.WORRY, "football", "But"))


@pytest.mark.parametrize("values", [{"is_draft": True}, {"cancelled_at": clock.NEVER}])
def test_nothing_is_asked_of_a_draft_or_what_was_cancelled(
    db: Session, values: dict[str, Any]
) -> None:
    raised_one = works.Raised(ConcernKind.WORRY, "rent", "Le loyer ?")
    with pytest.raises(Conflict):
        works.raise_concern(db, make_works(db, **values), raised_one)


def test_what_is_published_stands_by_theme_the_answered_ones_first(
    town: Services, db: Session
) -> None:
    asked = make_works(db)
    raised(db, asked, "Combien en plus ?", theme="rent")
    raised(db, asked, "Et le bruit ?", theme="works")
    answered(db, asked, raised(db, asked, "Qui paie ?", theme="rent"))
    hidden = raised(db, asked, "Caché", theme="rent")
    works.hide(db, hidden, actor_id=None)
    db.flush()
    with count_statements(town.database) as counted:
        rent, noise = works_queries.themes(db, asked.id)
    assert len(counted) == 1
    assert [one.body for one in rent.voiced] == ["Qui paie ?", "Combien en plus ?"]
    assert (rent.answered, noise.answered) == (1, 0)
    assert rent.voiced[0].answerer == "Lot Habitat"
    assert works_queries.told(db, asked.id) == (3, 1)


def test_the_landlord_and_the_coordinator_answer_and_nobody_else(db: Session) -> None:
    landlord, other = make_organisation(db), make_organisation(db)
    asked = make_works(db, organisation_id=landlord.id)
    concern = raised(db, asked)
    for person in (
        make_person(db, Role.AGENT, organisation=other),
        make_person(db, Role.COUNCIL),
        make_person(db, Role.MEDIATOR),
        make_person(db),
    ):
        with pytest.raises(Denied):
            answered(db, asked, concern, actor=person)
    answered(db, asked, concern, actor=make_person(db, Role.AGENT, organisation=landlord))
    answered(db, asked, concern, words="Mieux dit.", theme="home")
    assert (concern.answer["fr"], concern.theme) == ("Mieux dit.", "home")
    with pytest.raises(Conflict):
        answered(db, asked, concern, version=1)


def test_what_is_not_public_is_not_answered(db: Session) -> None:
    asked = make_works(db)
    kept = works.raise_concern(db, asked, works.Raised(ConcernKind.WORRY, "rent", "Le loyer ?"))
    with pytest.raises(Conflict):
        answered(db, asked, kept)


def test_meetings_come_from_the_agenda_and_get_their_minutes_afterwards(db: Session) -> None:
    asked, coordinator = make_works(db), make_person(db, Role.COORDINATOR)
    past = make_event(
        db, title="Réunion", kind=EventKind.MEETING, starts_at=clock.now() - timedelta(days=2)
    )
    coming = make_event(db, title="La suite", kind=EventKind.MEETING)
    assert {event.id for event in works_queries.free_dates(db, asked)} == {past.id, coming.id}
    for event in (past, past, coming):
        works.add_meeting(db, asked, event, actor=coordinator)
    first, second = works_queries.meetings(db, asked.id)
    assert (first.event_id, second.event_id) == (past.id, coming.id)
    row = works_queries.meeting(db, asked.id, past.id)
    ahead = works_queries.meeting(db, asked.id, coming.id)
    assert row is not None
    assert ahead is not None
    with pytest.raises(Conflict):
        works.write_minutes(db, ahead, {"fr": "Tôt"}, version=1, actor=coordinator)
    works.write_minutes(db, row, {"fr": "On a parlé."}, version=row.version, actor=coordinator)
    db.flush()
    with pytest.raises(Conflict):
        works.remove_meeting(db, row, actor=coordinator)
    works.remove_meeting(db, ahead, actor=coordinator)
    assert [met.minutes for met in works_queries.meetings(db, asked.id)] == [{"fr": "On a parlé."}]
    with pytest.raises(Denied):
        works.add_meeting(db, asked, coming, actor=make_person(db, Role.COUNCIL))


def test_the_report_has_meetings_themes_answers_and_what_changes(
    town: Services, db: Session
) -> None:
    asked, coordinator = make_works(db), make_person(db, Role.COORDINATOR)
    asked.decision_changes = {"fr": "Les halls d’abord."}
    for days in (-2, 3):
        event = make_event(db, starts_at=clock.now() + timedelta(days=days))
        works.add_meeting(db, asked, event, actor=coordinator)
    answered(db, asked, raised(db, asked))
    raised(db, asked, "Et après ?")
    with count_statements(town.database) as counted:
        told = works_queries.report(db, asked)
    assert len(counted) == 3
    assert len(told["meetings"]) == 1
    assert [theme.code for theme in told["themes"]] == ["moving"]
    assert (told["published"], told["answered"]) == (2, 1)
    assert told["changes"] == {"fr": "Les halls d’abord."}


def test_a_resident_asks_without_account_and_is_warned_of_names(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        asked = make_works(db)
    page = f"/concertations/{asked.id}/questions"
    typed = {"theme": "works", "text": "Madame Zénobie Martin fait du bruit."}
    client.submit(f"{page}/poser", typed, expects=422)
    assert "Vous nommez quelqu’un" in client.text
    client.submit(f"{page}/poser", {**typed, "text": ""}, expects=422)
    client.submit(f"{page}/poser", {**typed, "text": "Y aura-t-il du bruit le matin ?"})
    client.get(page)
    assert "bruit" not in client.text
    with town.database.transaction() as db:
        [item] = db.scalars(select(ModerationItem))
        assert (item.subject_type, item.author_id) == ("concerns", None)
        reading = KINDS["concerns"].read(db, item)
        assert reading.written_at.date() <= date(2026, 6, 2)
        KINDS["concerns"].publish(db, item, actor_id=make_person(db, Role.COUNCIL).id)
    client.get(page)
    assert "Y aura-t-il du bruit le matin ?" in client.text
    assert "Réponse attendue" in client.text


def test_the_coordinator_answers_and_writes_minutes_through_the_pages(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        asked = make_works(db)
        concern = raised(db, asked)
        event = make_event(db, title="Réunion", starts_at=clock.now() - timedelta(days=2))
        coordinator = make_person(db, Role.COORDINATOR)
    client.sign_in(coordinator)
    desk, page = f"/concertations/travaux/{asked.id}", f"/concertations/{asked.id}/questions"
    client.submit(f"{desk}/question/{concern.id}", {"answer_fr": ""}, expects=422)
    client.submit(f"{desk}/question/{concern.id}", {"answer_fr": "Chez vous."})
    client.submit(desk, {"event": ""}, expects=422)
    client.submit(desk, {"event": str(event.id)})
    client.submit(f"{desk}/reunion/{event.id}/compte-rendu", {"minutes_fr": "On a parlé."})
    client.get(desk)
    client.get(page)
    assert "Chez vous." in client.text
    assert "On a parlé." in client.text
    client.get(f"/concertations/{asked.id}")
    assert "Lire les réponses, poser une question" in client.text


def test_only_refurbishments_have_these_pages(town: Services, client: Browser) -> None:
    with town.database.transaction() as db:
        asked = make_works(db, is_draft=True)
    client.get(f"/concertations/{asked.id}/questions", expects=404)
    client.get(f"/concertations/{asked.id}/questions/poser", expects=404)
