"""`engage doctor` says in plain words what there is to do."""

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from engage.core import outbox, ticks, town_settings
from engage.core.config import Config
from engage.core.services import Services
from engage.core.town_settings import TownSettings
from engage.ops.doctor import Finding, in_charge, is_fixed_sqlite, look
from engage.territory.models import ContactPerson
from tests.conftest import Moment
from tests.factories import make_organisation, make_place


@pytest.fixture
def healthy(town: Services, tmp_path: Path) -> Config:
    """A town in production where everything is as it should be."""
    secrets = tmp_path / "keys"
    secrets.mkdir(mode=0o700)
    for path in tmp_path.glob("engage.db*"):
        path.chmod(0o600)
    with town.database.transaction() as db:
        ticks.tick(db, "sender")
        for organisation in db.scalars(in_charge()):
            db.add_all(
                ContactPerson(
                    organisation_id=organisation.id, name=name, email=f"{name}@example.org"
                )
                for name in ("ana", "bilal")
            )
    return dataclasses.replace(
        town.config,
        instance=tmp_path,
        secrets=secrets,
        demo=False,
        base_url="https://quartier.example.org",
        sms_url="https://sms.example.org",
    )


@pytest.fixture
def mail() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    yield f"smtp://127.0.0.1:{port}"
    server.stop()


def todos(config: Config) -> list[Finding]:
    return [finding for finding in look(config) if finding.todo]


def only(config: Config) -> Finding:
    [finding] = todos(config)
    return finding


@pytest.fixture
def ready(healthy: Config, mail: str) -> Config:
    return dataclasses.replace(healthy, smtp_url=mail)


def test_a_town_in_order_has_nothing_to_do(ready: Config) -> None:
    assert [f.line for f in look(ready) if not f.line.startswith("OK ")] == []


def test_the_demo_may_not_face_the_world(ready: Config) -> None:
    finding = only(dataclasses.replace(ready, demo=True))
    assert finding.broken
    assert "ENGAGE_DEMO" in finding.todo


def test_an_address_without_https_is_broken(ready: Config) -> None:
    assert only(dataclasses.replace(ready, base_url="http://quartier.example.org")).broken


def test_an_address_of_this_machine_is_to_do(ready: Config) -> None:
    assert not only(dataclasses.replace(ready, base_url="http://127.0.0.1:8000")).broken


def test_a_key_that_others_can_read_is_broken(ready: Config) -> None:
    key = ready.secrets / "app.key"
    key.write_bytes(b"k")
    key.chmod(0o644)
    assert only(ready).todo == f"Tapez : chmod go= {key}"


def test_a_mail_server_that_is_silent_is_broken(ready: Config) -> None:
    finding = only(dataclasses.replace(ready, smtp_url="smtp://127.0.0.1:9"))
    assert finding.broken
    assert "127.0.0.1:9" in finding.text


def test_no_mail_server_is_to_do(ready: Config) -> None:
    assert "ENGAGE_SMTP_URL" in only(dataclasses.replace(ready, smtp_url="")).todo


def test_a_silent_clock_is_broken(ready: Config, moment: Moment) -> None:
    moment.forward(minutes=10)
    assert only(ready).text == "L’horloge s’est tue depuis le 02/06/2026 à 10:00."


def test_an_old_schema_says_what_to_type(ready: Config, town: Services) -> None:
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert only(ready).todo == "Tapez : engage upgrade"


def test_no_database_says_what_to_type(ready: Config, tmp_path: Path) -> None:
    found = only(dataclasses.replace(ready, database_url=f"sqlite:///{tmp_path}/none.db"))
    assert "engage init" in found.todo
    assert not (tmp_path / "none.db").exists()


def test_a_database_that_is_away_is_broken(ready: Config) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    assert only(dataclasses.replace(ready, database_url=away)).broken


def test_who_is_in_charge_needs_two_contacts(ready: Config, town: Services) -> None:
    with town.database.transaction() as db:
        alone = make_organisation(db, contacts=1)
        make_organisation(db, contacts=0)  # is in charge of nothing
        make_place(db, owner=alone)
    assert f"{alone.short_name} (1)" in only(ready).todo


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_versions_of_sqlite_that_lose_writes_are_known(
    version: tuple[int, ...], fixed: bool
) -> None:
    assert is_fixed_sqlite(version) is fixed


def test_the_sms_of_the_day_are_counted(ready: Config, town: Services) -> None:
    assert "OK       0 SMS aujourd’hui, 500 au plus." in [finding.line for finding in look(ready)]
    with town.database.transaction() as db:
        outbox.post(db, "word", channel="sms", recipient="+33639980001", dedupe_key="x")
    assert only(dataclasses.replace(ready, sms_daily=1)).broken


def test_what_the_town_decided_is_said(ready: Config, town: Services) -> None:
    assert "Les commentaires sont fermés." in [finding.text for finding in look(ready)]
    opened = TownSettings(comments_open=True, trusted=frozenset({"comments"}))
    with town.database.transaction() as db:
        town_settings.write(db, opened)
    texts = [finding.text for finding in look(ready)]
    assert "Les commentaires sont ouverts." in texts
    assert "Publié tout de suite et lu après : comments." in texts
    assert todos(ready) == []
