"""Brings a database to the newest schema: Alembic, forward only, in one transaction."""

from typing import TYPE_CHECKING, Any

from engage.core.config import ROOT
from engage.core.db import WRITES, Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

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
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import text

    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(alembic_config(connection), "head")
        after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def current_revision(database: Database) -> str | None:
    """The revision of the database, None before `engage init`."""
    from alembic.runtime.migration import MigrationContext

    with database.engine.execution_options(**{WRITES: False}).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this program knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config()).get_current_head()
