"""A reading session cannot change anything, whatever the pooled connection did before."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engage.core.db import Database


def test_a_connection_changes_between_reading_and_writing(database: Database) -> None:
    write = text("UPDATE organisations SET role_note = role_note")
    for _turn in range(3):
        with database.transaction() as db:
            db.execute(write)
        with database.reading() as db, pytest.raises(DBAPIError):
            db.execute(write)
