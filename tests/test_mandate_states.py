"""Every address × every role × every state of its mandate: only a current one opens anything.

The state "current, second step not passed" is in `test_access`, beside "current".
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engage.accounts.demo import personas
from engage.accounts.models import Mandate
from engage.core import clock
from engage.core.services import Services
from engage.core.web import Engage
from tests.access_table import ROLES, WITH_MANDATE, sample_addresses
from tests.test_access import Devices, hold_everything, in_the_table, wrong_reach

pytestmark = pytest.mark.demo

DAY = timedelta(days=1)


def take_away(db: Session) -> None:
    db.execute(delete(Mandate))


def begin_tomorrow(db: Session) -> None:
    db.execute(update(Mandate).values(starts_on=clock.today() + DAY))


def end_yesterday(db: Session) -> None:
    db.execute(update(Mandate).values(ends_on=clock.today() - DAY))


def cancel_before_the_first_day(db: Session) -> None:
    first = clock.today() + DAY
    db.execute(update(Mandate).values(starts_on=first, ends_on=first - 2 * DAY))


def begin_and_end_today(db: Session) -> None:
    db.execute(update(Mandate).values(starts_on=clock.today(), ends_on=clock.today()))


CLOSED = (take_away, begin_tomorrow, end_yesterday, cancel_before_the_first_day)


@pytest.mark.parametrize("state", CLOSED)
def test_without_a_current_mandate_everybody_reaches_what_a_resident_does(
    app: Engage, town: Services, state: Callable[[Session], None]
) -> None:
    with town.database.transaction() as db:
        addresses = sample_addresses(app, db)
        resident = hold_everything(db)
        state(db)
    assert wrong_reach(Devices(app), {"resident": resident}, addresses, in_the_table) == ""


def test_on_its_first_and_last_day_a_mandate_opens_what_the_table_says(
    app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        addresses = sample_addresses(app, db)
        begin_and_end_today(db)
    with town.database.reading() as db:
        people = {demo.code: person for demo, person in personas(db)}
    asked = {role: people[ROLES[role]] for role in sorted(WITH_MANDATE)}
    assert wrong_reach(Devices(app), asked, addresses, in_the_table) == ""
