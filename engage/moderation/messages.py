"""What authors are told: received, published, not published and why."""

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import of_ideas, queries
from engage.moderation.models import ModerationItem
from engage.proposals.addresses import path_of


def received(db: Session, item: ModerationItem) -> None:
    """Say that the words arrived and until when they are read."""
    _tell_author(db, item, "idea_received")


def published(db: Session, item: ModerationItem) -> None:
    """Say that everybody can read the words now."""
    _tell_author(db, item, "idea_published")


def refused(db: Session, item: ModerationItem) -> None:
    """Give the statement of reasons (DSA, article 17)."""
    _tell_author(db, item, "idea_refused")


def _tell_author(db: Session, item: ModerationItem, kind: str) -> None:
    """Queue a message to the author's proven address; nobody is told where there is none."""
    author = db.get(Person, item.author_id) if item.author_id else None
    address = accounts.address_of(db, author) if author else None
    if author is None or address is None:
        return
    outbox.post(
        db,
        kind,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{kind}:{item.id}",
        person_id=author.id,
        language=author.language,
        item_id=item.id,
    )


def _render(template: str, db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    item = queries.item(db, message.payload["item_id"])
    if item is None:
        return None
    revision = of_ideas.revision_of(db, item)
    return rendered(
        f"moderation/{template}",
        message,
        title=revision.title,
        sent_on=revision.created_at,
        read_by=item.due_at,
        link=base_url + path_of(revision.proposal_id),
        again=f"{base_url}/propositions/nouvelle?reprendre={revision.proposal_id}",
        charter=f"{base_url}/charte",
        refusal=queries.refusal_of(db, revision.proposal),
    )


def render_received(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the receipt."""
    return _render("idea_received", db, message, base_url)


def render_published(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the good news."""
    return _render("idea_published", db, message, base_url)


def render_refused(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the statement of reasons."""
    return _render("idea_refused", db, message, base_url)


RENDERERS = {
    "idea_received": render_received,
    "idea_published": render_published,
    "idea_refused": render_refused,
}
