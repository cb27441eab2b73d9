"""Writes of discussions: say, correct, take back; moderation calls `publish`, `hide` and `mask`."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock, html, masking
from engage.core.errors import Conflict
from engage.core.policy import require
from engage.core.town_settings import TownSettings
from engage.core.words import ContributionChannel, Visibility
from engage.discussions import forgetting
from engage.discussions.models import Comment, Thread, Voice
from engage.discussions.policy import (
    can_answer,
    can_comment,
    can_rewrite,
    can_take_back,
    speaks_for,
)


@dataclass(frozen=True)
class Remark:
    """What somebody wants to say, below a comment or on its own."""

    text: str
    parent_id: int | None = None
    language: str = "fr"

    def payload(self) -> dict[str, Any]:
        """The same as plain values, for a draft: `Remark(**payload)` gives it back."""
        return asdict(self)


def write(
    db: Session,
    thread: Thread,
    remark: Remark,
    *,
    author: Person,
    settings: TownSettings,
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by_id: int | None = None,
) -> Comment:
    """Receive a comment that nobody else sees yet.

    Raises `Denied` where comments are closed or an answer would be answered. Phone numbers, plates
    and flat numbers of residents are masked on arrival; offices give theirs on purpose.
    """
    require(can_comment, author, settings)
    if remark.parent_id is not None:
        require(can_answer, author, _parent(db, thread, remark.parent_id), settings)
    voice, organisation_id = speaks_for(author)
    comment = Comment(
        thread_id=thread.id,
        parent_id=remark.parent_id,
        author_id=author.id,
        voice=voice,
        organisation_id=organisation_id,
        language=remark.language,
        channel=channel.value,
        captured_by_id=captured_by_id,
        created_at=clock.now(),
    )
    _put(comment, remark.text if voice is not Voice.RESIDENT else masking.masked(remark.text))
    db.add(comment)
    db.flush()
    audit.record(
        db, "comment.write", comment, actor_id=captured_by_id or author.id, channel=channel.value
    )
    return comment


def _parent(db: Session, thread: Thread, parent_id: int) -> Comment:
    """The comment to answer, held: it is not taken back meanwhile; `Conflict` when it is gone."""
    parent = db.get(Comment, parent_id, with_for_update=True, populate_existing=True)
    if parent is None or parent.thread_id != thread.id:
        raise Conflict
    return parent


def _put(comment: Comment, text: str) -> None:
    comment.body = text
    comment.body_html = html.from_plain(text)
    comment.html_rules = html.RULES_VERSION


def rewrite(db: Session, comment: Comment, text: str, *, author: Person) -> None:
    """The author corrects words that moderation has not let through yet; the old ones are gone."""
    require(can_rewrite, author, comment)
    _put(comment, masking.masked(text))
    comment.edition += 1
    audit.record(db, "comment.rewrite", comment, actor_id=author.id)


def publish(db: Session, comment: Comment, *, actor_id: int | None) -> None:
    """Let everybody read it; moderation asks for it, after its own rules.

    Raises `Conflict` when its author took it back meanwhile.
    """
    if comment.visibility is Visibility.WITHDRAWN:
        raise Conflict
    comment.visibility = Visibility.PUBLIC
    comment.published_at = comment.published_at or clock.now()
    audit.record(db, "comment.publish", comment, actor_id=actor_id)


def hide(db: Session, comment: Comment, *, actor_id: int | None) -> None:
    """Keep it from everybody but its author; moderation asks for it, after its own rules."""
    if comment.visibility is Visibility.WITHDRAWN:
        raise Conflict
    comment.visibility = Visibility.HIDDEN
    audit.record(db, "comment.hide", comment, actor_id=actor_id)


def mask(db: Session, comment: Comment, text: str, *, actor_id: int) -> None:
    """Put masked words in place of what was written: nobody reads the first ones any more."""
    if comment.visibility is Visibility.WITHDRAWN:
        raise Conflict
    _put(comment, text)
    comment.edition += 1
    audit.record(db, "comment.mask", comment, actor_id=actor_id)


def withdraw(db: Session, comment: Comment, *, author: Person) -> None:
    """Take one's words back: they go, and so does who said them; answers stay."""
    require(can_take_back, author, comment)
    audit.record(db, "comment.withdraw", comment, actor_id=author.id)
    comment.visibility = Visibility.WITHDRAWN
    db.flush()
    forgetting.erase(db, [comment.id])
