"""Writes of the administration that belong to no feature."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, town_settings
from engage.core.policy import require
from engage.core.town_settings import TownSettings
from engage.pages.policy import can_change_settings
from engage.territory.models import Town


def change_settings(db: Session, wanted: TownSettings, *, by: Person) -> bool:
    """Set the rules of the town, each change with its own entry; False when nothing changed."""
    require(can_change_settings, by)
    town = db.scalars(select(Town).with_for_update()).one()
    changes = town_settings.write(db, wanted)
    for change in changes:
        audit.record(
            db,
            "town_setting.change",
            town,
            actor_id=by.id,
            setting=change.name,
            before=_said(change.before),
            after=_said(change.after),
        )
    return bool(changes)


def _said(value: bool | list[str]) -> str:
    """A value as the journal shows it."""
    if isinstance(value, list):
        return ", ".join(value)
    return "oui" if value else "non"
