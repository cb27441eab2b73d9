"""Tables of sealed votes: answers and receipts, each in an order that says nothing."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class SealedBallot(Base):
    """One answer to one question under a key drawn at sealing; holds nothing of who or when."""

    __tablename__ = "sealed_ballots"
    __table_args__ = ({"sqlite_with_rowid": False},)

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    answers: Mapped[list[Any]]


class SealedReceipt(Base):
    """A receipt whose ballot was counted: proves "counted", never "what"."""

    __tablename__ = "sealed_receipts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(19), primary_key=True)


class SealingRest(Base):
    """What is left to do once ballots were dropped: destroy the secret, rewrite the files.

    The row goes when that is done; a clock that was killed in between begins again.
    """

    __tablename__ = "sealing_rests"

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
