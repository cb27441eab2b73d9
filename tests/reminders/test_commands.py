"""Answers of partners: audited, appended, and only one of two at once decides."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engage.accounts.models import Role
from engage.core import audit, clock
from engage.core.errors import Conflict, Denied
from engage.core.services import Services
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents import commands as incidents
from engage.incidents import queries as reports
from engage.incidents.models import Incident
from engage.incidents.workflow import Status
from engage.reminders import commands, queries
from engage.reminders.commands import Given
from engage.reminders.models import Answer, AnswerKind, ReplyLink
from tests.conftest import Moment
from tests.factories import make_organisation, make_person
from tests.reminders.making import make_owed_incident, make_owed_report, messages, queue


def told(town: Services, *, kind: str = "ECL01") -> list[str]:
    """Tokens of the two contacts of a partner told of one report."""
    with town.database.transaction() as db:
        make_owed_incident(db, make_organisation(db, contacts=2), kind=kind)
    queue(town)
    return [message.secret for message in messages(town)]


def answer(db: Session, token: str, given: Given) -> None:
    link = queries.reply_link(db, token)
    assert link is not None
    commands.answer(db, link, link.digest.reminders[0].deadline, given)


def done() -> Given:
    return Given(AnswerKind.DONE, day=clock.today())


def test_an_answer_is_audited_without_a_person(town: Services) -> None:
    token, _ = told(town)
    with town.database.transaction() as db:
        answer(db, token, done())
        db.flush()
        entries = db.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()
        acts = [e.action for e in entries][-4:]
        assert acts[0] == "answer.done"
        assert "incident.resolve" in acts
        assert entries[-1].actor_id is None


def test_of_two_contacts_at_once_one_decides(town: Services) -> None:
    tokens = told(town)
    start, now = threading.Barrier(2), clock.now()
    refused: list[str] = []
    given = {tokens[0]: done(), tokens[1]: Given(AnswerKind.NOT_OURS)}

    def say(token: str) -> None:
        with clock.at(now):
            start.wait()
            try:
                with town.database.transaction() as db:
                    answer(db, token, given[token])
            except (Conflict, StaleDataError, Denied):
                refused.append(token)

    threads = [threading.Thread(target=say, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with town.database.reading() as db:
        assert len(db.scalars(select(Answer)).all()) == 1
        status = db.scalars(select(Incident)).one().status
        assert status in (Status.RESOLVED, Status.TO_QUALIFY)


def test_the_resident_who_says_no_makes_it_owed_again(town: Services, moment: Moment) -> None:
    token, _ = told(town)
    with town.database.transaction() as db:
        answer(db, token, done())
    with town.database.transaction() as db:
        incident = reports.by_reference(db, "G-1001")
        assert incident is not None
        link = db.scalars(
            select(incidents.FollowLink).where(incidents.FollowLink.incident_id == incident.id)
        ).first()
        assert link is not None
        incidents.reopen(db, incident, link=link, word="Toujours éteinte")
    moment.forward(days=1)
    assert queue(town) == 1


def test_what_the_agent_did_meanwhile_is_not_answered_again(town: Services) -> None:
    token, _ = told(town)
    with town.database.transaction() as db:
        incident = reports.by_reference(db, "G-1001")
        assert incident is not None
        coordinator = make_person(db, Role.COORDINATOR)
        incidents.decline(db, incident, actor=coordinator, word="Hors contrat")
    with town.database.transaction() as db, pytest.raises(Conflict):
        answer(db, token, done())


def test_a_planned_day_after_the_due_date_hides_no_lateness(town: Services, moment: Moment) -> None:
    token, _ = told(town)
    with town.database.transaction() as db:
        day = clock.today() + timedelta(days=90)
        answer(db, token, Given(AnswerKind.PLANNED, day=day))
    moment.forward(days=60)
    with town.database.reading() as db:
        incident = db.scalars(select(Incident)).one()
        deadline = owed.open_deadline(db, DeadlineKind.RESOLVE, incident)
        assert deadline is not None
        assert deadline.is_late(clock.now())
        assert deadline.is_silent(clock.now())


def test_revoking_is_audited_once(town: Services) -> None:
    told(town)
    with town.database.transaction() as db:
        link = db.scalars(select(ReplyLink)).first()
        assert link is not None
        commands.revoke(db, link)
        commands.revoke(db, link)
        db.flush()
        acts = db.scalars(
            select(audit.AuditEntry.action).where(audit.AuditEntry.subject_type == "reply_links")
        ).all()
        assert acts == ["reply_link.revoke"]


def test_tokens_are_stored_as_hashes_only(town: Services) -> None:
    tokens = told(town)
    with town.database.reading() as db:
        stored = db.scalars(select(ReplyLink.token_hash)).all()
    assert not set(tokens) & set(stored)
    assert {len(hash_) for hash_ in stored} == {64}


def test_a_report_that_is_not_theirs_is_owed_by_nobody_until_given_again(town: Services) -> None:
    with town.database.transaction() as db:
        make_owed_report(db, make_organisation(db))
    queue(town)
    with town.database.transaction() as db:
        answer(db, messages(town)[0].secret, Given(AnswerKind.NOT_OURS, note="la Région"))
    with town.database.transaction() as db:
        assert db.scalars(select(Deadline)).one().withdrawn_at is not None
        other = make_owed_report(db, make_organisation(db))
        assert other.is_open
