"""Ideas and edits of ideas in the queue."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts.models import Person
from engage.accounts.names import shown_name
from engage.core import clock, html, photos, search
from engage.core.errors import Conflict
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.core.words import Visibility
from engage.moderation import ballots
from engage.moderation.kind import Alike, Before, Kind, Reading
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action
from engage.proposals import commands as proposals
from engage.proposals import joining
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal, ProposalPhoto, ProposalRevision, Voice
from engage.proposals.workflow import OVER

SIMILAR = 3


class Ideas(Kind):
    """An idea, or the words and photos that its author wants in their place."""

    label = _("Idée")
    accept = _("Publier")
    mail = "idea"
    actions = frozenset(
        {
            Action.PUBLISH,
            Action.PUBLISH_MASKED,
            Action.ASK_CORRECTION,
            Action.MERGE,
            Action.REDIRECT,
            Action.PROPOSE_REFUSAL,
        }
    )

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        return select(
            ProposalRevision.proposal_id.label("subject_id"),
            ProposalRevision.id.label("revision_id"),
            ProposalRevision.title.label("title"),
        ).where(ProposalRevision.id.in_([revision_id for _subject, revision_id in items]))

    def read(self, db: Session, item: ModerationItem) -> Reading:
        revision = revision_of(db, item)
        idea, before = revision.proposal, revision.proposal.published_revision
        return Reading(
            title=revision.title,
            body=revision.body,
            language=revision.language,
            photos=[row.photo for row in revision.photos],
            where=idea.neighbourhood.name,
            link=path_of(idea.id),
            written_at=revision.created_at,
            author=shown_name(idea.author, idea.neighbourhood),
            official=idea.voice is not Voice.RESIDENT,
            before=Before(before.title, before.body) if before and before is not revision else None,
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """The words of an edit take the place of what is public; so do those after an appeal."""
        revision = revision_of(db, item)
        act = proposals.rewrite if _was_published(revision) else proposals.publish
        act(db, revision.proposal, revision=revision, actor_id=actor_id)
        db.flush()
        ballots.follow(db, revision.proposal_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """An edit that is refused leaves public what was public."""
        revision = revision_of(db, item)
        if not _was_published(revision):
            proposals.refuse(db, revision.proposal, revision=revision, actor_id=actor_id)

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,
        body: str,
        photos: Mapping[int, Photo | None],
        *,
        actor_id: int,  # noqa: ARG002  publishing says who did it
    ) -> list[StoredPhoto]:
        """A new revision holds the masked words; a replaced photo goes from every revision."""
        sent = revision_of(db, item)
        gone = _replace(db, photos)
        masked = ProposalRevision(
            proposal_id=sent.proposal_id,
            title=title,
            body=body,
            body_html=html.from_plain(body),
            html_rules=html.RULES_VERSION,
            language=sent.language,
            created_at=clock.now(),
        )
        db.add(masked)
        db.flush()
        kept = db.execute(
            select(ProposalPhoto.position, ProposalPhoto.photo_id).where(
                ProposalPhoto.revision_id == sent.id
            )
        ).all()
        for position, photo_id in kept:
            db.add(ProposalPhoto(revision_id=masked.id, position=position, photo_id=photo_id))
        item.revision_id = masked.id
        db.flush()
        if sent.id == sent.proposal.published_revision_id:
            ballots.mask(db, sent.proposal_id, title, sent.language)
        return gone

    def merge(self, db: Session, item: ModerationItem, target_id: int, *, actor_id: int) -> None:
        """Supporters and followers go along; the author hears it from the ideas themselves."""
        revision, target = revision_of(db, item), db.get(Proposal, target_id)
        member = db.scalar(
            select(Person).options(selectinload(Person.mandates)).where(Person.id == actor_id)
        )
        if target is None or member is None or _is_edit(revision):
            raise Conflict
        joining.join(db, revision.proposal, target, person=member)

    def is_over(self, db: Session, item: ModerationItem) -> bool:
        return revision_of(db, item).proposal.status in OVER

    def similar(self, db: Session, item: ModerationItem, reading: Reading) -> list[Alike]:
        if reading.before is not None:
            return []  # an edit joins nothing
        hits = search.similar(db, Proposal.__tablename__, reading.title, SIMILAR + 1)
        ids = [hit.id for hit in hits if hit.id != item.subject_id][:SIMILAR]
        if not ids:
            return []
        rows = db.execute(
            select(Proposal.id, ProposalRevision.title, Proposal.supporters)
            .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
            .where(Proposal.id.in_(ids), Proposal.visibility == Visibility.PUBLIC)
        )
        found = {row.id: Alike(row.id, row.title, path_of(row.id), row.supporters) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def correct_at(self, item: ModerationItem) -> str:
        return f"/propositions/{item.subject_id}/modifier"


def revision_of(db: Session, item: ModerationItem) -> ProposalRevision:
    """The words an item is about, with the idea, its place and author, and the photos."""
    idea = joinedload(ProposalRevision.proposal)
    return db.scalars(
        select(ProposalRevision)
        .options(
            selectinload(ProposalRevision.photos).joinedload(ProposalPhoto.photo),
            idea.joinedload(Proposal.neighbourhood),
            idea.joinedload(Proposal.action),
            idea.joinedload(Proposal.author),
            idea.joinedload(Proposal.published_revision),
        )
        .where(ProposalRevision.id == item.revision_id)
    ).one()


def _was_published(revision: ProposalRevision) -> bool:
    """Whether the idea is public, or was before it was hidden."""
    return revision.proposal.published_revision_id is not None


def _is_edit(revision: ProposalRevision) -> bool:
    """Whether these words would take the place of other ones."""
    return _was_published(revision) and revision.proposal.published_revision_id != revision.id


def _replace(db: Session, changed: Mapping[int, Photo | None]) -> list[StoredPhoto]:
    """Point every revision to the new photos; returns the files of the old ones."""
    for old_id, new in changed.items():
        rows = ProposalPhoto.photo_id == old_id
        if new is None:
            db.execute(delete(ProposalPhoto).where(rows))
        else:
            db.execute(update(ProposalPhoto).where(rows).values(photo_id=new.id))
    return photos.forget(db, list(changed))
