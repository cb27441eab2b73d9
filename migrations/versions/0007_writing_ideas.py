"""Writing ideas: several photos, a place, for whom one speaks, what the author adds later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VOICES = "'resident', 'council', 'association', 'mediator'"


def upgrade() -> None:
    _say_where_and_for_whom()
    _make_photos("proposal_photos", "revision_id", "proposal_revisions", "proposal_revisions")
    _make_photos("draft_photos", "draft_id", "drafts", "drafts")
    _make_additions()


def _say_where_and_for_whom() -> None:
    """Plain ADD COLUMN, keys named as the models name them: nothing is copied or locked long."""
    for column in (
        "place_id INTEGER CONSTRAINT fk_proposals_place_id REFERENCES places (id)",
        (
            "voice VARCHAR(24) NOT NULL DEFAULT 'resident'"
            f" CONSTRAINT ck_proposals_voice CHECK (voice IN ({VOICES}))"
        ),
        (
            "organisation_id INTEGER CONSTRAINT fk_proposals_organisation_id"
            " REFERENCES organisations (id)"
        ),
    ):
        op.execute(f"ALTER TABLE proposals ADD COLUMN {column}")


def _make_photos(table: str, owner: str, owners: str, source: str) -> None:
    """A table of up to three photos takes the one photo that `source` had."""
    op.execute(
        f"CREATE TEMPORARY TABLE one_photo AS SELECT id, photo_id FROM {source}"  # noqa: S608
        " WHERE photo_id IS NOT NULL"
    )
    _drop_photo(source)
    op.create_table(
        table,
        sa.Column(owner, sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            [owner], [f"{owners}.id"], name=op.f(f"fk_{table}_{owner}"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f(f"fk_{table}_photo_id")),
        sa.CheckConstraint("position BETWEEN 0 AND 2", name=op.f(f"ck_{table}_position")),
        sa.PrimaryKeyConstraint(owner, "position", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_photo_id"), table, ["photo_id"])
    op.execute(
        f"INSERT INTO {table} ({owner}, position, photo_id)"  # noqa: S608  names of this file
        " SELECT id, 0, photo_id FROM one_photo"
    )
    op.execute("DROP TABLE one_photo")


def _drop_photo(table: str) -> None:
    """SQLite makes the table anew, and dropping the old one would cut codes off their drafts."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_column(table, "photo_id")
        return
    codes_wait = table == "drafts"
    if codes_wait:
        op.execute(
            "CREATE TEMPORARY TABLE awaited AS SELECT id, draft_id FROM sign_in_codes"
            " WHERE draft_id IS NOT NULL"
        )
    with op.batch_alter_table(table) as batch:
        if table == "proposal_revisions":
            batch.drop_index("ix_proposal_revisions_photo_id")
        batch.drop_constraint(f"fk_{table}_photo_id", type_="foreignkey")
        batch.drop_column("photo_id")
    if codes_wait:
        op.execute(
            "UPDATE sign_in_codes SET draft_id ="
            " (SELECT draft_id FROM awaited WHERE awaited.id = sign_in_codes.id)"
            " WHERE id IN (SELECT id FROM awaited)"
        )
        op.execute("DROP TABLE awaited")


def _make_additions() -> None:
    op.create_table(
        "proposal_additions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("html_rules", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("visibility", sa.String(24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "visibility IN ('pending', 'public', 'masked', 'hidden', 'withdrawn')",
            name=op.f("ck_proposal_additions_visibility"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_additions_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_additions")),
    )
    op.create_index(
        op.f("ix_proposal_additions_proposal_id"), "proposal_additions", ["proposal_id"]
    )
