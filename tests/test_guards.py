"""Promises about the whole program, checked by reading it and its schema."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engage import schema
from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.web import SAFE, Engage


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "engage").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_the_migrated_schema_is_the_one_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, schema.metadata)
    assert [change for change in difference if "Enum" not in repr(change)] == []


def test_only_advance_assigns_a_status() -> None:
    assigning = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Attribute) and t.attr == "status" for t in node.targets)
    ]
    assert [place for place in assigning if "core/workflow.py" not in place] == []


def test_only_the_request_and_transactions_commit() -> None:
    committing = {
        str(path.relative_to(ROOT))
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing <= {"engage/core/web.py", "engage/core/db.py"}


def test_migrations_never_import_the_application() -> None:
    for path in (ROOT / "migrations").rglob("*.py"):
        assert "engage" not in {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }, path


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(path) for path, tree in sources() if not ast.get_docstring(tree)]
    assert silent == []


def test_every_relationship_refuses_to_load_by_itself() -> None:
    from engage.core.db import Base

    lazy = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.lazy != "raise_on_sql"
    ]
    assert lazy == []


def test_a_reading_session_can_not_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as db:
        db.execute(text("DELETE FROM throttle_counters"))


def test_no_address_changes_anything_when_it_is_only_read(app: Engage) -> None:
    """Views of GET get a reading session (see `get_db`); none answers both by one method name."""
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods <= SAFE | {"POST"}, rule


def test_every_endpoint_of_the_public_list_exists(app: Engage) -> None:
    assert app.extensions["engage_public"] <= set(app.view_functions)


def test_imports_go_the_ways_that_are_written_down() -> None:
    call = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", call, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout
