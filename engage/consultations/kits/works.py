"""Writes about works: meetings with their minutes, worries and questions with public answers.

A worry names nobody, not even in the database: whoever writes one needs no account.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.agenda.models import Event
from engage.consultations.kits.models import Concern, ConcernKind, Meeting
from engage.consultations.kits.policy import (
    can_accompany,
    can_answer_worries,
    takes_worries,
)
from engage.consultations.kits.themes import THEMES
from engage.consultations.models import Consultation
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _, current
from engage.core.language import language_of
from engage.core.policy import require
from engage.core.words import Visibility

LONGEST = 600
"""Characters of a worry or question."""


def add_meeting(db: Session, consultation: Consultation, event: Event, *, actor: Person) -> Meeting:
    """Say that a date of the agenda belongs to a concertation; twice is once."""
    require(can_accompany, actor)
    found = db.get(Meeting, (consultation.id, event.id))
    if found is not None:
        return found
    meeting = Meeting(consultation_id=consultation.id, event_id=event.id)
    db.add(meeting)
    db.flush()
    audit.record(db, "consultation.add_meeting", consultation, actor_id=actor.id, event_id=event.id)
    return meeting


def remove_meeting(db: Session, meeting: Meeting, *, actor: Person) -> None:
    """It belonged elsewhere; raises `Conflict` once its minutes are published."""
    require(can_accompany, actor)
    if meeting.minutes_on is not None:
        raise Conflict(_("Le compte rendu est publié. La réunion reste."))
    asked = db.get_one(Consultation, meeting.consultation_id)
    audit.record(
        db, "consultation.remove_meeting", asked, actor_id=actor.id, event_id=meeting.event_id
    )
    db.delete(meeting)
    db.flush()


def write_minutes(
    db: Session, meeting: Meeting, minutes: dict[str, str], *, version: int, actor: Person
) -> None:
    """Publish what was said at a meeting, or correct it; raises `Conflict` before it took place."""
    require(can_accompany, actor)
    event = db.get_one(Event, meeting.event_id)
    if clock.now() < event.starts_at:
        raise Conflict(_("Cette réunion n’a pas encore eu lieu."))
    if meeting.version != version:
        raise Conflict(_("Quelqu’un a changé ce compte rendu entre-temps. Relisez-le."))
    meeting.minutes, meeting.minutes_on = minutes, clock.today()
    asked = db.get_one(Consultation, meeting.consultation_id)
    audit.record(
        db, "consultation.write_minutes", asked, actor_id=actor.id, event_id=meeting.event_id
    )


@dataclass(frozen=True)
class Raised:
    """What a resident writes, under a theme of `themes.json`."""

    kind: ConcernKind
    theme: str
    body: str


def raise_concern(db: Session, consultation: Consultation, raised: Raised) -> Concern:
    """Keep a worry or question until the council has read it; who sent it is not kept.

    Raises `Conflict` where none is taken any more, `InvalidInput` on a theme that there is not.
    """
    if not takes_worries(consultation):
        raise Conflict(_("On ne pose plus de question ici."))
    if raised.theme not in THEMES:
        raise InvalidInput("theme", _("Choisissez un sujet de la liste."))
    concern = Concern(
        consultation_id=consultation.id,
        kind=raised.kind,
        theme=raised.theme,
        body=raised.body,
        language=language_of(raised.body, page=current().code),
        written_on=clock.today(),
    )
    db.add(concern)
    db.flush()
    return concern


def publish(db: Session, concern: Concern, *, actor_id: int) -> None:
    """Let everybody read it; raises `Conflict` once it is erased."""
    _require_words(concern)
    concern.visibility = Visibility.PUBLIC
    audit.record(db, "concern.publish", concern, actor_id=actor_id)


def hide(db: Session, concern: Concern, *, actor_id: int | None) -> None:
    """Keep it from everybody; raises `Conflict` once it is erased."""
    _require_words(concern)
    concern.visibility = Visibility.HIDDEN
    audit.record(db, "concern.hide", concern, actor_id=actor_id)


def _require_words(concern: Concern) -> None:
    if not concern.body:
        raise Conflict(_("Ce texte est effacé."))


def mask(db: Session, concern: Concern, body: str, *, actor_id: int) -> None:
    """Put these words, some of them covered, in the place of what was sent."""
    concern.body = body
    concern.edition += 1
    audit.record(db, "concern.mask", concern, actor_id=actor_id)


@dataclass(frozen=True)
class Answered:
    """A public answer, in the name of an organisation; the theme may be put right."""

    words: dict[str, str]
    answerer_id: int
    theme: str


def answer(
    db: Session,
    concern: Concern,
    consultation: Consultation,
    answered: Answered,
    *,
    version: int,
    actor: Person,
) -> None:
    """Answer in public, or correct the answer; raises `Conflict` while the words are not public."""
    require(can_answer_worries, actor, consultation)
    if concern.visibility is not Visibility.PUBLIC:
        raise Conflict(_("Ce texte n’est pas public."))
    if concern.version != version:
        raise Conflict(_("Quelqu’un a répondu entre-temps. Relisez la réponse."))
    if answered.theme not in THEMES:
        raise InvalidInput("theme", _("Choisissez un sujet de la liste."))
    concern.answer, concern.answered_on = answered.words, clock.today()
    concern.answerer_id, concern.theme = answered.answerer_id, answered.theme
    audit.record(db, "concern.answer", concern, actor_id=actor.id)
