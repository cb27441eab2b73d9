"""Signs of life of the clock and the sender, read by /readyz and /metrics."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base


class Tick(Base):
    """When `name` (a job) last finished."""

    __tablename__ = "ticks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


def tick(db: Session, name: str) -> None:
    """Say that `name` has just done its work."""
    db.merge(Tick(name=name, at=clock.now()))


def last(db: Session, name: str) -> datetime | None:
    """When `name` last worked, or None."""
    found = db.get(Tick, name)
    return found.at if found else None
