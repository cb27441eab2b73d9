"""Messages as rows: queued once, with what makes them true, withdrawn in time."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.core import outbox
from engage.core.db import Database
from engage.core.outbox import Delivery, OutboxMessage


def post(db: Session, key: str = "word:1") -> bool:
    return outbox.post(
        db, "word", channel="email", recipient="amina@example.org", dedupe_key=key, secret="123456"
    )


def keys(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage.dedupe_key).order_by(OutboxMessage.id)))


def test_the_same_message_is_queued_once(db: Session) -> None:
    assert post(db)
    assert not post(db)


def test_a_message_of_a_change_that_failed_was_never_queued(database: Database) -> None:
    def change() -> None:
        with database.transaction() as db:
            post(db)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert keys(database) == []


def test_of_two_at_once_one_is_queued(database: Database) -> None:
    start = threading.Barrier(2)
    refused: list[bool] = []

    def queue() -> None:
        start.wait()
        try:
            with database.transaction() as db:
                refused.append(not post(db))
        except IntegrityError:
            refused.append(True)

    threads = [threading.Thread(target=queue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys(database) == ["word:1"]
    assert sorted(refused) == [False, True]


def test_what_was_not_sent_can_be_withdrawn_and_its_secret_goes(db: Session) -> None:
    post(db, "word:1:a")
    post(db, "word:10:a")
    outbox.cancel(db, "word:1:")
    messages = db.scalars(
        select(OutboxMessage).order_by(OutboxMessage.id).execution_options(populate_existing=True)
    ).all()
    assert [m.delivery for m in messages] == [Delivery.CANCELLED, Delivery.QUEUED]
    assert [m.secret for m in messages] == ["", "123456"]


def test_a_prefix_with_wildcards_withdraws_nothing_else(db: Session) -> None:
    post(db, "word:1")
    outbox.cancel(db, "w%")
    assert db.scalars(select(OutboxMessage.delivery)).all() == [Delivery.QUEUED]
