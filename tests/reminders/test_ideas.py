"""Ideas that were sent to a partner: in the same mail, on the same page, with the same answers."""

from datetime import timedelta

from sqlalchemy import select

from engage.accounts.models import Role
from engage.core import clock
from engage.core.services import Services
from engage.deadlines.models import Deadline
from engage.ops import remind
from engage.proposals import follow_up
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_organisation, make_person
from tests.proposals.ideas import make_public
from tests.reminders.making import make_owed_incident, messages, queue

TITLE, TEXT = "Un abri pour les vélos de Karim", "Karim veut ranger son vélo."


def sent_to_partner(town: Services, *, also_incident: bool = False) -> int:
    """An idea that a partner is to answer within three weeks; its id."""
    with town.database.transaction() as db:
        idea = make_public(db, title=TITLE, text=TEXT)
        partner = make_organisation(db, name="Bailleur d’essai")
        day = clock.today() + timedelta(days=21)
        council = make_person(db, Role.COUNCIL)
        follow_up.entrust(db, idea, partner=partner, day=day, person=council)
        if also_incident:
            make_owed_incident(db, partner)
        return idea.id


def page_of_partner(town: Services) -> str:
    queue(town)
    return f"/r/{messages(town)[-1].secret}"


def idea(town: Services) -> Proposal:
    with town.database.reading() as db:
        return db.scalars(select(Proposal)).one()


def deadline(town: Services) -> Deadline:
    with town.database.reading() as db:
        return db.scalars(select(Deadline)).one()


def test_the_mail_and_the_page_name_the_idea_without_a_word_of_its_author(
    client: Browser, town: Services
) -> None:
    id_ = sent_to_partner(town)
    client.get(page_of_partner(town))
    (line,) = remind.sent(town)
    assert "1 idée vous attend" in line.subject
    body = messages(town)[0].body
    for words in (body.replace("\xa0", " "), client.text):
        assert f"Idée n° {id_}" in words
        assert "Terre-Rouge" in words
        assert "Karim" not in words
    assert client.page is not None
    assert f"/propositions/{id_}" in client.page.links


def test_one_mail_speaks_of_ideas_and_reports(town: Services) -> None:
    sent_to_partner(town, also_incident=True)
    (line,) = (line for line in remind.foreseen(town) if line.kind == "digest")
    assert "1 signalement et 1 idée vous attendent" in line.subject


def test_an_answer_of_the_partner_is_read_by_the_coordinator_and_ends_the_reminders(
    client: Browser, town: Services
) -> None:
    sent_to_partner(town)
    page = page_of_partner(town)
    client.submit(page, {"fait-1-note": "Oui, dix places en mars."}, action="/fait")
    assert deadline(town).met_at is not None
    assert idea(town).status == "studied"
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
    desk = Browser(client.app).sign_in(coordinator)
    desk.get("/relances")
    assert "Oui, dix places en mars." in desk.text
    assert "Karim" not in desk.text


def test_a_planned_day_is_waited_for_in_silence(
    client: Browser, town: Services, moment: Moment
) -> None:
    sent_to_partner(town)
    client.submit(page_of_partner(town), {"prevu-1-day": "2026-06-20"}, action="/prevu")
    moment.forward(days=15)
    assert queue(town) == 0
    assert deadline(town).silenced_until is not None


def test_what_is_somebody_else_s_goes_back_to_the_council(client: Browser, town: Services) -> None:
    sent_to_partner(town)
    page = page_of_partner(town)
    client.submit(page, {"pas-chez-nous-1-note": "Le département"}, action="/pas-chez-nous")
    assert (idea(town).partner_id, idea(town).due_at) == (None, None)
    assert deadline(town).withdrawn_at is not None
