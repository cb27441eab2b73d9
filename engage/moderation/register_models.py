"""The table behind the public register: what moderation did in a month, as numbers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class RegisterMonth(Base):
    """The counts of one month, stored by the clock: no page counts the decisions again.

    `month` is its first day; `counts` are numbers under fixed names (see `register`).
    """

    __tablename__ = "register_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]
