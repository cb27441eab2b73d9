"""The search index, and how many support each idea."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_index()
    _count_supporters()


def _make_index() -> None:
    op.create_table(
        "search_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("word", sa.String(32), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_terms")),
        sa.UniqueConstraint("kind", "word", name=op.f("uq_search_terms_kind_word")),
    )
    op.create_table(
        "search_postings",
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        _points_to_terms("search_postings"),
        sa.PrimaryKeyConstraint("term_id", "subject_id", name=op.f("pk_search_postings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_spellings",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        _points_to_terms("search_spellings"),
        sa.PrimaryKeyConstraint("key", "term_id", name=op.f("pk_search_spellings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_spellings_term_id", "search_spellings", ["term_id"])
    op.create_table(
        "search_documents",
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_search_documents")),
        sqlite_with_rowid=False,
    )


def _points_to_terms(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_term_id")
    return sa.ForeignKeyConstraint(["term_id"], ["search_terms.id"], name=name)


def _count_supporters() -> None:
    """Lists are sorted by this number, so it is kept with each idea; `engage verify` recounts."""
    op.execute("ALTER TABLE proposals ADD COLUMN supporters INTEGER NOT NULL DEFAULT 0")
    op.execute(
        "UPDATE proposals SET supporters ="
        " (SELECT count(*) FROM endorsements WHERE endorsements.proposal_id = proposals.id)"
    )
    for name, columns in (
        ("supported", ("visibility", "supporters", "id")),
        ("neighbourhood_supported", ("neighbourhood_id", "visibility", "supporters", "id")),
        ("action_supported", ("action_id", "visibility", "supporters", "id")),
        ("status", ("status", "visibility", "id")),
        ("place", ("neighbourhood_id", "place_id", "visibility", "id")),
    ):
        op.create_index(f"ix_proposals_{name}", "proposals", list(columns))
