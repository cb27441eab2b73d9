"""What is owed, handed on, met, promised and withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.core import audit, clock
from engage.deadlines import commands, queries
from engage.deadlines.models import Deadline, DeadlineKind
from engage.territory.models import Action, Organisation
from tests.conftest import Moment
from tests.factories import make_organisation

REPORT = DeadlineKind.ACTION_REPORT


@pytest.fixture
def action(db: Session) -> Action:
    return db.scalars(select(Action).where(Action.number == 3)).one()


@pytest.fixture
def partner(db: Session) -> Organisation:
    return make_organisation(db)


def owe(db: Session, action: Action, partner: Organisation, days: int = 10) -> Deadline:
    return commands.owe(
        db,
        REPORT,
        action,
        organisation_id=partner.id,
        due_at=clock.now() + timedelta(days=days),
        title="Bilan",
    )


def acts(db: Session) -> list[str]:
    db.flush()
    entries = db.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id))
    return [e.action for e in entries if e.action.startswith("deadline.")]


def test_what_is_owed_twice_is_owed_once_with_the_new_date(
    db: Session, action: Action, partner: Organisation
) -> None:
    first = owe(db, action, partner)
    second = owe(db, action, partner, days=20)
    assert second is first
    assert first.due_at == clock.now() + timedelta(days=20)
    assert acts(db) == ["deadline.owe", "deadline.move"]


def test_the_same_again_changes_and_audits_nothing(
    db: Session, action: Action, partner: Organisation
) -> None:
    owe(db, action, partner)
    owe(db, action, partner)
    assert acts(db) == ["deadline.owe"]


def test_an_answer_of_the_first_organisation_does_not_silence_the_next_one(
    db: Session, action: Action, partner: Organisation
) -> None:
    deadline = owe(db, action, partner)
    commands.silence(db, deadline, until=clock.now() + timedelta(days=3))
    other = make_organisation(db)
    owe(db, action, other)
    assert deadline.organisation_id == other.id
    assert deadline.silenced_until is None
    assert "deadline.hand_over" in acts(db)


def test_another_date_ends_the_silence(db: Session, action: Action, partner: Organisation) -> None:
    deadline = owe(db, action, partner)
    commands.silence(db, deadline, until=clock.now() + timedelta(days=3))
    commands.move(db, deadline, due_at=clock.now() + timedelta(days=30))
    assert not deadline.is_silent(clock.now())


def test_what_is_met_is_owed_no_more_and_may_be_owed_again(
    db: Session, action: Action, partner: Organisation
) -> None:
    first = owe(db, action, partner)
    commands.meet(db, REPORT, action, at=clock.now() - timedelta(days=1))
    db.flush()
    assert first.met_at == clock.now() - timedelta(days=1)
    assert queries.open_deadline(db, REPORT, action) is None
    assert owe(db, action, partner) is not first


def test_meeting_what_nobody_owes_does_nothing(db: Session, action: Action) -> None:
    commands.meet(db, REPORT, action)
    assert acts(db) == []


def test_what_is_withdrawn_is_neither_open_nor_late(
    db: Session, action: Action, partner: Organisation, moment: Moment
) -> None:
    deadline = owe(db, action, partner, days=1)
    moment.forward(days=2)
    assert deadline.is_late(clock.now())
    commands.withdraw_all(db, action)
    assert not deadline.is_late(clock.now())
    assert queries.open_deadlines_of(db, action) == []


def test_a_promise_hides_no_lateness(
    db: Session, action: Action, partner: Organisation, moment: Moment
) -> None:
    deadline = owe(db, action, partner, days=1)
    moment.forward(days=2)
    promised = clock.now() + timedelta(days=3)
    commands.silence(db, deadline, until=promised)
    assert deadline.is_late(clock.now())
    assert deadline.awaited_at == promised


def test_a_promise_before_the_due_date_changes_no_date(
    db: Session, action: Action, partner: Organisation
) -> None:
    deadline = owe(db, action, partner)
    commands.silence(db, deadline, until=clock.now() + timedelta(days=2))
    assert deadline.awaited_at == deadline.due_at


def test_the_database_refuses_two_open_deadlines_of_one_kind(
    db: Session, action: Action, partner: Organisation
) -> None:
    deadline = owe(db, action, partner)
    db.add(
        Deadline(
            kind=deadline.kind,
            subject_type=deadline.subject_type,
            subject_id=deadline.subject_id,
            organisation_id=partner.id,
            title="Bilan",
            due_at=deadline.due_at,
            created_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError):
        db.flush()
