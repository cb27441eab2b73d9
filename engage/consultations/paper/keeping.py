"""How long sheets and their photos are kept: as long as the roll, since both serve a contest."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engage.consultations import roll
from engage.consultations.models import Consultation
from engage.consultations.paper.models import PaperBatch, PaperReading, PaperSheet
from engage.core import clock


def forget(db: Session, most: int) -> int:
    """Remove at most `most` sheets that have had their time, and how they were read.

    Their photos belong to nothing then and go a day later. Returns how many sheets went.
    """
    due = select(Consultation.id).where(roll.is_due(clock.months_ago(roll.MONTHS)))
    chosen = list(
        db.scalars(
            select(PaperSheet.id)
            .join(PaperBatch, PaperBatch.id == PaperSheet.batch_id)
            .where(PaperBatch.consultation_id.in_(due))
            .limit(most)
        )
    )
    db.execute(delete(PaperReading).where(PaperReading.sheet_id.in_(chosen)))
    db.execute(delete(PaperSheet).where(PaperSheet.id.in_(chosen)))
    return len(chosen)
