"""`engage verify` finds what does not hold together, and nothing in an honest town."""

import io
import json

import pytest
from sqlalchemy import insert, text, update

from engage.accounts.models import Role
from engage.core import audit, clock, outbox, photos
from engage.core.audit import AuditEntry
from engage.core.images import prepare
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.services import Services
from engage.core.workflow import advance
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import TRANSITIONS, Action, Status
from engage.ops.verify import verify
from tests.conftest import Moment
from tests.factories import make_person, photo_bytes


@pytest.fixture
def item(town: Services) -> int:
    """A moderation item that went two steps."""
    with town.database.transaction() as db:
        made = ModerationItem(
            subject_type="proposals",
            subject_id=1,
            revision_id=1,
            created_at=clock.now(),
            due_at=clock.now(),
            status=Status.WAITING,
        )
        db.add(made)
        for action in (Action.PROPOSE_REFUSAL, Action.CONFIRM_REFUSAL):
            advance(db, made, action, TRANSITIONS, actor_id=make_person(db, Role.COUNCIL).id)
        return made.id


def faults(town: Services) -> list[str]:
    return [fault for lines in verify(town).values() for fault in lines]


def test_an_honest_town_has_no_fault(town: Services, item: int) -> None:
    with town.database.transaction() as db:
        photos.keep(db, photos.store(town.storage, prepare(io.BytesIO(photo_bytes()))))
    assert not faults(town)


def test_a_status_changed_behind_our_back_is_found(town: Services, item: int) -> None:
    with town.database.transaction() as db:
        db.execute(update(ModerationItem).values(status=Status.PUBLISHED))
    assert faults(town) == [f"moderation_items {item} is published, its audit trail says refused"]


def test_a_row_that_never_moved_has_the_first_status(town: Services) -> None:
    with town.database.transaction() as db:
        db.add(
            ModerationItem(
                subject_type="proposals",
                subject_id=1,
                revision_id=1,
                created_at=clock.now(),
                due_at=clock.now(),
                status=Status.REFUSED,
            )
        )
    assert "its audit trail says waiting" in faults(town)[0]


def test_an_entry_taken_out_of_the_trail_is_found(town: Services, item: int) -> None:
    """By somebody who holds the database and takes its guard away first."""
    with town.database.transaction() as db:
        trigger = "audit_entries_append_only"
        guard = f"{trigger}_delete" if town.database.is_sqlite else f"{trigger} ON audit_entries"
        db.execute(text(f"DROP TRIGGER {guard}"))
        table = AuditEntry.__table__
        db.execute(table.delete().where(table.c.action == "moderation_item.propose_refusal"))  # type: ignore[attr-defined]
        db.execute(
            insert(AuditEntry).values(
                at=clock.now(),
                action="moderation_item.publish",
                subject_type="moderation_items",
                subject_id=item,
                details={"before": "waiting", "after": "published"},
            )
        )
    found = faults(town)
    assert any("was refused before" in fault for fault in found)


def test_entries_from_the_future_and_out_of_order_are_found(
    town: Services, item: int, moment: Moment
) -> None:
    moment.forward(hours=-2)
    with town.database.transaction() as db:
        made = db.get_one(ModerationItem, item)
        audit.record(db, "moderation_item.note", made, before="refused", after="refused")
    found = faults(town)
    assert any("is in the future" in fault for fault in found)
    assert any("is older than the one before it" in fault for fault in found)


def test_photos_without_files_and_files_without_photos_are_found(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        photo = photos.keep(db, photos.store(town.storage, prepare(io.BytesIO(photo_bytes()))))
    town.storage.delete(photo.small_key)
    town.storage.put("e" * 32, b"nobody's")
    moment.move_to(clock.now().replace(year=2099))
    assert faults(town) == [
        f"file {photo.small_key} is missing",
        f"file {'e' * 32} belongs to nothing; type: engage purge",
    ]


def test_a_secret_kept_after_sending_is_found(town: Services) -> None:
    with town.database.transaction() as db:
        for key in ("waits", "left"):
            outbox.post(
                db,
                "sign_in_code",
                channel="email",
                recipient="amina@example.org",
                dedupe_key=key,
                secret="123456",
            )
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.dedupe_key == "left")
            .values(delivery=Delivery.SENT.value)
        )
    found = faults(town)
    assert len(found) == 2
    assert "still holds its secret" in found[0]
    assert "123456" not in json.dumps(found)


def test_a_reference_to_nothing_is_found(town: Services, item: int) -> None:
    if not town.database.is_sqlite:
        return  # PostgreSQL refuses to write one
    driver = town.database.engine.raw_connection()
    driver.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    driver.driver_connection.execute("PRAGMA query_only=OFF")  # type: ignore[union-attr]
    driver.driver_connection.execute("UPDATE moderation_items SET author_id = 4711")  # type: ignore[union-attr]
    driver.invalidate()
    assert faults(town) == ["moderation_items row 1 refers to a missing people row"]
