"""Sealed votes: answers and receipts in tables of their own, and what is left to do."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_ballots",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        _points_to("sealed_ballots", "question_id", "questions"),
        sa.PrimaryKeyConstraint("question_id", "key", name=op.f("pk_sealed_ballots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_receipts",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=19), nullable=False),
        _points_to("sealed_receipts", "question_id", "questions"),
        sa.PrimaryKeyConstraint("question_id", "receipt", name=op.f("pk_sealed_receipts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealing_rests",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        _points_to("sealing_rests", "consultation_id", "consultations"),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_sealing_rests")),
    )


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
