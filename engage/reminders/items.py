"""What partners read of the things they owe: reference, category, coarse place, date; no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.core.i18n import _, label
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents.models import Incident
from engage.territory.models import Action

INCIDENTS, ACTIONS = Incident.__tablename__, Action.__tablename__


@dataclass(frozen=True)
class Item:
    """One thing that is owed; a report to answer and to repair is one thing, not two.

    `deadlines` are soonest first. No resident's word and no photo is ever in here.
    """

    deadlines: tuple[Deadline, ...]
    reference: str
    what: str
    where: str
    neighbourhood: str

    @property
    def deadline(self) -> Deadline:
        """The one that an answer is given to: the soonest that is open, else the last."""
        return next((d for d in self.deadlines if d.is_open), self.deadlines[-1])

    @property
    def key(self) -> tuple[str, int]:
        return (self.deadline.subject_type, self.deadline.subject_id)

    @property
    def is_report(self) -> bool:
        """Whether it is a yearly report about an action of the contract."""
        return self.deadline.kind == DeadlineKind.ACTION_REPORT

    @property
    def urgent(self) -> bool:
        return any(d.urgent for d in self.deadlines)

    @property
    def expected(self) -> str:
        """What the organisation is to do until the date."""
        if self.is_report:
            return _("bilan à envoyer")
        if self.deadline.kind == DeadlineKind.ACKNOWLEDGE:
            return _("à prendre en charge")
        return _("à réparer")

    def is_late(self, now: datetime) -> bool:
        return self.deadline.is_late(now)


def items(db: Session, deadlines: Iterable[Deadline]) -> list[Item]:
    """The things that `deadlines` are about, most late first.

    Nothing of the closed circuit is among them. Two statements at most.
    """
    groups: dict[tuple[str, int], list[Deadline]] = {}
    for deadline in sorted(deadlines, key=lambda d: (d.due_at, d.id)):
        groups.setdefault((deadline.subject_type, deadline.subject_id), []).append(deadline)
    incidents = _incidents(db, [i for kind, i in groups if kind == INCIDENTS])
    actions = _actions(db, [i for kind, i in groups if kind == ACTIONS])
    made = []
    for (kind, id_), owed in groups.items():
        if kind == INCIDENTS and id_ in incidents:
            made.append(_of_incident(incidents[id_], owed))
        elif kind == ACTIONS and id_ in actions:
            made.append(_of_action(actions[id_], owed))
    return sorted(made, key=lambda item: item.deadline.due_at)


def _of_incident(incident: Incident, owed: Sequence[Deadline]) -> Item:
    hood = label(incident.neighbourhood.name)
    place = label(incident.coarse_place.name) if incident.coarse_place else ""
    return Item(
        deadlines=tuple(owed),
        reference=incident.reference,
        what=label(incident.kind.label),
        where=", ".join(dict.fromkeys(part for part in (place, hood) if part)),
        neighbourhood=hood,
    )


def _of_action(action: Action, owed: Sequence[Deadline]) -> Item:
    return Item(
        deadlines=tuple(owed),
        reference=_("Action {n}").format(n=action.number),
        what=owed[0].title,
        where="",
        neighbourhood="",
    )


def _incidents(db: Session, ids: Sequence[int]) -> dict[int, Incident]:
    if not ids:
        return {}
    rows = db.scalars(
        select(Incident)
        .options(
            joinedload(Incident.kind),
            joinedload(Incident.coarse_place),
            joinedload(Incident.neighbourhood),
        )
        .where(Incident.id.in_(ids), Incident.listed)
    )
    return {incident.id: incident for incident in rows}


def _actions(db: Session, ids: Sequence[int]) -> dict[int, Action]:
    if not ids:
        return {}
    return {a.id: a for a in db.scalars(select(Action).where(Action.id.in_(ids)))}
