"""What an author hears of an appeal: that it arrived and until when it is read, what came of it."""

from sqlalchemy.orm import Session

from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import letters
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_workflow import Status

RECEIVED, ANSWERED = "appeal_received", "appeal_answered"


def received(db: Session, appeal: Appeal) -> None:
    """Say until when somebody else reads it."""
    _tell(db, RECEIVED, appeal)


def answered(db: Session, appeal: Appeal) -> None:
    """Say what came of it and why."""
    _tell(db, ANSWERED, appeal)


def _tell(db: Session, kind: str, appeal: Appeal) -> None:
    letters.to_author(db, appeal.author_id, kind, appeal.item_id, appeal_id=appeal.id)


def render_received(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The receipt; None when the text was taken back meanwhile."""
    return _render("appeal_received", db, message, base_url)


def render_answered(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The outcome."""
    return _render("appeal_answered", db, message, base_url)


def _render(template: str, db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    appeal = db.get(Appeal, message.payload["appeal_id"])
    if appeal is None or appeal.status is Status.WITHDRAWN:
        return None
    return rendered(
        f"moderation/{template}",
        message,
        overturned=appeal.status is Status.OVERTURNED,
        answer=appeal.answer,
        until=appeal.due_at,
        link=f"{base_url}/nouvelle-lecture/{appeal.item_id}",
    )


RENDERERS = {RECEIVED: render_received, ANSWERED: render_answered}
