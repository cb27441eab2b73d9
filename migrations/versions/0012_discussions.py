"""What others say about ideas: threads, comments, and which thread is an idea's own."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CHANNELS = "channel IN ('web', 'paper', 'in_person', 'phone', 'walk', 'api')"
VISIBILITIES = "visibility IN ('pending', 'public', 'masked', 'hidden', 'withdrawn')"


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    _make_comments()
    op.create_table(
        "proposal_threads",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        _points_to("proposal_threads", "proposal_id", "proposals"),
        _points_to("proposal_threads", "thread_id", "threads"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_threads")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_proposal_threads_thread_id")),
    )


def _make_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("voice", sa.String(24), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("html_rules", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("captured_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(CHANNELS, name=op.f("ck_comments_channel")),
        sa.CheckConstraint(VISIBILITIES, name=op.f("ck_comments_visibility")),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_comments_parent")),
        _points_to("comments", "thread_id", "threads"),
        _points_to("comments", "parent_id", "comments"),
        _points_to("comments", "author_id", "people"),
        _points_to("comments", "organisation_id", "organisations"),
        _points_to("comments", "captured_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    for name, columns in (
        ("thread", ["thread_id", "parent_id", "id"]),
        ("parent", ["parent_id", "id"]),
        ("author", ["author_id", "id"]),
    ):
        op.create_index(f"ix_comments_{name}", "comments", columns)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
