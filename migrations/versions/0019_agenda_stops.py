"""A reminder of the agenda knows the link of its last message, which stops it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_reminders", sa.Column("link", sa.String(64), nullable=True))
    op.create_index("ix_event_reminders_link", "event_reminders", ["link"])
