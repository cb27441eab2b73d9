"""Making concertations: public changes, documents, what the picture of an answer shows."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("ALTER TABLE options ADD COLUMN photo_alt JSON NOT NULL DEFAULT '{}'")
    op.create_table(
        "consultation_changes",
        *_of_a_concertation("consultation_changes"),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("part", sa.String(24), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("old_closes_at", MOMENT, nullable=True),
        sa.Column("new_closes_at", MOMENT, nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
    )
    op.create_table(
        "consultation_documents",
        *_of_a_concertation("consultation_documents"),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("alt", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(48), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(key IS NULL) <> (photo_id IS NULL)", name=op.f("ck_consultation_documents_one_file")
        ),
        _points_to("consultation_documents", "photo_id", "photos"),
        sa.UniqueConstraint("key", name=op.f("uq_consultation_documents_key")),
    )
    for table in ("consultation_changes", "consultation_documents"):
        op.create_index(f"ix_{table}_consultation_id", table, ["consultation_id"])


def _of_a_concertation(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _points_to(table, "consultation_id", "consultations"),
    )


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
