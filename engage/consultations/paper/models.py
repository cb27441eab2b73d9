"""Tables of votes on paper: packs of ballots, one sheet each, how each was read, the report."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.photos import Photo


class PaperBatch(Base):
    """Ballots that were printed together, and how many of them the urn held.

    A printed ballot names its batch and has no number of its own, so that nobody can follow it.
    """

    __tablename__ = "paper_batches"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    number: Mapped[int]
    printed: Mapped[int]
    found: Mapped[int | None]
    """Sheets in the urn, mixed and numbered by hand once it was opened; None before."""
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class PaperSheet(Base):
    """One ballot out of the urn; `number` is its place in the mixed pile."""

    __tablename__ = "paper_sheets"
    __table_args__ = (UniqueConstraint("batch_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batches.id"))
    number: Mapped[int]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))

    batch: Mapped[PaperBatch] = relationship(lazy="raise_on_sql")
    photo: Mapped[Photo | None] = relationship(lazy="raise_on_sql")
    readings: Mapped[list["PaperReading"]] = relationship(
        lazy="raise_on_sql", order_by="PaperReading.look"
    )


class PaperReading(Base):
    """How one person read a sheet. The third look settles what the first two saw differently.

    `marks` holds [question, mark, answers] a question: mark is valid, blank, void or struck.
    Three looks are three people: the table says so.
    """

    __tablename__ = "paper_readings"
    __table_args__ = (
        UniqueConstraint("sheet_id", "look"),
        UniqueConstraint("sheet_id", "reader_id"),
        CheckConstraint("look BETWEEN 1 AND 3", name="look"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("paper_sheets.id"))
    look: Mapped[int]
    reader_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    marks: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the third look decided so."""


class PaperReport(Base):
    """The tally report: written once, when the paper ballots went into the count.

    `rows` holds [question, handed out, valid, blank, void, struck] a question; `reasons` says for
    each question (its id as text) why what was handed out is not what was found.
    """

    __tablename__ = "paper_reports"

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    rows: Mapped[list[Any]]
    reasons: Mapped[dict[str, str]]
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
