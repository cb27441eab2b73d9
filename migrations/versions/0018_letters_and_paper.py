"""Letters have a number, votes a perimeter of places; ballots on paper are entered twice."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE consultations ADD COLUMN places JSON NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE voting_codes ADD COLUMN batch INTEGER")
    op.execute("ALTER TABLE voting_codes ADD COLUMN serial INTEGER")
    op.execute(
        "ALTER TABLE voting_codes ADD COLUMN neighbourhood_id INTEGER"
        " CONSTRAINT fk_voting_codes_neighbourhood_id REFERENCES neighbourhoods (id)"
    )
    letter = ["consultation_id", "batch", "serial"]
    op.create_index("uq_voting_codes_letter", "voting_codes", letter, unique=True)
    _create_batches()
    _create_sheets()
    _create_readings()
    _create_reports()


def _create_batches() -> None:
    op.create_table(
        "paper_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batches")),
        _points_to("paper_batches", "consultation_id", "consultations"),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_paper_batches_consultation_id_number")
        ),
    )


def _create_sheets() -> None:
    op.create_table(
        "paper_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_sheets")),
        _points_to("paper_sheets", "batch_id", "paper_batches"),
        _points_to("paper_sheets", "photo_id", "photos"),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_paper_sheets_batch_id_number")),
    )


def _create_readings() -> None:
    op.create_table(
        "paper_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("look BETWEEN 1 AND 3", name=op.f("ck_paper_readings_look")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_readings")),
        _points_to("paper_readings", "sheet_id", "paper_sheets"),
        _points_to("paper_readings", "reader_id", "people"),
        sa.UniqueConstraint("sheet_id", "look", name=op.f("uq_paper_readings_sheet_id_look")),
        sa.UniqueConstraint(
            "sheet_id", "reader_id", name=op.f("uq_paper_readings_sheet_id_reader_id")
        ),
    )


def _create_reports() -> None:
    op.create_table(
        "paper_reports",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_paper_reports")),
        _points_to("paper_reports", "consultation_id", "consultations"),
        _points_to("paper_reports", "closed_by_id", "people"),
    )


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
