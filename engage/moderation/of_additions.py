"""What authors add to their public ideas, in the queue."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.names import shown_name
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.moderation.kind import Kind, Reading
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action
from engage.proposals import additions
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal, ProposalAddition, Voice
from engage.proposals.workflow import OVER

FIRST_WORDS = 80


class Additions(Kind):
    """It has no title; its revision is its version."""

    label = _("Précision")
    accept = _("Publier")
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
            ProposalAddition.id.label("subject_id"),
            ProposalAddition.version.label("revision_id"),
            func.substr(ProposalAddition.body, 1, FIRST_WORDS).label("title"),
        ).where(ProposalAddition.id.in_([subject_id for subject_id, _version in items]))

    def read(self, db: Session, item: ModerationItem) -> Reading:
        addition, idea = subject_of(db, item)
        return Reading(
            title="",
            body=addition.body,
            language=addition.language,
            photos=(),
            where=idea.neighbourhood.name,
            link=path_of(idea.id),
            written_at=addition.created_at,
            author=shown_name(idea.author, idea.neighbourhood),
            official=idea.voice is not Voice.RESIDENT,
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Raises `Conflict` when the idea went meanwhile: nobody could read it."""
        addition, idea = subject_of(db, item)
        additions.publish(db, addition, idea, actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        additions.refuse(db, subject_of(db, item)[0], actor_id=actor_id)

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,  # noqa: ARG002  an addition has none
        body: str,
        photos: Mapping[int, Photo | None],  # noqa: ARG002  nor photos
        *,
        actor_id: int,
    ) -> list[StoredPhoto]:
        addition, _idea = subject_of(db, item)
        additions.rewrite(db, addition, body, actor_id=actor_id)
        item.revision_id = addition.version
        return []

    def is_over(self, db: Session, item: ModerationItem) -> bool:
        return subject_of(db, item)[1].status in OVER

    def correct_at(self, item: ModerationItem) -> str:
        return f"/precisions/{item.subject_id}/corriger"


def subject_of(db: Session, item: ModerationItem) -> tuple[ProposalAddition, Proposal]:
    """The addition that an item is about, and its idea with place and author."""
    row = db.execute(
        select(ProposalAddition, Proposal)
        .join(Proposal, Proposal.id == ProposalAddition.proposal_id)
        .options(joinedload(Proposal.neighbourhood), joinedload(Proposal.author))
        .where(ProposalAddition.id == item.subject_id)
    ).one()
    return row[0], row[1]
