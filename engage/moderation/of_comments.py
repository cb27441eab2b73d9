"""Comments in the queue: what a member reads of one, and what becomes of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engage.core.errors import Conflict
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.discussions import commands, queries
from engage.discussions.models import Comment, Voice
from engage.moderation.kind import Kind, Reading, Said
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action
from engage.proposals import talk
from engage.proposals.models import Proposal
from engage.proposals.talk import path_of_comment

FIRST_WORDS = 80


class Comments(Kind):
    """What somebody says about an idea; it has no title, its revision is its edition."""

    label = _("Commentaire")
    accept = _("Publier")
    heard = _("De quoi ça parle")
    actions = frozenset(
        {
            Action.PUBLISH,
            Action.PUBLISH_MASKED,
            Action.ASK_CORRECTION,
            Action.PROPOSE_REFUSAL,
        }
    )

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        return select(
            Comment.id.label("subject_id"),
            Comment.edition.label("revision_id"),
            func.substr(Comment.body, 1, FIRST_WORDS).label("title"),
        ).where(Comment.id.in_([subject_id for subject_id, _edition in items]))

    def read(self, db: Session, item: ModerationItem) -> Reading:
        comment = queries.to_read(db, item.subject_id)
        idea = talk.idea_of(db, comment.thread_id)
        assert idea is not None, "every comment is about an idea"
        return Reading(
            title="",
            body=comment.body,
            language=comment.language,
            photos=(),
            where=idea.neighbourhood.name,
            link=path_of_comment(idea.id, comment.id),
            written_at=comment.created_at,
            author=talk.author_of(comment, idea.neighbourhood),
            official=comment.voice is not Voice.RESIDENT,
            said=_context(db, comment, idea),
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Raises `Conflict` when the idea went meanwhile: nobody could read it."""
        comment = queries.to_read(db, item.subject_id)
        if talk.idea_of(db, comment.thread_id) is None:
            raise Conflict
        commands.publish(db, comment, actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        commands.hide(db, queries.to_read(db, item.subject_id), actor_id=actor_id)

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,  # noqa: ARG002  a comment has none
        body: str,
        photos: Mapping[int, Photo | None],  # noqa: ARG002  nor photos
        *,
        actor_id: int,
    ) -> list[StoredPhoto]:
        comment = queries.to_read(db, item.subject_id)
        commands.mask(db, comment, body, actor_id=actor_id)
        item.revision_id = comment.edition
        return []

    def correct_at(self, item: ModerationItem) -> str:
        return f"/commentaires/{item.subject_id}/corriger"


def _context(db: Session, comment: Comment, idea: Proposal) -> list[Said]:
    """What the comment is about: the idea, and the words it answers."""
    revision = idea.published_revision
    about = [Said(str(_("Sur cette idée")), revision.title)] if revision else []
    parent = db.get(Comment, comment.parent_id) if comment.parent_id else None
    return [*about, Said(str(_("En réponse à")), parent.body)] if parent else about
