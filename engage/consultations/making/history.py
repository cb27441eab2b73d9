"""The public history of a concertation: which part changed on which day, once it was announced."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from engage.consultations.making.models import ChangeKind, ConsultationChange
from engage.consultations.models import Consultation
from engage.consultations.policy import can_see
from engage.core import clock


def note(db: Session, consultation: Consultation, part: str) -> None:
    """Make a new version of it, and where it is public already, say which part changed today.

    A change of a question alone is a new version of the whole: forms of others see it.
    """
    flag_modified(consultation, "title")
    if can_see(consultation, clock.now()):
        _tell(db, consultation, part)
    db.flush()


def _tell(db: Session, consultation: Consultation, part: str) -> None:
    """One line a day and part, however often it was changed."""
    told = select(ConsultationChange.id).where(
        ConsultationChange.consultation_id == consultation.id,
        ConsultationChange.part == part,
        ConsultationChange.on_day == clock.today(),
    )
    if db.scalar(told) is None:
        db.add(
            ConsultationChange(
                consultation_id=consultation.id,
                kind=ChangeKind.CHANGED,
                part=part,
                on_day=clock.today(),
            )
        )
