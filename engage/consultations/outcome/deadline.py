"""The decision as something owed: by whom, until when, and what moves or ends the debt."""

from sqlalchemy.orm import Session

from engage.consultations.models import Consultation, Purpose
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind

KIND = DeadlineKind.CONSULTATION_DECISION


def awaits_decision(consultation: Consultation) -> bool:
    """Whether a decision is to come: a survey asks without anything to be decided."""
    return (
        consultation.purpose is not Purpose.SURVEY
        and not consultation.is_draft
        and consultation.decided_on is None
        and consultation.cancelled_at is None
    )


def owe(db: Session, consultation: Consultation) -> None:
    """Let its organisation owe the decision from the announcement on; nothing where none is named.

    Called again it hands the debt on, or moves it to the date of today's calendar.
    """
    if consultation.organisation_id is None or not awaits_decision(consultation):
        return
    deadlines.owe(
        db,
        KIND,
        consultation,
        organisation_id=consultation.organisation_id,
        due_at=consultation.decision_due_at,
        title=consultation.title["fr"][:200],
    )


def moved(db: Session, consultation: Consultation) -> None:
    """The vote was extended, or another organisation decides."""
    owe(db, consultation)


def met(db: Session, consultation: Consultation) -> None:
    """The decision is published."""
    deadlines.meet(db, KIND, consultation)


def withdrawn(db: Session, consultation: Consultation) -> None:
    """It was cancelled: nothing is to be decided."""
    deadlines.withdraw_all(db, consultation)
