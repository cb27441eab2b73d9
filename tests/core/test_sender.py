"""Delivery through a real SMTP server: once, later, never, and what is kept afterwards."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engage.core import outbox, sender
from engage.core.db import Database
from engage.core.gateways import Gateway, SmtpGateway
from engage.core.outbox import Delivery, OutboxMessage, Rendered
from engage.core.sender import Sender
from tests.conftest import Moment
from tests.mailserver import PostOffice, free_port, post_office

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def words(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    return Rendered(
        f"Votre code : {message.secret}",
        f"Bonjour,\n\nVotre code : {message.secret}\n{base_url}/compte?a=1&b=2\n",
    )


def unwanted(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    return None


def faulty(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    db.execute(text("SELECT nothing FROM nowhere"))
    return None


RENDERERS: dict[str, sender.Renderer] = {"word": words, "unwanted": unwanted, "faulty": faulty}


def made(database: Database, office: PostOffice, *, keep_bodies: bool = False) -> Sender:
    gateways: dict[str, Gateway] = {
        "email": SmtpGateway(office.url, "Mon quartier <bonjour@example.org>")
    }
    return Sender(
        database, RENDERERS, gateways, keep_bodies=keep_bodies, base_url="https://town.example"
    )


def post(database: Database, number: int = 1, kind: str = "word", **values: Any) -> None:
    with database.transaction() as db:
        outbox.post(
            db,
            kind,
            channel=values.pop("channel", "email"),
            recipient=values.pop("recipient", f"contact{number}@example.org"),
            dedupe_key=f"{kind}:{number}",
            **values,
        )


def rows(database: Database) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_mail_has_text_first_and_the_same_words_as_html(
    database: Database, office: PostOffice
) -> None:
    post(database, secret="123456")
    assert made(database, office).deliver_all() == 1
    (mail,) = office.received
    plain, rich = mail.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert "Votre code : 123456" in plain.get_content()
    assert "Votre code : 123456<br>" in rich.get_content()
    assert 'href="https://town.example/compte?a=1&amp;b=2"' in rich.get_content()
    assert mail["Subject"] == "Votre code : 123456"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Mon quartier <bonjour@example.org>"


def test_codes_are_blanked_once_sent(database: Database, office: PostOffice) -> None:
    post(database, secret="123456")
    made(database, office).deliver_all()
    (row,) = rows(database)
    assert row.delivery == Delivery.SENT
    assert "123456" not in f"{row.subject}{row.body}{row.secret}{row.last_error}"


def test_the_demo_keeps_what_was_said(database: Database, office: PostOffice) -> None:
    post(database, secret="123456")
    made(database, office, keep_bodies=True).deliver_all()
    (row,) = rows(database)
    assert "123456" in row.body
    assert row.secret == ""


def test_without_gateway_the_outbox_is_its_only_place(
    database: Database, office: PostOffice
) -> None:
    post(database, channel="sms")
    made(database, office, keep_bodies=True).deliver_all()
    (row,) = rows(database)
    assert row.delivery == Delivery.KEPT
    assert "Bonjour" in row.body


def test_what_is_not_wanted_any_more_is_cancelled(database: Database, office: PostOffice) -> None:
    post(database, kind="unwanted", secret="123456")
    assert made(database, office).deliver_all() == 0
    assert office.received == []
    assert (rows(database)[0].delivery, rows(database)[0].secret) == (Delivery.CANCELLED, "")


def test_a_busy_server_gets_it_later_each_time_twice_as_late(
    database: Database, office: PostOffice, moment: Moment
) -> None:
    post(database)
    office.data_answer = "451 Try again later"
    pauses = []
    for _ in range(8):
        made(database, office).deliver_all()
        (row,) = rows(database)
        assert (row.delivery, "451" in row.last_error) == (Delivery.QUEUED, True)
        pauses.append((row.not_before - moment.now).total_seconds() / 60)
        moment.move_to(row.not_before)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    office.data_answer = "250 OK"
    made(database, office).deliver_all()
    assert rows(database)[0].delivery == Delivery.SENT


def test_it_does_not_leave_before_its_time(
    database: Database, office: PostOffice, moment: Moment
) -> None:
    post(database)
    office.data_answer = "451 Try again later"
    made(database, office).deliver_all()
    office.data_answer = "250 OK"
    moment.forward(seconds=59)
    assert made(database, office).deliver_all() == 0
    moment.forward(seconds=1)
    assert made(database, office).deliver_all() == 1


def test_after_five_days_of_trying_it_is_given_up(
    database: Database, office: PostOffice, moment: Moment
) -> None:
    post(database, secret="123456")
    office.data_answer = "451 Try again later"
    made(database, office).deliver_all()
    moment.forward(days=5, minutes=1)
    made(database, office).deliver_all()
    assert (rows(database)[0].delivery, rows(database)[0].secret) == (Delivery.FAILED, "")


@pytest.mark.parametrize("recipient", ["dead@example.org", "a\nBcc: b@example.org"])
def test_a_dead_address_is_not_tried_again_and_blocks_nobody(
    database: Database, office: PostOffice, recipient: str
) -> None:
    office.refusals["dead@example.org"] = "550 No such user"
    post(database, 1, recipient=recipient)
    post(database, 2)
    assert made(database, office).deliver_all() == 1
    first, second = rows(database)
    assert first.delivery == Delivery.FAILED
    assert second.delivery == Delivery.SENT
    assert office.recipients == ["contact2@example.org"]


def test_an_address_that_is_full_today_is_tried_again(
    database: Database, office: PostOffice
) -> None:
    office.refusals["contact1@example.org"] = "452 Mailbox full"
    post(database)
    made(database, office).deliver_all()
    assert rows(database)[0].delivery == Delivery.QUEUED


@pytest.mark.parametrize("kind", ["faulty", "unknown"])
def test_words_that_do_not_render_block_nobody_and_are_tried_again(
    database: Database, office: PostOffice, kind: str
) -> None:
    post(database, 1, kind)
    post(database, 2)
    assert made(database, office).deliver_all() == 1
    first, second = rows(database)
    assert (first.delivery, first.attempts) == (Delivery.QUEUED, 1)
    assert second.delivery == Delivery.SENT


def test_one_connection_carries_a_whole_round(database: Database, office: PostOffice) -> None:
    for number in range(5):
        post(database, number)
    assert made(database, office).deliver_all() == 5
    assert office.connections == 1


def test_a_server_that_is_down_is_asked_once_a_round(
    database: Database, office: PostOffice, moment: Moment
) -> None:
    office.port = free_port()
    for number in range(3):
        post(database, number)
    post(database, 4, channel="sms")
    assert made(database, office).deliver_all() == 1  # the SMS is kept, no gateway
    assert [row.attempts for row in rows(database)] == [1, 0, 0, 1]
    with post_office(office.port) as back:
        moment.forward(minutes=1)
        assert made(database, back).deliver_all() == 3


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing after it runs."""


def test_killed_between_sending_and_the_mark_it_leaves_again_under_the_same_name(
    database: Database, office: PostOffice, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(database)
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "_mark", lambda *_: (_ for _ in ()).throw(Killed))
        with suppress(Killed):
            made(database, office).deliver_all()
    assert made(database, office).deliver_all() == 0  # still claimed
    moment.forward(minutes=5, seconds=1)
    assert made(database, office).deliver_all() == 1
    assert len(office.message_ids) == 2
    assert len(set(office.message_ids)) == 1


def test_killed_before_sending_nothing_is_lost(
    database: Database, office: PostOffice, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(database)
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "_send", lambda *_: (_ for _ in ()).throw(Killed))
        with suppress(Killed):
            made(database, office).deliver_all()
    moment.forward(minutes=5, seconds=1)
    assert made(database, office).deliver_all() == 1
    assert len(office.received) == 1


def test_two_senders_at_once_send_each_message_once(database: Database, office: PostOffice) -> None:
    for number in range(40):
        post(database, number)
    start = threading.Barrier(3)

    def deliver() -> None:
        start.wait()
        made(database, office).deliver_all()

    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.message_ids) == len(set(office.message_ids)) == 40
    assert {row.delivery for row in rows(database)} == {Delivery.SENT}
