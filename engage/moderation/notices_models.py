"""Tables of reader reports (DSA, article 16): what was said, gathered by text."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base
from engage.core.words import enum_column
from engage.moderation.models import RefusalReason
from engage.moderation.notices_workflow import Status


class NoticeCase(Base):
    """One public text that readers reported: all reports until the decision are one case.

    `hidden_at`: the text was hidden meanwhile. At most one case of a text is open.
    """

    __tablename__ = "notice_cases"
    __table_args__ = (
        Index("ix_notice_cases_subject", "subject_type", "subject_id"),
        Index(
            "uq_notice_cases_open",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    revision_id: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.OPEN)
    created_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    notices: Mapped[list["Notice"]] = relationship(lazy="raise_on_sql", order_by="Notice.id")
    __mapper_args__ = {"version_id_col": version}


class Notice(Base):
    """What one reader says is wrong with a text, in good faith; name and address if they wish.

    Of somebody signed in only the number stands here: the receipt goes to the account's address.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("case_id", "reporter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("notice_cases.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8), default="fr")
    reason_id: Mapped[int] = mapped_column(ForeignKey("refusal_reasons.id"))
    explanation: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    reason: Mapped[RefusalReason] = relationship(lazy="raise_on_sql")
    reporter: Mapped[Person | None] = relationship(lazy="raise_on_sql")
