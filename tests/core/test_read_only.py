"""A reading session cannot change anything, whatever the pooled connection did before."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engage.core.db import Database
from tests.browsing import Browser


def test_a_connection_changes_between_reading_and_writing(database: Database) -> None:
    write = text("UPDATE organisations SET role_note = role_note")
    for _turn in range(3):
        with database.transaction() as db:
            db.execute(write)
        with database.reading() as db, pytest.raises(DBAPIError):
            db.execute(write)


@pytest.mark.parametrize(
    ("path", "status"), [("/propositions", 200), ("/contrat", 200), ("/propositions/999999", 404)]
)
def test_a_page_that_only_reads_gives_its_connection_back(
    client: Browser, path: str, status: int
) -> None:
    client.get(path, status)
    pool: Any = client.app.services.database.engine.pool
    assert pool.checkedout() == 0
