"""Written answers to votes in the queue: words without author, published after the sealing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engage.consultations.models import Consultation, Question
from engage.consultations.written import commands, queries
from engage.consultations.written.models import WrittenAnswer
from engage.core.errors import NotFound
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.moderation.kind import Kind, Reading, Said
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action

FIRST_WORDS = 80


class WrittenAnswers(Kind):
    """What somebody wrote to a question; nobody knows who, so nobody is told or asked."""

    label = _("Réponse écrite à un vote")
    accept = _("Publier après le vote")
    mail = ""
    nameless = True
    heard = _("La question posée")
    actions = frozenset({Action.PUBLISH, Action.PUBLISH_MASKED, Action.PROPOSE_REFUSAL})

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        return select(
            WrittenAnswer.id.label("subject_id"),
            WrittenAnswer.edition.label("revision_id"),
            func.substr(WrittenAnswer.body, 1, FIRST_WORDS).label("title"),
        ).where(WrittenAnswer.id.in_([subject_id for subject_id, _edition in items]))

    def read(self, db: Session, item: ModerationItem) -> Reading:
        """When it was written is not known: `written_at` is when the queue got it."""
        answer, question, asked = _found(db, item)
        return Reading(
            title="",
            body=answer.body,
            language=answer.language,
            photos=(),
            where=asked.neighbourhood.name if asked.neighbourhood else None,
            link=f"/concertations/{asked.id}",
            written_at=item.created_at,
            said=[Said(label(asked.title), label(question.title))],
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        commands.publish(db, _found(db, item)[0], actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        commands.hide(db, _found(db, item)[0], actor_id=actor_id)

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
        answer = _found(db, item)[0]
        commands.mask(db, answer, body, actor_id=actor_id)
        item.revision_id = answer.edition
        return []

    def is_over(self, db: Session, item: ModerationItem) -> bool:
        """Nobody reads on for a vote that was cancelled."""
        return _found(db, item)[2].cancelled_at is not None


def _found(db: Session, item: ModerationItem) -> tuple[WrittenAnswer, Question, Consultation]:
    found = queries.to_read(db, item.subject_id)
    if found is None:
        raise NotFound
    return found
