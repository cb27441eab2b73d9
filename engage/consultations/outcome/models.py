"""Tables of what follows a vote: what is added to a decision, and who wants to hear of it."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class DecisionAddition(Base):
    """A public addition to a published decision, which itself is never changed; append-only."""

    __tablename__ = "decision_additions"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    words: Mapped[dict[str, str]]
    added_on: Mapped[date]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class ResultFollow(Base):
    """Somebody wants to hear how a concertation ends, whether they vote or not.

    Holds no day and has no rowid on SQLite: beside the roll it tells nothing about who voted.
    The links are hashes of what stops the messages, one a message; one is there once its message
    is on its way.
    """

    __tablename__ = "result_follows"
    __table_args__ = ({"sqlite_with_rowid": False},)

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    results_link: Mapped[str | None] = mapped_column(String(64), unique=True)
    decision_link: Mapped[str | None] = mapped_column(String(64), unique=True)
