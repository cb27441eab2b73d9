"""What machines are told: alive, ready or not and why, counts for those who may know."""

import dataclasses
import re
from datetime import timedelta

import pytest

from engage.core import clock, ticks
from engage.core.outbox import OutboxMessage, post
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements

VALUE = re.compile(r"^(engage_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture
def ticked(town: Services, moment: Moment) -> None:
    with town.database.transaction() as db:
        ticks.tick(db, "sender")


def post_message(town: Services, *, key: str = "a", minutes: int = 0) -> None:
    with town.database.transaction() as db:
        post(
            db,
            "sign_in_code",
            channel="email",
            recipient="amina@example.org",
            dedupe_key=key,
            not_before=clock.now() + timedelta(minutes=minutes),
        )


def faults(client: Browser) -> list[str]:
    found: list[str] = client.get("/readyz", 503).get_json()["faults"]
    return found


def test_being_alive_needs_no_database(client: Browser, town: Services) -> None:
    with count_statements(town.database) as statements:
        assert client.get("/healthz").get_json() == {"status": "ok"}
    assert not statements


def test_a_town_whose_clock_ticks_is_ready(client: Browser, ticked: None) -> None:
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_clock_that_never_ran_is_named(client: Browser) -> None:
    assert faults(client) == ["clock: has never run; type: engage clock"]


def test_a_clock_silent_for_three_minutes_is_named(
    client: Browser, ticked: None, moment: Moment
) -> None:
    moment.forward(minutes=3)
    client.get("/readyz")
    moment.forward(seconds=1)
    assert faults(client)[0].startswith("clock: silent since 2026-06-02 08:00 UTC")


def test_a_message_due_for_ten_minutes_is_named(
    client: Browser, town: Services, moment: Moment
) -> None:
    post_message(town)
    post_message(town, key="later", minutes=60)
    moment.forward(minutes=11)
    with town.database.transaction() as db:
        ticks.tick(db, "sender")
    assert faults(client) == ["sender: a message waits since 2026-06-02 08:00 UTC"]


def test_an_old_schema_is_named(client: Browser, town: Services, ticked: None) -> None:
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert "type: engage upgrade" in faults(client)[0]


def test_a_database_that_does_not_answer_is_named(client: Browser, town: Services) -> None:
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ticks RENAME TO hidden")
    assert faults(client)[0].startswith("database: ")


def test_metrics_count_what_is_there(client: Browser, town: Services, ticked: None) -> None:
    post_message(town)
    found = {
        (name, labels): float(value)
        for name, labels, value in VALUE.findall(client.get("/metrics").get_data(as_text=True))
    }
    assert found["engage_outbox_messages", 'state="queued"'] == 1
    assert found["engage_outbox_messages", 'state="sent"'] == 0
    assert found["engage_tick_age_seconds", 'job="sender"'] == 0
    for name in ("incidents_open", "incidents_late", "moderation_queue"):
        assert found[f"engage_{name}", ""] == 0
    assert any(name == "engage_build_info" for name, _ in found)


def test_metrics_are_for_this_machine(client: Browser) -> None:
    client.get("/metrics", 404, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    client.get("/metrics", 404, headers={"X-Forwarded-For": "192.0.2.7"})


def test_metrics_are_for_who_has_the_token(client: Browser, town: Services) -> None:
    far = {"REMOTE_ADDR": "192.0.2.7"}
    client.get("/metrics", 404, environ_base=far, headers={"Authorization": "Bearer "})
    config = dataclasses.replace(town.config, metrics_token="jeton")
    client.app.services = dataclasses.replace(client.app.services, config=config)
    client.get("/metrics", environ_base=far, headers={"Authorization": "Bearer jeton"})
    client.get("/metrics", 404, environ_base=far, headers={"Authorization": "Bearer jetom"})


def test_a_page_for_machines_tells_nothing_about_people(client: Browser, town: Services) -> None:
    post_message(town)
    with town.database.reading() as db:
        assert db.query(OutboxMessage).count() == 1
    assert "example.org" not in client.get("/metrics").get_data(as_text=True)
