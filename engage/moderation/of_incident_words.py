"""Words and photos of problems in the queue: only what the coordinator proposed to publish."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from engage.core import audit
from engage.core.errors import Conflict, NotFound
from engage.core.i18n import lazy as _
from engage.core.photos import Photo
from engage.core.words import Visibility
from engage.incidents.models import Incident, IncidentPhoto, Moment
from engage.moderation.incident_words_models import IncidentPublication, Shown
from engage.moderation.kind import Kind, Reading
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action


class IncidentWords(Kind):
    """What a resident wrote or photographed of a problem; published as it is, or not."""

    label = _("Mots ou photo d’un problème")
    accept = _("Publier")
    mail = ""
    actions = frozenset({Action.PUBLISH, Action.PROPOSE_REFUSAL})

    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        return (
            select(
                IncidentPublication.id.label("subject_id"),
                IncidentPublication.id.label("revision_id"),
                Incident.reference.label("title"),
            )
            .join(Incident, Incident.id == IncidentPublication.incident_id)
            .where(IncidentPublication.id.in_([subject_id for subject_id, _one in items]))
        )

    def read(self, db: Session, item: ModerationItem) -> Reading:
        made, report = _report(db, item)
        return Reading(
            title="",
            body="" if made.shown is Shown.PHOTO else report.description,
            language=report.language,
            photos=() if made.shown is Shown.WORDS else _photos(db, report.id),
            where=report.neighbourhood.name,
            link=f"/signalements/{report.reference}",
            written_at=report.created_at,
        )

    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Raises `Conflict` when the report went into the closed circuit or lost its words."""
        made, report = _report(db, item)
        if not report.listed or report.anonymised_on is not None:
            raise Conflict
        made.visibility = Visibility.PUBLIC
        audit.record(db, "incident_publication.publish", made, actor_id=actor_id)

    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        made, _report_of = _report(db, item)
        made.visibility = Visibility.HIDDEN
        audit.record(db, "incident_publication.refuse", made, actor_id=actor_id)


def _report(db: Session, item: ModerationItem) -> tuple[IncidentPublication, Incident]:
    row = db.execute(
        select(IncidentPublication, Incident)
        .join(Incident, Incident.id == IncidentPublication.incident_id)
        .options(joinedload(Incident.neighbourhood))
        .where(IncidentPublication.id == item.subject_id)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _photos(db: Session, incident_id: int) -> Sequence[Photo]:
    return db.scalars(
        select(Photo)
        .join(IncidentPhoto, IncidentPhoto.photo_id == Photo.id)
        .where(IncidentPhoto.incident_id == incident_id, IncidentPhoto.moment == Moment.BEFORE)
        .order_by(Photo.id)
    ).all()
