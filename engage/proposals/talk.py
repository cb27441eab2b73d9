"""What others say about an idea: which thread is its own, and when something may be said."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import Base


class ProposalThread(Base):
    """The thread of an idea, made with the first comment; the key decides between two at once."""

    __tablename__ = "proposal_threads"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), unique=True)
