"""What the clock queues: once, grouped, in office hours, whatever crashes."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from engage.core import clock
from engage.core.services import Services
from engage.deadlines import commands as deadlines
from engage.deadlines.models import Deadline, DeadlineKind
from engage.reminders import commands, jobs, queries
from engage.reminders.models import Digest, Level
from engage.territory.models import ContactPerson, Organisation
from tests.conftest import Moment
from tests.factories import make_organisation
from tests.reminders.making import (
    digests,
    make_owed_incident,
    make_owed_report,
    messages,
    queue,
)

NIGHT = datetime(2026, 6, 2, 1, 30, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)


def owing(town: Services, *, contacts: int = 2, incidents: int = 1, **values: Any) -> Organisation:
    """A partner with reports to answer."""
    with town.database.transaction() as db:
        partner = make_organisation(db, contacts=contacts)
        for _ in range(incidents):
            make_owed_incident(db, partner, **values)
    return partner


def test_one_digest_with_one_mail_for_each_contact(town: Services) -> None:
    partner = owing(town, incidents=3)
    assert queue(town) == 1
    (made,) = digests(town)
    assert (made.organisation_id, made.urgent) == (partner.id, False)
    assert len(made.reminders) == 3
    mails = messages(town)
    assert len({m.recipient for m in mails}) == len(mails) == 2
    assert len({m.secret for m in mails}) == 2


def test_nothing_is_said_twice(town: Services, moment: Moment) -> None:
    owing(town)
    queue(town)
    assert queue(town) == 0
    moment.move_to(NEXT_MORNING)
    assert queue(town) == 0
    assert len(messages(town)) == 2


def test_what_comes_after_todays_digest_waits_for_tomorrow(town: Services, moment: Moment) -> None:
    partner = owing(town)
    queue(town)
    with town.database.transaction() as db:
        make_owed_incident(db, partner)
    assert queue(town) == 0
    moment.move_to(NEXT_MORNING)
    assert queue(town) == 1
    assert [len(d.reminders) for d in digests(town)] == [1, 1]


def test_being_late_is_said_once_more(town: Services, moment: Moment) -> None:
    owing(town)
    queue(town)
    moment.forward(days=41)
    queue(town)
    levels = {r.level for d in digests(town) for r in d.reminders}
    assert levels == {Level.BEFORE, Level.LATE}


@pytest.mark.parametrize(
    "when",
    [
        datetime(2026, 6, 2, 5, 59, tzinfo=UTC),
        datetime(2026, 6, 2, 16, 0, tzinfo=UTC),
        datetime(2026, 6, 6, 10, 0, tzinfo=UTC),
        datetime(2026, 5, 25, 10, 0, tzinfo=UTC),
    ],
)
def test_nothing_ordinary_leaves_at_night_at_weekends_and_on_holidays(
    town: Services, moment: Moment, when: datetime
) -> None:
    moment.move_to(when - timedelta(hours=1))
    owing(town)
    moment.move_to(when)
    assert queue(town) == 0


def test_urgent_leaves_at_once_at_any_hour(town: Services, moment: Moment) -> None:
    moment.move_to(NIGHT)
    owing(town, kind="VER03")
    assert queue(town) == 1
    (made,) = digests(town)
    assert made.urgent
    assert len(messages(town)) == 2


def test_a_second_urgent_one_of_the_day_has_its_own_mail(town: Services, moment: Moment) -> None:
    moment.move_to(NIGHT)
    partner = owing(town, contacts=1, kind="VER03")
    queue(town)
    moment.forward(minutes=30)
    with town.database.transaction() as db:
        make_owed_incident(db, partner, kind="VER03")
    assert queue(town) == 1
    assert len(digests(town)) == 1
    first, second = messages(town)
    assert first.payload["last"] < second.payload["first"]


def test_urgent_does_not_wait_for_tomorrow_after_the_ordinary_digest(town: Services) -> None:
    partner = owing(town)
    queue(town)
    with town.database.transaction() as db:
        make_owed_incident(db, partner, kind="VER03")
    assert queue(town) == 1
    assert [d.urgent for d in digests(town)] == [False, True]


def test_urgent_and_late_is_said_in_office_hours(town: Services, moment: Moment) -> None:
    owing(town, kind="VER03")
    queue(town)
    moment.move_to(datetime(2026, 6, 19, 20, 0, tzinfo=UTC))
    assert queue(town) == 0
    moment.move_to(datetime(2026, 6, 22, 6, 0, tzinfo=UTC))
    assert queue(town) == 1


def test_nobody_to_write_to_leaves_it_unsaid_until_there_is(town: Services) -> None:
    partner = owing(town, contacts=0)
    assert queue(town) == 0
    with town.database.transaction() as db:
        db.add(ContactPerson(organisation_id=partner.id, name="Inès", email="ines@example.org"))
    assert queue(town) == 1


def test_a_contact_who_left_gets_nothing(town: Services) -> None:
    partner = owing(town)
    with town.database.transaction() as db:
        gone = db.get_one(ContactPerson, partner.contacts[0].id)
        gone.ended_at = clock.now()
    queue(town)
    assert [m.recipient for m in messages(town)] == [partner.contacts[1].email]


def test_a_promised_day_silences_until_it_has_passed(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        deadline = make_owed_report(db, make_organisation(db), due_at=clock.now())
        deadlines.silence(db, deadline, until=clock.now() + timedelta(days=6, hours=8))
    for _ in range(6):
        assert queue(town) == 0
        moment.forward(days=1)
    moment.forward(days=7)
    assert queue(town) == 1
    (made,) = digests(town)
    assert made.reminders[0].level is Level.LATE


def test_another_date_starts_the_levels_again(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        deadline_id = make_owed_report(db, make_organisation(db)).id
    queue(town)
    with town.database.transaction() as db:
        deadline = db.get_one(Deadline, deadline_id)
        deadlines.move(db, deadline, due_at=deadline.due_at + timedelta(days=5))
    moment.forward(days=1)
    assert queue(town) == 1


def test_another_organisation_hears_of_it_too(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        deadline = make_owed_report(db, make_organisation(db))
        due_at, other = deadline.due_at, make_organisation(db)
    queue(town)
    with town.database.transaction() as db:
        make_owed_report(db, other, due_at=due_at)
    assert queue(town) == 1
    assert digests(town)[-1].organisation_id == other.id


def test_the_closed_circuit_is_in_no_digest(town: Services) -> None:
    owing(town, kind="COM09")
    assert queue(town) == 0


def test_what_was_met_is_not_said(town: Services) -> None:
    with town.database.transaction() as db:
        deadline = make_owed_report(db, make_organisation(db))
        deadlines.fulfil(db, deadline, at=clock.now())
    assert queue(town) == 0


def at_once(count: int, work: Any) -> None:
    """Run `work` in `count` threads that start together, on the test's clock."""
    start, now = threading.Barrier(count), clock.now()

    def run() -> None:
        with clock.at(now):
            start.wait()
            work()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_clocks_at_once_make_one_digest(town: Services) -> None:
    for _ in range(4):
        owing(town)
        owing(town, kind="VER03")
    at_once(3, lambda: queue(town))
    queue(town)
    made = digests(town)
    assert len(made) == len({(d.organisation_id, d.urgent) for d in made}) == 8
    assert len(messages(town)) == 16


