"""Ten members at one queue at the same moment: nothing is decided twice, nobody waits."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.services import Services
from engage.moderation import commands
from engage.moderation.models import Decision, ModerationItem, PendingDecision
from engage.moderation.workflow import Status
from tests.conftest import Moment
from tests.factories import make_person
from tests.moderation.deciding import settle_town
from tests.proposals.ideas import make_item

MEMBERS, ITEMS = 10, 25


def test_ten_members_empty_one_queue_and_each_item_is_decided_once(
    town: Services, moment: Moment
) -> None:
    """One of them took an item ten minutes ago and went away: it is read like the others."""
    with town.database.transaction() as db:
        for _ in range(ITEMS):
            make_item(db)
        commands.take_next(db, moderator=make_person(db, Role.COUNCIL))
        people = [make_person(db, Role.COUNCIL).id for _ in range(MEMBERS)]
    now = moment.forward(minutes=10)

    def read_all(person_id: int) -> list[int]:
        """Take and publish what comes next until nothing does."""
        done: list[int] = []
        while True:
            with clock.at(now), town.database.transaction() as db:
                person = (
                    db.scalars(
                        select(Person)
                        .options(joinedload(Person.mandates))
                        .where(Person.id == person_id)
                    )
                    .unique()
                    .one()
                )
                item = commands.take_next(db, moderator=person)
                if item is None:
                    return done
                commands.publish(db, item, moderator=person, version=item.version)
                done.append(item.id)

    with ThreadPoolExecutor(MEMBERS) as pool:
        read = [id_ for done in pool.map(read_all, people) for id_ in done]
    assert sorted(read) == sorted(set(read)), "nobody decides what another one decided"
    assert len(read) == ITEMS, "nobody waits for a dead hold"
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(PendingDecision)) == ITEMS
    assert settle_town(town) == ITEMS
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Decision.id))) == ITEMS
        assert set(db.scalars(select(ModerationItem.status))) == {Status.PUBLISHED}
