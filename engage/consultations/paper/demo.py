"""The paper ballots of the demo: handed out, read by two and counted, by the real commands."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.models import Consultation
from engage.consultations.paper import commands, queries
from engage.consultations.paper.reading import Marks


def count(
    db: Session,
    consultation: Consultation,
    sheets: Sequence[Marks],
    *,
    coordinator: Person,
    readers: Sequence[Person],
) -> None:
    """Count an urn with these sheets, as it was done after the closing."""
    number = commands.print_batch(db, consultation, len(sheets), actor=coordinator)
    batch = queries.batch(db, consultation.id, number)
    assert batch is not None, "it was just printed"
    commands.open_urn(db, consultation, batch, len(sheets), actor=coordinator)
    for place, marks in enumerate(sheets, 1):
        for reader in readers:
            sheet = queries.sheet(db, consultation.id, number, place)
            assert sheet is not None, "the urn was opened"
            commands.read_sheet(db, consultation, sheet, marks, actor=reader)
    commands.close_count(db, consultation, reasons={}, actor=coordinator)
