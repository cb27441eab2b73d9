"""Around moderation: alerts, reader reports, appeals, the register, words of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_alerts()
    _make_notices()
    _make_appeals()
    _make_register()
    _make_incident_publications()
    _make_rhythms()


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("alerts", "item_id", "moderation_items"),
        _points_to("alerts", "raised_by_id", "people"),
        _points_to("alerts", "taken_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_item_id"), "alerts", ["item_id"])
    op.create_index("ix_alerts_status", "alerts", ["status", "id"])


def _make_notices() -> None:
    op.create_table(
        "notice_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("notice_cases", "author_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_cases")),
    )
    op.create_index("ix_notice_cases_subject", "notice_cases", ["subject_type", "subject_id"])
    op.create_index(
        "uq_notice_cases_open",
        "notice_cases",
        ["subject_type", "subject_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _points_to("notices", "case_id", "notice_cases"),
        _points_to("notices", "reporter_id", "people"),
        _points_to("notices", "reason_id", "refusal_reasons"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_notices_case_id_reporter_id")),
    )
    op.create_index(op.f("ix_notices_reporter_id"), "notices", ["reporter_id"])


def _make_appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("appeals", "item_id", "moderation_items"),
        _points_to("appeals", "author_id", "people"),
        _points_to("appeals", "judge_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("item_id", name=op.f("uq_appeals_item_id")),
    )
    op.create_index(op.f("ix_appeals_author_id"), "appeals", ["author_id"])
    op.create_index("ix_appeals_status", "appeals", ["status", "id"])


def _make_register() -> None:
    op.create_table(
        "register_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_register_months")),
    )
    op.create_index("ix_moderation_items_created", "moderation_items", ["created_at"])
    op.create_index("ix_moderation_items_decided", "moderation_items", ["decided_at"])


def _make_incident_publications() -> None:
    op.create_table(
        "incident_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(24), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(24), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("incident_publications", "incident_id", "incidents"),
        _points_to("incident_publications", "proposed_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_publications")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_incident_publications_incident_id")),
    )


def _make_rhythms() -> None:
    op.create_table(
        "rhythms",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("duty_days", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        _points_to("rhythms", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_rhythms")),
    )
