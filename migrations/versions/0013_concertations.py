"""Concertations: drafts, purposes, who owes the decision, sealing; budgets and scales."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain ADD COLUMN, keys named as the models name them: nothing is copied or locked long."""
    for table, column in (
        ("consultations", "purpose VARCHAR(24) NOT NULL DEFAULT 'vote'"),
        ("consultations", _key("consultations", "organisation_id", "organisations")),
        ("consultations", "is_draft BOOLEAN NOT NULL DEFAULT FALSE"),
        ("consultations", "takes_paper BOOLEAN NOT NULL DEFAULT FALSE"),
        ("consultations", "quorum INTEGER"),
        ("consultations", "expected INTEGER"),
        ("consultations", "tells_neighbourhoods BOOLEAN NOT NULL DEFAULT FALSE"),
        ("consultations", "decision_changes JSON NOT NULL DEFAULT '{}'"),
        ("consultations", f"sealed_at {_moment()}"),
        ("consultations", f"archived_at {_moment()}"),
        ("questions", "budget INTEGER"),
        ("questions", "counting VARCHAR(24)"),
        ("questions", "low JSON NOT NULL DEFAULT '{}'"),
        ("questions", "high JSON NOT NULL DEFAULT '{}'"),
        ("options", "cost INTEGER"),
        ("options", _key("options", "photo_id", "photos")),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _moment() -> str:
    return "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"


def _key(table: str, column: str, target: str) -> str:
    return f"{column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
