"""The table of written answers: words alone, joined to no person, ballot or moment."""

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base
from engage.core.words import Visibility, enum_column


class WrittenAnswer(Base):
    """What somebody wrote to one question: no person, channel, time or link to other answers.

    The number is drawn by lot and the table has no rowid on SQLite: nothing says which came
    first. `received` once the council's queue has it, which it gets in a mixed pile, a day at a
    time. `edition` grows when words are masked.
    """

    __tablename__ = "written_answers"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility), default=Visibility.PENDING
    )
    edition: Mapped[int] = mapped_column(default=1)
    received: Mapped[bool] = mapped_column(default=False)
