"""The table of members' rhythms: when they wish to hear of the queue, on which days they read."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class Rhythm(Base):
    """What a member chose; who chose nothing has `rota.USUAL`.

    Hours are those of the town's clocks. `duty_days` has one bit a weekday, Monday is 1.
    """

    __tablename__ = "rhythms"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    weekends: Mapped[bool]
    duty_days: Mapped[int]
    paused_until: Mapped[date | None]
