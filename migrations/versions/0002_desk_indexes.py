"""When something is owed next is kept with each report, in the order of the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEVER = {
    "sqlite": "'9999-01-01 00:00:00.000000'",
    "postgresql": "'9999-01-01 00:00:00+00'",
}
OPEN = (
    "status IN ('to_qualify', 'assigned', 'acknowledged', 'scheduled', 'in_progress', 'reopened')"
)
ENDED = "status IN ('confirmed', 'closed', 'duplicate', 'out_of_area', 'redirected', 'no_action')"
ORDERED = ("urgent", "next_due_at", "id", "neighbourhood_id", "status")
NEXT_DUE = """
    UPDATE incidents SET next_due_at = owed.due_at
    FROM (
        SELECT subject_id, min(due_at) AS due_at FROM deadlines
        WHERE subject_type = 'incidents' AND met_at IS NULL AND withdrawn_at IS NULL
        GROUP BY subject_id
    ) AS owed
    WHERE owed.subject_id = incidents.id
"""


def upgrade() -> None:
    never = sa.text(NEVER[op.get_bind().dialect.name])
    op.add_column(
        "incidents",
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False, server_default=never),
    )
    op.execute(NEXT_DUE)
    for stage, statuses in (("open", OPEN), ("ended", ENDED)):
        desk_index(f"ix_incidents_{stage}", [*ORDERED, "organisation_id"], statuses)
        desk_index(f"ix_incidents_{stage}_of", ["organisation_id", *ORDERED], statuses)
    desk_index("ix_incidents_public_open", ["listed", "id"], OPEN)
    desk_index("ix_incidents_repaired", ["listed", "id"], "status IN ('confirmed', 'closed')")
    desk_index("ix_incidents_neighbourhood_open", ["neighbourhood_id", "listed", "id"], OPEN)
    op.create_index("ix_incidents_neighbourhood", "incidents", ["neighbourhood_id", "listed", "id"])


def desk_index(name: str, columns: list[str], statuses: str) -> None:
    where = sa.text(statuses)
    op.create_index(name, "incidents", columns, sqlite_where=where, postgresql_where=where)
