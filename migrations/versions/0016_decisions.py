"""Decisions: who made them, what is added to them, who wants to hear of results."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE consultations ADD COLUMN decision_by JSON NOT NULL DEFAULT '{}'")
    op.create_table(
        "decision_additions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _points_to("decision_additions", "consultation_id", "consultations"),
        _points_to("decision_additions", "added_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_additions")),
    )
    op.create_index(
        "ix_decision_additions_consultation_id", "decision_additions", ["consultation_id"]
    )
    _make_follows()


def _make_follows() -> None:
    op.create_table(
        "result_follows",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("results_link", sa.String(64), nullable=True),
        sa.Column("decision_link", sa.String(64), nullable=True),
        _points_to("result_follows", "consultation_id", "consultations"),
        _points_to("result_follows", "person_id", "people"),
        sa.PrimaryKeyConstraint("consultation_id", "person_id", name=op.f("pk_result_follows")),
        sa.UniqueConstraint("results_link", name=op.f("uq_result_follows_results_link")),
        sa.UniqueConstraint("decision_link", name=op.f("uq_result_follows_decision_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_result_follows_person_id", "result_follows", ["person_id"])


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
