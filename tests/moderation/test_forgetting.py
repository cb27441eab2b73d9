"""What is kept around moderation goes on its day: reports, hidden ideas, appeals, alerts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.core.services import Services
from engage.moderation import alerts, appeals, notices
from engage.moderation.alerts_models import Alert
from engage.moderation.appeals_models import Appeal
from engage.moderation.notices import Complaint
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.privacy.purge import purge, rehearse
from engage.proposals.models import Proposal, ProposalRevision
from tests.conftest import Moment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item, make_public

WHY = "Karim y est nommé."


def _hidden(db: Session) -> None:
    idea = make_public(db, author=make_person(db))
    target = REPORTABLE["proposals"].find(db, idea.id)
    assert target is not None
    complaint = Complaint(deciding.grounds(db).reason, WHY, "Sam", "sam@example.org")
    notice = notices.send(db, target, complaint, reporter=None)
    item = notices.item_of(db, db.get_one(NoticeCase, notice.case_id))
    assert item is not None
    deciding.refuse(db, item, *(make_person(db, Role.COUNCIL) for _ in range(2)))


def _appeal(db: Session) -> None:
    author = make_person(db)
    judges = [make_person(db, Role.COUNCIL) for _ in range(3)]
    item = make_item(db, author=author)
    deciding.refuse(db, item, *judges[:2])
    appeal = appeals.ask(db, item, WHY, author=author)
    appeals.uphold(db, appeal, judge=judges[2], version=appeal.version, answer=WHY)


def _alert(db: Session) -> None:
    claire = make_person(db, Role.COORDINATOR)
    alert = alerts.raise_threat(db, None, member=make_person(db, Role.COUNCIL))
    alerts.take(db, alert, person=claire, version=alert.version)
    alerts.close(db, alert, person=claire, version=alert.version, word=WHY, give_back=False)


@pytest.mark.parametrize(
    ("rule", "make", "over"),
    [
        ("notices", _hidden, date(2026, 12, 2)),
        ("hidden_ideas", _hidden, date(2026, 12, 2)),
        ("appeals", _appeal, date(2026, 12, 2)),
        ("alerts", _alert, date(2027, 6, 2)),
    ],
)
def test_each_thing_goes_on_its_day_and_its_words_with_it(
    town: Services, moment: Moment, rule: str, make: Callable[[Session], None], over: date
) -> None:
    with town.database.transaction() as db:
        make(db)
    last = datetime(over.year, over.month, over.day, 12, tzinfo=UTC) - timedelta(days=1)
    moment.move_to(last)
    assert purge(town.database, town.storage).rows[rule] == 0
    moment.forward(days=1)
    assert rehearse(town.database, town.storage).rows[rule] == 1
    assert purge(town.database, town.storage).rows[rule] == 1
    assert purge(town.database, town.storage).rows[rule] == 0
    with town.database.reading() as db:
        kept = [
            *db.execute(select(Notice.explanation, Notice.name, Notice.email)).all(),
            *db.execute(select(Appeal.word, Appeal.answer)).all(),
            *db.execute(select(Alert.word)).all(),
        ]
        assert {word for row in kept for word in row} <= {""}
        if rule == "hidden_ideas":
            assert db.scalars(select(ProposalRevision.body)).all() == [""]
            assert db.scalars(select(Proposal.author_id)).all() == [None]