def test_two_clocks_that_planned_the_same_make_one_digest(town: Services) -> None:
    owing(town)
    with town.database.reading() as db:
        planned = queries.plan(db, clock.now())
    refused = []

    def make() -> None:
        try:
            with town.database.transaction() as db:
                commands.make_digest(db, planned[0])
        except IntegrityError:
            refused.append(1)

    at_once(3, make)
    assert len(refused) == 2
    assert len(digests(town)) == 1
    assert len(messages(town)) == 2


class Killed(BaseException):
    """What kill -9 looks like from inside."""


@pytest.mark.parametrize("calls_before", [0, 1, 2, 3])
def test_killed_at_any_point_the_next_run_says_each_thing_once(
    town: Services, monkeypatch: pytest.MonkeyPatch, calls_before: int
) -> None:
    for _ in range(2):
        owing(town)
    left = [calls_before]
    real = commands.messages.digest

    def dies(*args: Any, **kwargs: Any) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(commands.messages, "digest", dies)
        with pytest.raises(Killed):
            jobs.queue_digests(town.database)
    queue(town)
    assert len(digests(town)) == 2
    assert len(messages(town)) == len({m.dedupe_key for m in messages(town)}) == 4


def test_a_report_to_answer_and_to_repair_is_said_together(town: Services) -> None:
    owing(town, kind="VER03", contacts=1)
    queue(town)
    (made,) = digests(town)
    with town.database.reading() as db:
        found = db.get_one(Digest, made.id)
        kinds = {db.get_one(Deadline, r.deadline_id).kind for r in made.reminders}
    assert found.urgent
    assert kinds <= {DeadlineKind.ACKNOWLEDGE, DeadlineKind.RESOLVE}
    assert len(messages(town)) == 1
