"""Tables of the search: plain ones, so that both databases find the same things.

An inverted index: words of each kind of thing, where they stand, how they may be misspelt. It
holds words that are public and nothing else; what leaves the public pages leaves it too.
"""

from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base

KIND = 24


class Term(Base):
    """A word (its stem) of one kind of thing; it goes with the last thing that has it.

    The empty word stands in every thing: `documents` of it is how many there are.
    """

    __tablename__ = "search_terms"
    __table_args__ = (UniqueConstraint("kind", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND))
    word: Mapped[str] = mapped_column(String(32))
    documents: Mapped[int]


class Posting(Base):
    """A word stands in a thing; `weight` tells how much it counts there."""

    __tablename__ = "search_postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    term_id: Mapped[int] = mapped_column(ForeignKey("search_terms.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    weight: Mapped[int] = mapped_column(SmallInteger)


class Spelling(Base):
    """A way to misspell a word, by its sound (see `core.stems.spellings`)."""

    __tablename__ = "search_spellings"
    __table_args__ = (Index("ix_search_spellings_term_id", "term_id"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("search_terms.id"), primary_key=True)


class Indexed(Base):
    """What stands in the index about one thing: its words' ids, and a mark of what was read.

    `digest` tells whether the words or the rules changed since.
    """

    __tablename__ = "search_documents"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(String(KIND), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(32))
    terms: Mapped[list[Any]]
