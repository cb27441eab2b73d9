"""Tables of moderation: reasons of the charter, items in the queue, decisions, who reads what."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.words import enum_column
from engage.moderation.workflow import COUNCIL_READS, Action, Status

FIRST_TURN, USUAL_TURN = 0, 1

HARMLESS = frozenset({"photo", "personal", "already_public"})
"""Flags that the list shows without calling the item flagged."""


class RefusalReason(Base):
    """Why something may be refused: a closed list, with what the author can do next."""

    __tablename__ = "refusal_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    slug: Mapped[str] = mapped_column(String(32))
    label: Mapped[dict[str, str]]
    next_step: Mapped[dict[str, str]]
    charter_rule: Mapped[int | None]
    position: Mapped[int]


class ModerationItem(Base):
    """One thing to read: a revision of a contribution, to be judged within 72 hours.

    The queue is read by (`turn`, `id`): what three readers reported has turn 0, so it comes first.
    `in_queue` follows from the status and from `settles_at`: a decision that can still be undone.
    """

    __tablename__ = "moderation_items"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "revision_id"),
        Index("ix_moderation_items_queue", "status", "id"),
        Index("ix_moderation_items_created", "created_at"),
        Index("ix_moderation_items_decided", "decided_at"),
        Index("ix_moderation_items_turns", "in_queue", "turn", "id"),
        # The counts on top are read from this alone.
        Index(
            "ix_moderation_items_counts",
            *("in_queue", "status", "created_at", "translated", "language"),
        ),
        Index("ix_moderation_items_author", "author_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    revision_id: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(8), default="fr")
    translated: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(default=list)
    flagged: Mapped[bool] = mapped_column(default=False)
    turn: Mapped[int] = mapped_column(default=USUAL_TURN)
    in_queue: Mapped[bool] = mapped_column(default=True)
    settles_at: Mapped[datetime | None] = mapped_column(index=True)
    revealed: Mapped[list[str]] = mapped_column(default=list)

    decisions: Mapped[list["Decision"]] = relationship(lazy="raise_on_sql", order_by="Decision.id")
    __mapper_args__ = {"version_id_col": version}


@event.listens_for(ModerationItem, "before_insert")
@event.listens_for(ModerationItem, "before_update")
def _place(_mapper: object, _connection: object, item: ModerationItem) -> None:
    """Keep in step what the queue is read by."""
    item.in_queue = (item.status or Status.WAITING) in COUNCIL_READS and item.settles_at is None
    item.flagged = bool(set(item.flags or ()) - HARMLESS)


class Decision(Base):
    """What one member decided on words of an item; a refusal takes two, by two members.

    `target_id` is the contribution it was merged into, `contact` the code of the service (in
    `contacts_to_call`) that it was sent to.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("item_id", "moderator_id", "revision_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("moderation_items.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    revision_id: Mapped[int] = mapped_column(default=0)
    action: Mapped[Action] = mapped_column(enum_column(Action))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("refusal_reasons.id"))
    excerpt: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    target_id: Mapped[int | None]
    contact: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]

    reason: Mapped[RefusalReason | None] = relationship(lazy="raise_on_sql")


class PendingDecision(Base):
    """A decision that its member can still undo: nothing of it is public or sent.

    `changes` says what is masked, by place only: {"title": [[from, to]], "body": …,
    "photos": {photo id: [cells 0–47]}}; characters count from 0, `to` is not in it.
    """

    __tablename__ = "pending_decisions"

    item_id: Mapped[int] = mapped_column(ForeignKey("moderation_items.id"), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    action: Mapped[Action] = mapped_column(enum_column(Action))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("refusal_reasons.id"))
    excerpt: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    target_id: Mapped[int | None]
    contact: Mapped[str] = mapped_column(String(40), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    takes_effect_at: Mapped[datetime]


class Moderator(Base):
    """How a member of the council wants to read: languages, keys of the keyboard."""

    __tablename__ = "moderators"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    languages: Mapped[list[str]]
    shortcuts: Mapped[bool] = mapped_column(default=False)


class Translation(Base):
    """A mediator's help to read words in another language; never shown as the author's words."""

    __tablename__ = "translations"
    __table_args__ = (UniqueConstraint("item_id", "revision_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("moderation_items.id"))
    revision_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(240))
    body: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
