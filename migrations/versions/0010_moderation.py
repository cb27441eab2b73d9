"""The council's queue: languages, turns, decisions that can be undone, translations."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _widen_items()
    _widen_decisions()
    _make_pending_decisions()
    _make_readers()


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _widen_items() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for column in (
        "language VARCHAR(8) NOT NULL DEFAULT 'fr'",
        "translated BOOLEAN NOT NULL DEFAULT FALSE",
        "flags JSON NOT NULL DEFAULT '[]'",
        "flagged BOOLEAN NOT NULL DEFAULT FALSE",
        "turn INTEGER NOT NULL DEFAULT 1",
        "in_queue BOOLEAN NOT NULL DEFAULT FALSE",
        f"settles_at {moment}",
        "revealed JSON NOT NULL DEFAULT '[]'",
    ):
        op.execute(f"ALTER TABLE moderation_items ADD COLUMN {column}")
    op.execute(
        "UPDATE moderation_items SET in_queue = TRUE WHERE status IN ('waiting', 'second_look')"
    )
    op.execute(
        "UPDATE moderation_items SET language = (SELECT language FROM proposal_revisions"
        " WHERE proposal_revisions.id = moderation_items.revision_id)"
        " WHERE subject_type = 'proposals' AND EXISTS (SELECT 1 FROM proposal_revisions"
        " WHERE proposal_revisions.id = moderation_items.revision_id)"
    )
    op.create_index("ix_moderation_items_turns", "moderation_items", ["in_queue", "turn", "id"])
    op.create_index(
        "ix_moderation_items_counts",
        "moderation_items",
        ["in_queue", "status", "created_at", "translated", "language"],
    )
    op.create_index("ix_moderation_items_author", "moderation_items", ["author_id", "status"])
    op.create_index(op.f("ix_moderation_items_settles_at"), "moderation_items", ["settles_at"])


def _widen_decisions() -> None:
    """One decision for each member and wording: who asked for a correction reads it again."""
    for column in (
        "revision_id INTEGER NOT NULL DEFAULT 0",
        "target_id INTEGER",
        "contact VARCHAR(40) NOT NULL DEFAULT ''",
    ):
        op.execute(f"ALTER TABLE decisions ADD COLUMN {column}")
    op.execute(
        "UPDATE decisions SET revision_id = (SELECT revision_id FROM moderation_items"
        " WHERE moderation_items.id = decisions.item_id)"
    )
    with op.batch_alter_table("decisions") as table:
        table.drop_constraint("uq_decisions_item_id_moderator_id", type_="unique")
        table.create_unique_constraint(
            op.f("uq_decisions_item_id_moderator_id_revision_id"),
            ["item_id", "moderator_id", "revision_id"],
        )


def _make_pending_decisions() -> None:
    op.create_table(
        "pending_decisions",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(40), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("takes_effect_at", MOMENT, nullable=False),
        _points_to("pending_decisions", "item_id", "moderation_items"),
        _points_to("pending_decisions", "moderator_id", "people"),
        _points_to("pending_decisions", "reason_id", "refusal_reasons"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_pending_decisions")),
    )
    op.create_index(
        op.f("ix_pending_decisions_moderator_id"), "pending_decisions", ["moderator_id"]
    )


def _make_readers() -> None:
    op.create_table(
        "moderators",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        _points_to("moderators", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_moderators")),
    )
    op.create_table(
        "translations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(240), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _points_to("translations", "item_id", "moderation_items"),
        _points_to("translations", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translations")),
        sa.UniqueConstraint(
            "item_id", "revision_id", name=op.f("uq_translations_item_id_revision_id")
        ),
    )
