"""Worries and questions about works in the queue: words without author, answered in public."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engage.consultations.kits import works, works_queries
from engage.consultations.kits.models import Concern, ConcernKind
from engage.consultations.models import Consultation
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.deadlines.workdays import start_of_day
from engage.moderation.kind import Kind, Reading, Said
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action

FIRST_WORDS = 80


class Concerns(Kind):
    """What a resident asks or fears of works; nobody knows who, so nobody is told or asked."""

    label = _("Question sur des travaux")
    accept = _("Publier")
    mail = ""
    nameless = True
    heard = _("De quoi ça parle")
    actions = frozenset({Action.PUBLISH, Action.PUBLISH_MASKED, Action.PROPOSE_REFUSAL})

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        return select(
            Concern.id.label("subject_id"),
            Concern.edition.label("revision_id"),
            func.substr(Concern.body, 1, FIRST_WORDS).label("title"),
        ).where(Concern.id.in_([subject_id for subject_id, _edition in items]))

    def read(self, db: Session, item: ModerationItem) -> Reading:
        concern, asked = _found(db, item)
        is_worry = concern.kind is ConcernKind.WORRY
        about = str(_("Une inquiétude sur")) if is_worry else str(_("Une question sur"))
        return Reading(
            title="",
            body=concern.body,
            language=concern.language,
            photos=(),
            where=asked.neighbourhood.name if asked.neighbourhood else None,
            link=f"/concertations/{asked.id}/questions",
            written_at=min(start_of_day(concern.written_on), clock.now()),
            said=[Said(about, label(asked.title))],
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        works.publish(db, _found(db, item)[0], actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        works.hide(db, _found(db, item)[0], actor_id=actor_id)

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,  # noqa: ARG002  it has none
        body: str,
        photos: Mapping[int, Photo | None],  # noqa: ARG002  nor photos
        *,
        actor_id: int,
    ) -> list[StoredPhoto]:
        concern = _found(db, item)[0]
        works.mask(db, concern, body, actor_id=actor_id)
        item.revision_id = concern.edition
        return []

    def is_over(self, db: Session, item: ModerationItem) -> bool:
        """Nobody reads on for a concertation that was cancelled."""
        return _found(db, item)[1].cancelled_at is not None


def _found(db: Session, item: ModerationItem) -> tuple[Concern, Consultation]:
    found = works_queries.to_read(db, item.subject_id)
    if found is None:
        raise NotFound
    return found
