"""What organisations owe for a party, as reminders say it."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engage.consultations.kits.models import PartyTask
from engage.consultations.models import Consultation
from engage.territory.models import Neighbourhood

TASKS = PartyTask.__tablename__


class Task(NamedTuple):
    """One task of a plan; `neighbourhood` is None where the party is for all of them."""

    id: int
    title: dict[str, str]
    consultation_id: int
    neighbourhood: dict[str, str] | None

    @property
    def page(self) -> str:
        """Where everybody sees the plan."""
        return f"/concertations/{self.consultation_id}/fete"


_TASKS = (
    select(PartyTask.id, PartyTask.title, PartyTask.consultation_id, Neighbourhood.name)
    .join(Consultation, Consultation.id == PartyTask.consultation_id)
    .outerjoin(Neighbourhood, Neighbourhood.id == Consultation.neighbourhood_id)
    .where(PartyTask.id.in_(bindparam("ids", expanding=True)))
)


def tasks(db: Session, ids: Sequence[int]) -> dict[int, Task]:
    """These tasks by id; no statement for none."""
    if not ids:
        return {}
    return {row[0]: Task(*row) for row in db.execute(_TASKS, {"ids": ids})}
