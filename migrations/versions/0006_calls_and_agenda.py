"""Calls for participation, the agenda and its reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_calls()
    _make_events()
    _make_event_reminders()


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("theme", sa.JSON(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("first_closes_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(160), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("calls", "organisation_id", "organisations"),
        _points_to("calls", "neighbourhood_id", "neighbourhoods"),
        _points_to("calls", "answered_by_id", "people"),
        _points_to("calls", "created_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_days", "calls", ["closes_on", "opens_on"])
    op.execute(
        "ALTER TABLE proposals ADD COLUMN call_id INTEGER"
        " CONSTRAINT fk_proposals_call_id REFERENCES calls (id)"
    )
    op.create_index("ix_proposals_call", "proposals", ["call_id", "visibility", "id"])


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("place_words", sa.String(160), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("events", "neighbourhood_id", "neighbourhoods"),
        _points_to("events", "place_id", "places"),
        _points_to("events", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("uid", name=op.f("uq_events_uid")),
    )
    op.create_index("ix_events_neighbourhood", "events", ["neighbourhood_id", "starts_at"])
    op.create_index("ix_events_starts_at", "events", ["starts_at", "id"])


def _make_event_reminders() -> None:
    op.create_table(
        "event_reminders",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        _points_to("event_reminders", "event_id", "events"),
        _points_to("event_reminders", "person_id", "people"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_event_reminders")),
    )
    op.create_index(op.f("ix_event_reminders_person_id"), "event_reminders", ["person_id"])
