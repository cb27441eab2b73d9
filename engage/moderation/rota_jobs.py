"""What time triggers around the queue: calls without answer, reminders, the coordinator's turn."""

from engage.core.db import Database
from engage.moderation import alerts, rota_reminders, rota_standing_in, rota_thanks


def look(database: Database) -> None:
    """Each in a transaction of its own; killed half-way, the next run does the rest."""
    acts = (
        alerts.call_again,
        rota_standing_in.stand_in,
        rota_reminders.remind,
        rota_thanks.thank,
    )
    for act in acts:
        with database.transaction() as db:
            act(db)
