"""Texts that readers reported, in the queue: the public text, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from engage.core import masking
from engage.core.errors import Conflict
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.discussions.models import Comment
from engage.moderation import notices_decisions as notices
from engage.moderation.kind import Kind, Reading, Said
from engage.moderation.models import ModerationItem
from engage.moderation.notices_models import NoticeCase
from engage.moderation.notices_targets import FIRST_WORDS, REPORTABLE
from engage.moderation.notices_workflow import Status
from engage.moderation.workflow import Action
from engage.proposals.models import ProposalAddition, ProposalRevision


class Notices(Kind):
    """A public text that readers reported: it is kept, masked, or hidden by two members.

    `kinds` says how the texts themselves are read and masked.
    """

    label = _("Texte signalé")
    accept = _("Garder ce texte")
    mail = ""
    actions = frozenset({Action.PUBLISH, Action.PUBLISH_MASKED, Action.PROPOSE_REFUSAL})

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        first = func.coalesce(
            ProposalRevision.title,
            func.substr(ProposalAddition.body, 1, FIRST_WORDS),
            func.substr(Comment.body, 1, FIRST_WORDS),
        )
        return (
            select(
                NoticeCase.id.label("subject_id"),
                NoticeCase.revision_id.label("revision_id"),
                first.label("title"),
            )
            .outerjoin(
                ProposalRevision,
                and_(
                    NoticeCase.subject_type == "proposals",
                    ProposalRevision.id == NoticeCase.revision_id,
                ),
            )
            .outerjoin(
                ProposalAddition,
                and_(
                    NoticeCase.subject_type == ProposalAddition.__tablename__,
                    ProposalAddition.id == NoticeCase.subject_id,
                ),
            )
            .outerjoin(
                Comment,
                and_(
                    NoticeCase.subject_type == Comment.__tablename__,
                    Comment.id == NoticeCase.subject_id,
                ),
            )
            .where(NoticeCase.id.in_([case_id for case_id, _revision in items]))
        )

    def read(self, db: Session, item: ModerationItem) -> Reading:
        """The text as it is public, and each report's reason and explanation, without names."""
        case = _case(db, item)
        reading = self._kinds[case.subject_type].read(db, _text_of(db, case))
        said = [Said(label(n.reason.label), masking.masked(n.explanation)) for n in case.notices]
        return replace(reading, before=None, said=said)

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Keep it; masked words are in place already, and an appeal brings back what was hidden."""
        case = _case(db, item)
        if case.status is Status.MASKED:
            notices.end_mask(db, case)
        elif case.status is Status.HIDDEN:
            notices.show_again(db, case, actor_id=actor_id)
        else:
            notices.keep(db, case, actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        notices.hide(db, _case(db, item), actor_id=actor_id)

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,
        body: str,
        photos: Mapping[int, Photo | None],
        *,
        actor_id: int,
    ) -> list[StoredPhoto]:
        case = _case(db, item)
        notices.begin_mask(db, case, actor_id=actor_id)
        kind, text = self._kinds[case.subject_type], _text_of(db, case)
        gone = kind.mask(db, text, title, body, photos, actor_id=actor_id)
        kind.publish(db, text, actor_id=actor_id)
        case.revision_id = item.revision_id = text.revision_id
        db.flush()
        return gone


def _case(db: Session, item: ModerationItem) -> NoticeCase:
    found = notices.case(db, item.subject_id)
    if found is None:
        raise Conflict
    return found


def _text_of(db: Session, case: NoticeCase) -> ModerationItem:
    """What names the text as it is public now; it is in no table."""
    return ModerationItem(
        subject_type=case.subject_type,
        subject_id=case.subject_id,
        revision_id=REPORTABLE[case.subject_type].revision(db, case.subject_id),
        author_id=case.author_id,
    )
