"""Fixtures: the whole program on each database, and a connection to look at what it kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engage.core.db import Database
from tests import live
from tests.conftest import BACKENDS
from tests.ops.instances import empty_database


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A prepared town on each database, not started yet."""
    with empty_database(request, request.param, tmp_path) as url:
        environ = live.environment(tmp_path, ENGAGE_DATABASE_URL=url)
        live.command(environ, "init", "--contract", str(live.CONTRACT))
        yield environ


@pytest.fixture
def program(settings: dict[str, str]) -> Iterator[live.Program]:
    started = live.start(settings, "run")
    yield started
    started.stop()


@pytest.fixture
def database(settings: dict[str, str]) -> Iterator[Database]:
    opened = Database(settings["ENGAGE_DATABASE_URL"])
    yield opened
    opened.close()
