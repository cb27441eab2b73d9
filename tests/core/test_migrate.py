"""The database is at the newest revision, or one line says what to type."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text

from engage.core import migrate
from engage.core.db import Database
from engage.core.services import Services


def test_the_newest_revision_is_the_one_alembic_finds() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert migrate.newest_revision() == scripts.get_current_head()


def test_every_migration_is_named_by_its_revision() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_a_migrated_database_has_no_fault(database: Database) -> None:
    assert migrate.fault(database) == ""
    assert migrate.upgrade(database) == (migrate.newest_revision(),) * 2


def test_other_revisions_say_what_to_type(database: Database) -> None:
    for revision, words in (("0000", "engage upgrade"), ("9999", "update Engage")):
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        assert words in migrate.fault(database)


def test_asking_for_a_missing_file_makes_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/none.db")
    assert "engage init" in migrate.fault(database)
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_away_is_one_line() -> None:
    fault = migrate.fault(Database("postgresql+psycopg://nobody@127.0.0.1:9/none"))
    assert "does not answer" in fault
    assert "\n" not in fault


def test_the_engine_says_its_name(town: Services) -> None:
    name = migrate.engine_name(town.database)
    assert name.startswith("SQLite 3." if town.database.is_sqlite else "PostgreSQL ")
