"""The public register: what it counts, what it never says, how fast it is."""

import csv
import io
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.moderation import register, rota_standing_in, rota_thanks
from engage.moderation.models import Decision, ModerationItem, RefusalReason
from engage.moderation.register import Counts
from engage.moderation.register_export import COLUMNS
from engage.moderation.register_models import RegisterMonth
from engage.moderation.workflow import Action, Status
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item

JUNE = date(2026, 6, 1)


def test_a_month_counts_what_came_and_what_was_decided_in_it(db: Session, moment: Moment) -> None:
    first, second = (make_person(db, Role.COUNCIL) for _ in range(2))
    published, refused = make_item(db), make_item(db)
    make_item(db)
    moment.forward(hours=10)
    deciding.publish(db, published, first)
    moment.forward(hours=90)
    deciding.refuse(db, refused, first, second)
    counts = register.count(db, JUNE)
    assert (counts.received, counts.published, counts.refused) == (3, 1, 1)
    assert (counts.decided, counts.on_time, counts.median_hours) == (2, 1, 55)
    assert counts.reasons == {"R01": 1}
    assert register.count(db, date(2026, 5, 1)) == Counts()


def test_a_month_begins_and_ends_on_the_clocks_of_the_town(db: Session, moment: Moment) -> None:
    moment.move_to(datetime(2026, 6, 30, 21, 59, tzinfo=UTC))
    make_item(db)
    moment.forward(minutes=1)  # midnight in Paris
    make_item(db)
    assert register.count(db, JUNE).received == 1
    assert register.count(db, date(2026, 7, 1)).received == 1


def test_the_register_says_how_often_the_coordinator_stood_in(db: Session) -> None:
    make_item(db)
    rota_standing_in.stand_in(db)
    assert register.count(db, JUNE).stood_in == 1


def test_an_ended_month_is_stored_once_for_good_the_running_one_again_and_again(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        make_item(db)
    assert register.store(town.database) == 1
    with town.database.transaction() as db:
        make_item(db)
    register.store(town.database)
    with town.database.reading() as db:
        (row,) = register.months(db)
    assert (row.counts.received, row.is_over) == (2, False)
    moment.forward(days=40)
    assert register.store(town.database) == 2
    with town.database.transaction() as db:
        db.execute(update(ModerationItem).values(created_at=clock.now()))
    assert register.store(town.database) == 1
    with town.database.reading() as db:
        assert [(row.month.month, row.is_over) for row in register.months(db)] == [
            (7, False),
            (6, True),
        ]
        assert register.months(db)[1].counts.received == 2


def store(town: Services, month: date, **counts: object) -> None:
    with town.database.transaction() as db:
        db.merge(RegisterMonth(month=month, counts=counts, counted_at=clock.now()))


def test_visitors_read_the_numbers_of_each_month(client: Browser, town: Services) -> None:
    client.get("/moderation/registre")
    assert "Pas encore de chiffres" in client.text
    reasons = {"R01": 6, "R08": 6}
    store(town, JUNE, received=40, published=25, refused=12, median_hours=20, reasons=reasons)
    with town.database.transaction() as db:
        make_item(db)  # an audited act: the kept page is not shown any more
    client.get("/moderation/registre")
    assert "juin 2026 (en cours)" in client.text
    assert "Votre texte ou photo permet de reconnaître quelqu’un. 6 (50 %)" in client.text
    assert "20 h" in client.text


def test_small_numbers_are_not_broken_down(client: Browser, town: Services) -> None:
    store(town, JUNE, received=9, refused=9, appeals=4, overturned=3, reasons={"R02": 9})
    client.get("/moderation/registre")
    assert "Il y a moins de 10 refus : le détail n’est pas montré." in client.text
    assert "insulte" not in client.text
    assert "publiés ensuite" not in client.text
    text = client.get("/moderation/registre.csv").get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert row["refuses"] == "9"
    assert row["motif_R02"] == ""
    assert row["nouvelles_lectures_demandees"] == "4"
    assert row["publies_apres_nouvelle_lecture"] == ""


def test_the_file_holds_all_months_and_nothing_but_numbers(client: Browser, town: Services) -> None:
    for n in range(15):
        month = date(2025 + n // 12, n % 12 + 1, 1)
        store(town, month, received=n, refused=10, reasons={"R01": 10})
    answer = client.get("/moderation/registre.csv")
    rows = list(
        csv.DictReader(
            io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"
        )
    )
    assert len(rows) == 15
    assert set(COLUMNS.values()) < set(rows[0])
    for row in rows:
        for name, cell in row.items():
            assert name in ("mois", "complet") or cell == "" or cell.isdigit()
            assert not cell.startswith(("=", "+", "-", "@"))


def test_the_register_speaks_the_language_of_its_reader(client: Browser, town: Services) -> None:
    store(town, JUNE, received=1)
    answer = client.http.get("/moderation/registre", headers={"Accept-Language": "ar"})
    assert 'lang="ar"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("many", [100, 5_000])
def test_the_page_reads_stored_numbers_however_many_items_there_were(
    client: Browser, town: Services, many: int
) -> None:
    with town.database.transaction() as db:
        _fill(db, many)
    began = time.perf_counter()
    register.store(town.database)
    assert time.perf_counter() - began < 20  # seconds, on a busy machine; once in ten minutes
    with count_statements(town.database) as seen:
        client.get("/moderation/registre")
    assert len(seen) <= 6, seen
    with town.database.reading() as db:
        assert sum(row.counts.received for row in register.months(db, most=None)) == many


def _fill(db: Session, many: int) -> None:
    """Decided items of the last year, one in ten refused."""
    now = clock.now()
    reason = db.scalar(select(RefusalReason.id).limit(1))
    member = make_person(db, Role.COUNCIL).id
    items = [
        {
            "id": n,
            "subject_type": "proposals",
            "subject_id": n,
            "revision_id": n,
            "status": Status.PUBLISHED if n % 10 else Status.REFUSED,
            "created_at": now - timedelta(minutes=5 * n),
            "due_at": now,
            "decided_at": now - timedelta(minutes=2 * n),
            "in_queue": False,
            "version": 1,
        }
        for n in range(1, many + 1)
    ]
    db.execute(insert(ModerationItem), items)
    db.execute(
        insert(Decision),
        [
            {
                "item_id": item["id"],
                "moderator_id": member,
                "action": Action.CONFIRM_REFUSAL,
                "reason_id": reason,
                "at": item["decided_at"],
            }
            for item in items
            if item["status"] is Status.REFUSED
        ],
    )


def test_thanks_come_once_a_month_with_counts_of_all(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        members = [make_person(db, Role.COUNCIL, email=f"m{n}@example.org") for n in range(2)]
        deciding.publish(db, make_item(db), members[0])
    register.store(town.database)
    moment.move_to(datetime(2026, 7, 1, 8, tzinfo=UTC))
    with town.database.transaction() as db:
        assert rota_thanks.thank(db) == 0  # the month is not counted for good yet
    register.store(town.database)
    with town.database.transaction() as db:
        assert rota_thanks.thank(db) == 2
        assert rota_thanks.thank(db) == 0
        message = db.scalars(select(OutboxMessage).filter_by(kind=rota_thanks.KIND)).first()
        assert message is not None
        made = rota_thanks.render(db, message, "https://quartier.example")
    assert made is not None
    assert made.subject == "Merci : 1 texte lu ensemble en juin 2026"
    assert "1 publié, 0 refusé" in made.text
