"""Several towns in one test: what a backup leaves and where it is restored."""

import contextlib
import dataclasses
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from engage import schema
from engage.core.config import ROOT, Config
from engage.core.db import Database
from engage.core.services import Services


@contextlib.contextmanager
def empty_config(request: pytest.FixtureRequest, backend: str, folder: Path) -> Iterator[Config]:
    """Settings of a machine that has nothing yet, on either database."""
    base: Config = request.getfixturevalue("base_config")
    with empty_database(request, backend, folder) as url:
        yield dataclasses.replace(
            base,
            instance=folder,
            secrets=folder / "secrets",
            uploads=folder / "uploads",
            database_url=url,
        )


@contextlib.contextmanager
def empty_database(request: pytest.FixtureRequest, backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'engage.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    name = f"other_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{name}?"
        )
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of their keys."""
    with database.reading() as db:
        return {
            table.name: [
                tuple(row) for row in db.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in schema.metadata.sorted_tables
        }


def all_files(town: Services) -> dict[str, bytes]:
    stored = town.storage.keys()
    return {key: town.storage.open(key) for key, _ in stored}


def environment(config: Config) -> dict[str, str]:
    """The variables under which the `engage` command works on this town."""
    return {
        "PATH": "/usr/bin:/bin",
        "ENGAGE_INSTANCE": str(config.instance),
        "ENGAGE_SECRETS": str(config.secrets),
        "ENGAGE_STORAGE_URL": str(config.uploads),
        "ENGAGE_DATABASE_URL": config.database_url,
        "ENGAGE_DEMO": "1",
    }


def engage(config: Config, *words: str) -> subprocess.CompletedProcess[str]:
    """Type an `engage` command in a shell of its own."""
    return subprocess.run(
        [sys.executable, "-m", "engage", *words],
        env=environment(config),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
