"""Words and photos of a problem are public once the coordinator proposes and the council agrees.

What is shown is read from the report itself: once its words or photos go, nothing of them is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.photos import Photo
from engage.core.policy import require
from engage.core.words import Visibility
from engage.incidents.models import Incident, IncidentPhoto, Moment
from engage.moderation import commands
from engage.moderation.incident_words_models import IncidentPublication, Shown
from engage.moderation.policy import can_look

KIND = IncidentPublication.__tablename__
WITH_PHOTO = (Shown.PHOTO, Shown.BOTH)


def can_propose_words(person: Person | None, incident: Incident) -> bool:
    """The coordinator, of a report that is on public pages: never in the closed circuit."""
    return (
        person is not None
        and person.holds(Role.COORDINATOR)
        and incident.listed
        and incident.anonymised_on is None
    )


def propose(
    db: Session, incident: Incident, shown: Shown, *, person: Person
) -> IncidentPublication:
    """Ask the council whether everybody may read or see it; who reported it does not judge it.

    Raises `InvalidInput` when the report has no such thing, `Conflict` when it was proposed before.
    """
    require(can_propose_words, person, incident)
    if shown is not Shown.PHOTO and not incident.description.strip():
        raise InvalidInput("shown", _("Ce signalement n’a pas de mots."))
    if shown in WITH_PHOTO and not photos_of(db, incident.id):
        raise InvalidInput("shown", _("Ce signalement n’a pas de photo."))
    made = IncidentPublication(
        incident_id=incident.id,
        shown=shown,
        proposed_by_id=person.id,
        created_at=clock.now(),
    )
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:
        raise Conflict(_("C’est déjà proposé au conseil.")) from None
    audit.record(db, "incident_publication.propose", made, actor_id=person.id, shown=shown.value)
    commands.receive(
        db, subject_type=KIND, subject_id=made.id, revision_id=1, author_id=incident.reporter_id
    )
    return made


def photos_of(db: Session, incident_id: int) -> Sequence[Photo]:
    """What the resident sent, not what shows the repair."""
    return db.scalars(
        select(Photo)
        .join(IncidentPhoto, IncidentPhoto.photo_id == Photo.id)
        .where(IncidentPhoto.incident_id == incident_id, IncidentPhoto.moment == Moment.BEFORE)
        .order_by(Photo.id)
    ).all()


@dataclass(frozen=True)
class Published:
    """What everybody reads and sees of a report."""

    words: str
    language: str
    photos: Sequence[Photo]


def published(db: Session, incident: Incident) -> Published | None:
    """What the council let through of this report, if anything; one statement where nothing is."""
    shown = db.scalar(
        select(IncidentPublication.shown).where(
            IncidentPublication.incident_id == incident.id,
            IncidentPublication.visibility == Visibility.PUBLIC,
        )
    )
    if shown is None or not incident.listed:
        return None
    words = "" if shown is Shown.PHOTO else incident.description
    photos = photos_of(db, incident.id) if shown in WITH_PHOTO else ()
    return Published(words, incident.language, photos) if words or photos else None


def may_see_photo(db: Session, photo_id: int, person: Person | None) -> bool | None:
    """Everybody when it is published, who reads the queue when it is proposed; None: neither."""
    visibility = db.scalar(
        select(IncidentPublication.visibility)
        .join(IncidentPhoto, IncidentPhoto.incident_id == IncidentPublication.incident_id)
        .join(Incident, Incident.id == IncidentPublication.incident_id)
        .where(
            IncidentPhoto.photo_id == photo_id,
            IncidentPhoto.moment == Moment.BEFORE,
            IncidentPublication.shown.in_(WITH_PHOTO),
            Incident.listed,
        )
    )
    if visibility is Visibility.PUBLIC:
        return True
    return visibility is Visibility.PENDING and can_look(person)
