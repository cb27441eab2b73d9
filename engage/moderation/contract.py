"""Loads the reasons for which the charter lets something be refused."""

from typing import Any

from engage.core.contractrows import Loader
from engage.moderation.models import RefusalReason


def load(loader: Loader, data: dict[str, Any]) -> None:
    """Insert or update the refusal reasons by code."""
    for position, row in enumerate(data["refusal_reasons"], 1):
        loader.put(
            RefusalReason,
            row["code"],
            {
                "slug": row["slug"],
                "label": row["label"],
                "next_step": row["next_step"],
                "charter_rule": row["charter_rule"],
                "position": position,
            },
        )
