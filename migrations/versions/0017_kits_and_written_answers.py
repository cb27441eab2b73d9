"""Templates of concertations, and answers in words apart from the ballots."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_written_answers()
    _make_parties()
    _make_party_tasks()
    _make_party_needs()
    _make_meetings()
    _make_concerns()


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_written_answers() -> None:
    op.create_table(
        "written_answers",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("visibility", sa.String(24), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("received", sa.Boolean(), nullable=False),
        _points_to("written_answers", "question_id", "questions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_answers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_written_answers_question_id"), "written_answers", ["question_id"])


def _make_parties() -> None:
    op.create_table(
        "parties",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("place_words", sa.String(160), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("parties", "consultation_id", "consultations"),
        _points_to("parties", "place_id", "places"),
        _points_to("parties", "organisation_id", "organisations"),
        _points_to("parties", "event_id", "events"),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_parties")),
    )


def _make_party_tasks() -> None:
    op.create_table(
        "party_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("party_tasks", "consultation_id", "consultations"),
        _points_to("party_tasks", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_tasks")),
    )
    op.create_index(op.f("ix_party_tasks_consultation_id"), "party_tasks", ["consultation_id"])


def _make_party_needs() -> None:
    op.create_table(
        "party_needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("party_needs", "consultation_id", "consultations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_needs")),
    )
    op.create_index(op.f("ix_party_needs_consultation_id"), "party_needs", ["consultation_id"])
    op.create_table(
        "party_helpers",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("captured_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('web', 'paper', 'in_person', 'phone', 'walk', 'api')",
            name=op.f("ck_party_helpers_channel"),
        ),
        _points_to("party_helpers", "need_id", "party_needs"),
        _points_to("party_helpers", "person_id", "people"),
        _points_to("party_helpers", "captured_by_id", "people"),
        sa.PrimaryKeyConstraint("need_id", "person_id", name=op.f("pk_party_helpers")),
    )
    op.create_index(op.f("ix_party_helpers_person_id"), "party_helpers", ["person_id"])


def _make_meetings() -> None:
    op.create_table(
        "consultation_meetings",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("minutes_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("consultation_meetings", "consultation_id", "consultations"),
        _points_to("consultation_meetings", "event_id", "events"),
        sa.PrimaryKeyConstraint(
            "consultation_id", "event_id", name=op.f("pk_consultation_meetings")
        ),
    )


def _make_concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("theme", sa.String(24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("visibility", sa.String(24), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answerer_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _points_to("concerns", "consultation_id", "consultations"),
        _points_to("concerns", "answerer_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
    )
    op.create_index(op.f("ix_concerns_consultation_id"), "concerns", ["consultation_id"])
