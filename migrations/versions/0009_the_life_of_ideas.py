"""The life of ideas: answers, who has them, followers and their news, merges, conversions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("digest_id IS NULL")


def upgrade() -> None:
    _widen_tables()
    _make_answers()
    _make_news()
    _make_conversions()
    _let_authors_follow()


def _widen_tables() -> None:
    """Plain ADD COLUMN, keys named as the models name them: nothing is copied or locked long."""
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for table, column in (
        ("proposals", _key("proposals", "partner_id", "organisations")),
        ("proposals", f"due_at {moment}"),
        ("proposals", _key("proposals", "merged_into_id", "proposals")),
        ("options", _key("options", "proposal_id", "proposals")),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index("ix_proposals_merged_into_id", "proposals", ["merged_into_id"])
    op.create_index("ix_options_proposal_id", "options", ["proposal_id"])


def _key(table: str, column: str, target: str) -> str:
    return f"{column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), nullable=False)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_answers() -> None:
    op.create_table(
        "proposal_answers",
        _id(),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("decided_by", sa.String(160), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        _points_to("proposal_answers", "proposal_id", "proposals"),
        _points_to("proposal_answers", "organisation_id", "organisations"),
        _points_to("proposal_answers", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_answers")),
    )
    op.create_index("ix_proposal_answers_proposal_id", "proposal_answers", ["proposal_id"])


def _make_news() -> None:
    op.create_table(
        "proposal_events",
        _id(),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        _points_to("proposal_events", "proposal_id", "proposals"),
        _points_to("proposal_events", "answer_id", "proposal_answers"),
        _points_to("proposal_events", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_events")),
    )
    op.create_index("ix_proposal_events_proposal_id", "proposal_events", ["proposal_id"])
    op.create_table(
        "proposal_follows",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        _points_to("proposal_follows", "proposal_id", "proposals"),
        _points_to("proposal_follows", "person_id", "people"),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_proposal_follows")),
    )
    op.create_index("ix_proposal_follows_person_id", "proposal_follows", ["person_id"])
    op.create_table(
        "proposal_digests",
        _id(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        _points_to("proposal_digests", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_digests")),
        sa.UniqueConstraint(
            "person_id", "local_day", name=op.f("uq_proposal_digests_person_id_local_day")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_proposal_digests_token_hash")),
    )
    op.create_index("ix_proposal_digests_expires_at", "proposal_digests", ["expires_at"])
    op.create_table(
        "proposal_news",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        _points_to("proposal_news", "event_id", "proposal_events"),
        _points_to("proposal_news", "person_id", "people"),
        _points_to("proposal_news", "digest_id", "proposal_digests"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_proposal_news")),
    )
    op.create_index("ix_proposal_news_person_id", "proposal_news", ["person_id"])
    op.create_index("ix_proposal_news_digest_id", "proposal_news", ["digest_id"])
    op.create_index(
        "ix_proposal_news_waiting",
        "proposal_news",
        ["person_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def _make_conversions() -> None:
    op.create_table(
        "conversions",
        _id(),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("from_report", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _points_to("conversions", "incident_id", "incidents"),
        _points_to("conversions", "proposal_id", "proposals"),
        _points_to("conversions", "asked_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversions")),
    )
    op.create_index("ix_conversions_incident_id", "conversions", ["incident_id"])
    op.create_index("ix_conversions_proposal_id", "conversions", ["proposal_id"])


def _let_authors_follow() -> None:
    """Authors of ideas that are public already hear what becomes of them, as new ones will."""
    op.execute(
        "INSERT INTO proposal_follows (proposal_id, person_id, created_on)"
        " SELECT id, author_id, CAST(published_at AS DATE) FROM proposals"
        " WHERE visibility = 'public' AND author_id IS NOT NULL AND published_at IS NOT NULL"
        if op.get_bind().dialect.name == "postgresql"
        else "INSERT INTO proposal_follows (proposal_id, person_id, created_on)"
        " SELECT id, author_id, date(published_at) FROM proposals"
        " WHERE visibility = 'public' AND author_id IS NOT NULL AND published_at IS NOT NULL"
    )
