"""What the released schema knew of photos is still known after the migration to several."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from engage.core import migrate
from engage.core.db import WRITES, Database

AT = "2026-06-01 12:00:00+00"

OLD_ROWS = (
    (
        "INSERT INTO people (id, public_name, language, created_at, version)"
        " VALUES (1, 'Nour', 'fr', :at, 1)"
    ),
    (
        "INSERT INTO neighbourhoods (id, code, name, commune, kind, aliases, position)"
        " VALUES (1, 'tr', '{}', 'Cahors', 'qpv', '[]', 0)"
    ),
    (
        "INSERT INTO photos (id, key, width, height, created_at) VALUES (1, 'a', 9, 9, :at),"
        " (2, 'b', 9, 9, :at)"
    ),
    (
        "INSERT INTO proposals (id, author_id, neighbourhood_id, status, visibility, channel,"
        " created_at, version) VALUES (1, 1, 1, 'received', 'pending', 'web', :at, 1)"
    ),
    (
        "INSERT INTO proposal_revisions (id, proposal_id, title, body, body_html, html_rules,"
        " language, photo_id, created_at) VALUES (1, 1, 'T', 'B', 'B', 1, 'fr', 1, :at),"
        " (2, 1, 'T', 'B', 'B', 1, 'fr', NULL, :at)"
    ),
    (
        "INSERT INTO drafts (id, token_hash, kind, payload, photo_id, created_at, expires_at)"
        " VALUES (7, 'x', 'proposal', '{}', 2, :at, :at)"
    ),
    (
        "INSERT INTO sign_in_codes (id, challenge_hash, kind, value, code_hash, attempts,"
        " expires_at, draft_id, created_at)"
        " VALUES (1, 'c', 'email', 'a@example.org', 'h', 0, :at, 7, :at)"
    ),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/old.db")
    else:
        server = request.getfixturevalue("postgres")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS before_photos")
            connection.execute("CREATE DATABASE before_photos")
        address = server.replace("/postgres?", "/before_photos?")
        made = Database(address.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.close()


def test_photos_of_ideas_and_drafts_move_and_codes_still_find_their_drafts(
    empty: Database,
) -> None:
    with empty.engine.execution_options(**{WRITES: True}).begin() as connection:
        migrate.upgrade_within(connection, "0006")
        for row in OLD_ROWS:
            connection.execute(text(row), {"at": AT} if ":at" in row else {})
    migrate.upgrade(empty)
    with empty.engine.connect() as connection:

        def rows(statement: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(statement))]

        assert rows("SELECT revision_id, position, photo_id FROM proposal_photos") == [(1, 0, 1)]
        assert rows("SELECT draft_id, position, photo_id FROM draft_photos") == [(7, 0, 2)]
        assert rows("SELECT draft_id FROM sign_in_codes") == [(7,)]
        assert rows("SELECT id, title FROM proposal_revisions ORDER BY id") == [(1, "T"), (2, "T")]
        assert rows("SELECT voice, place_id FROM proposals") == [("resident", None)]
