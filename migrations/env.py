"""How Alembic runs here: on the connection that `engage upgrade` opened, never by itself."""

from alembic import context
from sqlalchemy import Enum, text

config = context.config
connection = config.attributes["connection"]
metadata = config.attributes.get("metadata")


def render_item(kind, item, autogen_context):
    """Migrations name plain database types: they never import application code."""
    if kind == "type" and type(item).__module__.startswith("engage"):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


if connection.dialect.name == "postgresql":
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '60s'"))

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
