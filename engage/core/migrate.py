"""Brings a database to the newest schema: Alembic, forward only, in one transaction."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engage.core.config import ROOT
from engage.core.db import WRITES, Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig
    from sqlalchemy import Connection

VERSIONS = ROOT / "migrations" / "versions"
LOCK = 7_261_001
"""Advisory lock on PostgreSQL: two machines that start together migrate one after the other."""


def alembic_config(connection: Any = None, metadata: Any = None) -> "AlembicConfig":
    """Alembic's settings; the connection is handed over, no address is written anywhere."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def upgrade(database: Database) -> tuple[str | None, str | None]:
    """Migrate to the newest revision; returns the revisions before and after."""
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        return upgrade_within(connection)


def upgrade_within(connection: "Connection", to: str = "head") -> tuple[str | None, str | None]:
    """Migrate to the revision `to` in the caller's transaction; returns before and after."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = MigrationContext.configure(connection).get_current_revision()
    command.upgrade(alembic_config(connection), to)
    after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def current_revision(database: Database) -> str | None:
    """The revision of the database, None before `engage init`; creates nothing."""
    from sqlalchemy import inspect, text

    if database.is_sqlite and not Path(database.url.database or "").exists():
        return None
    with database.reading() as db:
        if not inspect(db.connection()).has_table("alembic_version"):
            return None
        found: str | None = db.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def newest_revision() -> str:
    """The revision this program knows: migrations are named by it, `0001_the_first_schema.py`.

    Read from the names because web and clock ask at each start and /readyz often: Alembic itself
    takes a third of a second to import. A test says that Alembic finds the same.
    """
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def fault(database: Database) -> str:
    """One line that says what to type when the database is not ready for this program, or ""."""
    from sqlalchemy.exc import OperationalError

    newest = newest_revision()
    try:
        found = current_revision(database)
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        return f"the database does not answer ({reason}); check ENGAGE_DATABASE_URL"
    if found is None:
        return "there is no database yet; type: engage init --contract FILE"
    if found < newest:
        return f"the database has schema {found}, this program needs {newest}; type: engage upgrade"
    if found > newest:
        return f"the database has schema {found}, newer than this program ({newest}); update Engage"
    return ""


def engine_name(database: Database) -> str:
    """Which database runs, e.g. `SQLite 3.53.4` or `PostgreSQL 18.4`."""
    with database.reading() as db:
        connection = db.connection()
        version = connection.dialect.server_version_info or ()
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    return f"{name} {'.'.join(str(part) for part in version)}"
