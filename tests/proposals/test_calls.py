"""Calls for participation: who asks, what may still change, what answers them, how they end."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.services import Services
from engage.deadlines.models import Deadline
from engage.proposals import call_commands as commands
from engage.proposals import call_queries as queries
from engage.proposals.call_models import Call
from engage.proposals.commands import Idea, submit
from engage.proposals.news import Happening, ProposalEvent
from engage.reminders import items as reminders
from engage.reminders.messages import line, summary
from engage.reminders.models import Level
from engage.reminders.rules import level_at
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, neighbourhood
from tests.proposals.calls import council_body, make_call
from tests.proposals.ideas import make_idea, make_public

NEW = "/appels/nouveau"
TYPED = {
    "title_fr": "De l’ombre",
    "theme_fr": "Les espaces verts",
    "question_fr": "Où manque-t-il de l’ombre ?",
    "explanation_fr": "Des arbres seront plantés cet hiver.",
    "title_ar": "الظل",
    "opens_on": "2026-06-05",
    "closes_on": "2026-07-05",
}


@pytest.fixture
def coordinator(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, Role.COORDINATOR)


@pytest.fixture
def member(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, Role.COUNCIL)


def made(town: Services, **values: Any) -> Call:
    with town.database.transaction() as db:
        return make_call(db, **values)


def body(town: Services) -> str:
    with town.database.reading() as db:
        return str(council_body(db).id)


def state(call: Call, today: date) -> tuple[bool, bool, bool]:
    return call.is_open(today), call.is_over(today), call.awaits_answer(today)


def test_being_open_follows_from_the_days_alone(db: Session) -> None:
    call = make_call(db, begins=1, lasts=2)
    first = call.opens_on
    assert state(call, first - timedelta(days=1)) == (False, False, False)
    assert state(call, first) == state(call, call.closes_on) == (True, False, False)
    assert state(call, call.closes_on + timedelta(days=1)) == (False, True, True)
    assert call.answer_due_on == call.closes_on + timedelta(days=30)


def test_the_coordinator_asks_for_anybody_and_the_council_in_its_own_name(db: Session) -> None:
    partner, member = make_organisation(db).id, make_person(db, Role.COUNCIL)
    make_call(db, organisation_id=partner)
    make_call(db, actor=member)
    for actor, organisation_id in (
        (member, partner),
        (make_person(db, Role.AGENT), None),
        (make_person(db, Role.MEDIATOR), None),
        (make_person(db), None),
    ):
        with pytest.raises(Denied):
            make_call(db, actor=actor, organisation_id=organisation_id)


@pytest.mark.parametrize(
    ("begins", "lasts", "field"),
    [(-1, 5, "opens_on"), (367, 5, "opens_on"), (3, -1, "closes_on"), (0, 367, "closes_on")],
)
def test_days_that_make_no_sense_are_refused(
    db: Session, begins: int, lasts: int, field: str
) -> None:
    today = clock.today()
    asked = commands.Asked(
        {"fr": "a"},
        {},
        {"fr": "b"},
        {},
        council_body(db).id,
        None,
        today + timedelta(days=begins),
        today + timedelta(days=begins + lasts),
    )
    with pytest.raises(InvalidInput) as refused:
        commands.prepare(db, asked, actor=make_person(db, Role.COORDINATOR))
    assert refused.value.field == field


def test_what_was_asked_does_not_change_once_it_is_open(db: Session, moment: Moment) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, begins=2, actor=coordinator)
    asked = commands.Asked(
        {"fr": "Autre"},
        {},
        {"fr": "Autre ?"},
        {},
        call.organisation_id,
        None,
        call.opens_on,
        call.closes_on,
    )
    commands.change(db, call, asked, version=call.version, actor=coordinator)
    db.flush()
    assert call.title == {"fr": "Autre"}
    moment.forward(days=2)
    with pytest.raises(Conflict):
        commands.change(db, call, asked, version=call.version, actor=coordinator)


def test_it_is_extended_in_public_while_open_and_never_shortened(
    db: Session, moment: Moment
) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, lasts=5, actor=coordinator)
    first_end = call.closes_on
    with pytest.raises(InvalidInput):
        commands.extend(db, call, closes_on=first_end, version=call.version, actor=coordinator)
    for days in (3, 6):
        later = first_end + timedelta(days=days)
        commands.extend(db, call, closes_on=later, version=call.version, actor=coordinator)
        db.flush()
    assert (call.first_closes_on, call.closes_on) == (first_end, first_end + timedelta(days=6))
    moment.forward(days=12)
    later = clock.today() + timedelta(days=9)
    with pytest.raises(Conflict):
        commands.extend(db, call, closes_on=later, version=call.version, actor=coordinator)


def test_it_is_answered_once_after_its_last_day(db: Session, moment: Moment) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, lasts=1, actor=coordinator)
    given: dict[str, Any] = {"words": {"fr": "Oui."}, "decided_by": "Le maire"}
    with pytest.raises(Conflict):
        commands.answer(db, call, **given, version=call.version, actor=coordinator)
    moment.forward(days=2)
    with pytest.raises(Denied):
        commands.answer(db, call, **given, version=call.version, actor=make_person(db))
    commands.answer(db, call, **given, version=call.version, actor=coordinator)
    db.flush()
    assert (call.answered_on, call.answered_by_id) == (clock.today(), coordinator.id)
    with pytest.raises(Conflict):
        commands.answer(db, call, **given, version=call.version, actor=coordinator)
    acts = db.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "calls"))
    assert list(acts) == ["call.prepare", "call.answer"]


def owed(db: Session) -> list[tuple[date, bool, bool]]:
    """(day, met, withdrawn) of each answer that somebody owes or owed, the oldest first."""
    db.flush()
    rows = db.scalars(select(Deadline).where(Deadline.kind == "call_answer").order_by(Deadline.id))
    return [(clock.local(d.due_at).date(), bool(d.met_at), bool(d.withdrawn_at)) for d in rows]


def test_who_asks_owes_the_answer_thirty_days_after_the_last_one(
    db: Session, moment: Moment
) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, lasts=5, actor=coordinator)
    assert owed(db) == [(date(2026, 7, 7), False, False)]
    later = call.closes_on + timedelta(days=3)
    commands.extend(db, call, closes_on=later, version=call.version, actor=coordinator)
    assert owed(db) == [(date(2026, 7, 10), False, False)]
    other = make_call(db, actor=coordinator)
    db.flush()
    commands.stop(db, other, reason="Non.", version=other.version, actor=coordinator)
    moment.forward(days=10)
    given: dict[str, Any] = {"words": {"fr": "Oui."}, "decided_by": "Le maire"}
    commands.answer(db, call, **given, version=call.version, actor=coordinator)
    assert owed(db) == [(date(2026, 7, 10), True, False), (date(2026, 7, 12), False, True)]


def test_the_partner_reads_what_is_asked_and_answers_from_the_mail(
    db: Session, moment: Moment
) -> None:
    partner = make_organisation(db)
    call = make_call(db, lasts=5, organisation_id=partner.id)
    moment.forward(days=6)
    (deadline,) = db.scalars(select(Deadline).where(Deadline.kind == "call_answer"))
    (item,) = reminders.items(db, [deadline])
    assert (item.what, item.about, item.public_page) == ("De l’ombre", "idea", f"/appels/{call.id}")
    assert item.staff_page == f"/appels/{call.id}"
    assert level_at(deadline, clock.now()) is Level.ANNOUNCE
    assert summary([item], now=clock.now()) == "1 appel à participation vous attend"
    assert line(item).startswith("Appel n°\xa0")


def test_followers_of_ideas_that_answer_hear_of_the_answer(db: Session, moment: Moment) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, lasts=1, actor=coordinator)
    public, _waiting = make_public(db, call_id=call.id), make_idea(db, call_id=call.id)
    moment.forward(days=2)
    given: dict[str, Any] = {"words": {"fr": "Oui."}, "decided_by": "Le maire"}
    commands.answer(db, call, **given, version=call.version, actor=coordinator)
    told = select(ProposalEvent).where(ProposalEvent.kind == Happening.CALL_ANSWERED)
    assert [(e.proposal_id, e.details) for e in db.scalars(told)] == [
        (public.id, {"call_id": call.id})
    ]


def test_of_two_changes_at_once_the_second_reads_first(db: Session) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    call = make_call(db, actor=coordinator)
    seen = call.version
    later = call.closes_on + timedelta(days=3)
    commands.extend(db, call, closes_on=later, version=seen, actor=coordinator)
    db.flush()
    with pytest.raises(Conflict, match="entre-temps"):
        commands.stop(db, call, reason="Non.", version=seen, actor=coordinator)


def sent_idea(db: Session, call_id: int) -> Idea:
    return Idea("Des arbres", "Deux tilleuls.", neighbourhood(db).id, call_id=call_id)


def test_an_idea_answers_an_open_call_and_no_other(db: Session) -> None:
    author, open_one = make_person(db), make_call(db)
    assert make_idea(db, author=author, call_id=open_one.id).call_id == open_one.id
    ended, coming = make_call(db, begins=-9, lasts=3), make_call(db, begins=3)
    stopped = make_call(db)
    commands.stop(
        db,
        stopped,
        reason="Non.",
        version=stopped.version,
        actor=make_person(db, Role.COORDINATOR),
    )
    for call_id in (ended.id, coming.id, stopped.id, 999_999):
        with pytest.raises(InvalidInput) as refused:
            submit(db, sent_idea(db, call_id), author=author)
        assert refused.value.field == "appel"
        assert "ne prend plus" in refused.value.message


def test_an_idea_sent_on_the_last_day_counts_when_its_author_is_known_later(
    db: Session, moment: Moment
) -> None:
    call, sent_at = make_call(db, lasts=0), clock.now()
    moment.forward(days=3)
    in_time = submit(db, sent_idea(db, call.id), author=make_person(db), sent_at=sent_at)
    too_late = submit(db, sent_idea(db, call.id), author=make_person(db), sent_at=clock.now())
    assert (in_time.call_id, too_late.call_id) == (call.id, None)


def test_lists_sort_calls_by_their_days(db: Session, moment: Moment) -> None:
    names = {"open": 0, "ended": -20, "coming": 5}
    made = {name: make_call(db, begins=days, title=name) for name, days in names.items()}
    assert [c.id for c in queries.open_now(db)] == [made["open"].id]
    assert [c.id for c in queries.coming(db)] == [made["coming"].id]
    assert [c.id for c in queries.awaiting_answer(db)] == [made["ended"].id]
    assert [c.id for c in queries.over(db).items] == [made["ended"].id]


def test_ended_calls_are_paged_by_their_last_day(db: Session) -> None:
    ids = [make_call(db, begins=-60 - n % 3, lasts=20).id for n in range(25)]
    first = queries.over(db)
    assert first.next_key is not None
    second = queries.over(db, before_id=first.next_key)
    assert len(first.items) == 20
    assert sorted(c.id for c in [*first.items, *second.items]) == sorted(ids)
    days = [c.closes_on for c in [*first.items, *second.items]]
    assert days == sorted(days, reverse=True)


def test_a_call_is_prepared_in_one_screen_and_seen_by_everybody_from_its_first_day(
    client: Browser, app: Any, town: Services, member: Person, moment: Moment
) -> None:
    signed = Browser(app).sign_in(member)
    page = signed.submit(NEW, TYPED | {"organisation": body(town)}).headers["Location"]
    signed.get(page)
    assert "pas encore public" in signed.text
    client.get(page, expects=404)
    client.get("/appels")
    assert "De l’ombre" not in client.text
    moment.forward(days=3)
    client.get("/appels")
    assert "De l’ombre" in client.text
    client.get(page)
    for words in ("Où manque-t-il", "Conseil citoyen", "dimanche 5 juillet 2026", "mardi 4 août"):
        assert words in client.text
    client.http.set_cookie("langue", "ar")
    client.get(page)
    assert "الظل" in client.text
    assert "Où manque-t-il" in client.text  # typed in French alone


def test_what_was_typed_comes_back_with_what_is_wrong(
    client: Browser, town: Services, coordinator: Person
) -> None:
    client.sign_in(coordinator)
    wrong = TYPED | {"organisation": body(town), "closes_on": "2026-06-01", "question_fr": ""}
    client.submit(NEW, wrong, expects=422)
    assert "Écrivez la question en français." in client.text
    client.submit(NEW, wrong | {"question_fr": "Où ?"}, expects=422)
    assert "Le dernier jour vient après le premier." in client.text
    assert client.page is not None
    form = client.page.forms[-1]
    assert form.fields["explanation_fr"][0].strip() == "Des arbres seront plantés cet hiver."


def test_the_whole_life_of_a_call_on_its_page(
    client: Browser, app: Any, town: Services, coordinator: Person, moment: Moment
) -> None:
    call = made(town, lasts=9)
    with town.database.transaction() as db:
        make_public(db, title="Deux tilleuls", call_id=call.id)
        make_idea(db, title="Pas encore lue", call_id=call.id)
        make_public(db, title="Une autre idée")
    signed, page = Browser(app).sign_in(coordinator), f"/appels/{call.id}"
    client.get(page)
    assert "Deux tilleuls" in client.text
    assert "Pas encore lue" not in client.text
    assert "Une autre idée" not in client.text
    assert f"/propositions/nouvelle?appel={call.id}" in client.page.links  # type: ignore[union-attr]
    signed.submit(f"/appels/prolonger/{call.id}", {"closes_on": "2026-06-20"})
    client.get(page)
    assert "Prolongé : la fin prévue était le jeudi 11 juin 2026." in client.text
    moment.forward(days=19)
    client.get(page)
    assert "Réponse attendue avant le lundi 20 juillet 2026." in client.text
    assert "?appel=" not in "".join(client.page.links)  # type: ignore[union-attr]
    moment.forward(days=40)
    client.get(page)
    assert "Elle est en retard." in client.text
    signed.sign_in(coordinator).get("/appels")
    assert "Attendent une réponse (1)" in signed.text
    answer = {"answer_fr": "Nous plantons deux tilleuls.", "decided_by": "Le maire"}
    signed.submit(f"/appels/repondre/{call.id}", answer)
    client.get(page)
    for words in ("Nous plantons deux tilleuls.", "Le maire", "La réponse est là"):
        assert words in client.text


def test_a_stopped_call_says_why_and_takes_nothing(
    client: Browser, town: Services, app: Any, coordinator: Person
) -> None:
    call = made(town)
    signed = Browser(app).sign_in(coordinator)
    signed.submit(f"/appels/arreter/{call.id}", {"reason": ""}, expects=422)
    signed.submit(f"/appels/arreter/{call.id}", {"reason": "Le budget est annulé."})
    client.get(f"/appels/{call.id}")
    assert "Le budget est annulé." in client.text
    assert "?appel=" not in "".join(client.page.links)  # type: ignore[union-attr]
    signed.get(f"/appels/prolonger/{call.id}", expects=409)


def test_pages_of_calls_ask_few_statements_however_many_ideas(
    client: Browser, town: Services
) -> None:
    call = made(town)
    counts = []
    for more in (1, 25):
        with town.database.transaction() as db:
            for _number in range(more):
                make_public(db, call_id=call.id)
        for path in (f"/appels/{call.id}", "/appels"):
            town.cache.clear()
            with count_statements(town.database) as seen:
                client.get(path)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 8
    assert counts[1] <= 6
