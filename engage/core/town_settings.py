"""What a town decided about itself without touching code: few settings, safe defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base


class TownSetting(Base):
    """One setting that differs from its default, or did once."""

    __tablename__ = "town_settings"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]


@dataclass(frozen=True)
class TownSettings:
    """All settings; a new one is one line here and its sentence in `pages/settings_forms.py`.

    `trusted` names subject types of the moderation queue that are public at once and read
    afterwards.
    """

    comments_open: bool = False
    trusted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Changed:
    """One setting that was given another value, both as they are kept."""

    name: str
    before: Any
    after: Any


def read(db: Session) -> TownSettings:
    """The settings of this town, in one statement.

    What is not there, was written by a newer version or makes no sense counts as the default.
    """
    rows = db.execute(select(TownSetting.name, TownSetting.value)).all()
    kept: dict[str, Any] = {row.name: row.value for row in rows}
    given = {
        field.name: _from_json(field.type, kept[field.name], field.default)
        for field in fields(TownSettings)
        if field.name in kept
    }
    return TownSettings(**given)


def write(db: Session, wanted: TownSettings) -> list[Changed]:
    """Keep `wanted`; returns what changed, for the caller to audit."""
    now, changes = read(db), []
    for field in fields(TownSettings):
        before, after = getattr(now, field.name), getattr(wanted, field.name)
        if before != after:
            change = Changed(field.name, _to_json(before), _to_json(after))
            row = TownSetting(name=change.name, value=change.after, changed_at=clock.now())
            db.merge(row)
            changes.append(change)
    db.flush()
    return changes


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_KINDS: Mapping[Any, tuple[Callable[[Any], bool], Callable[[Any], Any]]] = {
    bool: (lambda value: isinstance(value, bool), bool),
    frozenset[str]: (_is_names, frozenset),
}
"""Type of a setting → whether a kept value can be one, and how it becomes one."""


def _from_json(kind: Any, value: Any, default: Any) -> Any:
    fits, become = _KINDS[kind]
    return become(value) if fits(value) else default


def _to_json(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
