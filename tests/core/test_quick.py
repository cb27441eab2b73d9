"""Statements for the driver: kept like SQLAlchemy keeps them, failing like SQLAlchemy fails."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engage.consultations.models import Ballot, Consultation
from engage.core.quick import QuickStatement
from tests.consultations.factories import make_consultation

MOMENT = datetime(2026, 6, 2, 8, 0, 0, 5, tzinfo=UTC)


def test_moments_and_lists_are_read_back_as_they_were(db: Session) -> None:
    consultation = make_consultation(db)
    touched = QuickStatement("UPDATE consultations SET opens_at = :moment WHERE id = :id").run(
        db.connection(), moment=MOMENT, id=consultation.id
    )
    assert touched == 1
    assert db.scalar(select(Consultation.opens_at)) == MOMENT
    found = db.scalar(select(Consultation.id).where(Consultation.opens_at == MOMENT))
    assert found == consultation.id
    QuickStatement("INSERT INTO ballots VALUES (:key, :question, :answers)").run(
        db.connection(), key="a" * 32, question=consultation.questions[0].id, answers=[1, 2]
    )
    assert db.scalars(select(Ballot.answers)).one() == [1, 2]


def test_it_belongs_to_the_transaction(db: Session) -> None:
    consultation = make_consultation(db)
    db.commit()
    QuickStatement("UPDATE consultations SET version = :n").run(db.connection(), n=77)
    db.rollback()
    assert db.scalar(select(Consultation.version).where(Consultation.id == consultation.id)) == 1


def test_a_database_that_does_not_answer_is_an_operational_error(db: Session) -> None:
    dialect = db.connection().dialect.name
    if dialect == "postgresql":
        db.execute(text("SET LOCAL statement_timeout = 1"))
        slow = QuickStatement("SELECT pg_sleep(:seconds)")
        with pytest.raises(OperationalError):
            slow.run(db.connection(), seconds=2)
    else:
        with pytest.raises(OperationalError):
            QuickStatement("SELECT missing FROM nowhere").run(db.connection())
