"""What partners read of the things they owe: reference, category, coarse place, date; no more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engage.consultations.kits import owed as parties
from engage.consultations.models import Consultation
from engage.core.i18n import _, label, lazy
from engage.core.words import Visibility
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents.models import Incident, IncidentKind
from engage.proposals.addresses import path_of
from engage.proposals.call_models import Call
from engage.proposals.call_queries import call_path
from engage.proposals.models import Proposal
from engage.reminders.owed import Owed
from engage.territory.models import Action, Neighbourhood, Place

INCIDENTS, ACTIONS = Incident.__tablename__, Action.__tablename__
IDEAS, CALLS = Proposal.__tablename__, Call.__tablename__
PARTY_TASKS = parties.TASKS
VOTES = Consultation.__tablename__

EXPECTED: Mapping[str, str] = {
    DeadlineKind.ACKNOWLEDGE: lazy("à prendre en charge"),
    DeadlineKind.RESOLVE: lazy("à réparer"),
    DeadlineKind.ACTION_REPORT: lazy("bilan à envoyer"),
    DeadlineKind.PROPOSAL_ANSWER: lazy("réponse attendue"),
    DeadlineKind.PROPOSAL_DONE: lazy("à réaliser"),
    DeadlineKind.CALL_ANSWER: lazy("réponse publique attendue"),
    DeadlineKind.PARTY_TASK: lazy("à faire pour la fête"),
    DeadlineKind.CONSULTATION_DECISION: lazy("décision attendue"),
}
"""What the organisation is to do until the date."""


@dataclass(frozen=True)
class Item:
    """One thing that is owed; a report to answer and to repair is one thing, not two.

    `deadlines` are soonest first. No resident's word and no photo is ever in here.
    """

    deadlines: tuple[Deadline | Owed, ...]
    reference: str
    what: str
    where: str
    neighbourhood: str
    page: str = ""
    """Where everybody reads about it, where that does not follow from the number."""

    @property
    def deadline(self) -> Deadline | Owed:
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
    def is_idea(self) -> bool:
        """Whether it is an idea of residents, to answer or to carry out."""
        return self.deadline.subject_type == IDEAS

    @property
    def is_call(self) -> bool:
        """Whether it is a call for participation that waits for its public answer."""
        return self.deadline.subject_type == CALLS

    @property
    def is_vote(self) -> bool:
        """Whether it is a concertation that waits for its decision."""
        return self.deadline.subject_type == VOTES

    @property
    def is_party(self) -> bool:
        """Whether it is something to do for a party of the neighbourhood."""
        return self.deadline.subject_type == PARTY_TASKS

    @property
    def about(self) -> str:
        """What kind of thing it is, for what is asked with an answer."""
        if self.is_idea or self.is_call or self.is_vote:
            return "idea"
        return "report" if self.is_report else "problem"

    @property
    def public_page(self) -> str:
        """Where everybody reads what it is about; "" where the partner knows it or nobody may."""
        if self.is_call:
            return call_path(self.deadline.subject_id)
        if self.is_vote:
            return f"/concertations/{self.deadline.subject_id}"
        return path_of(self.deadline.subject_id) if self.is_idea else self.page

    @property
    def staff_page(self) -> str:
        """Where the coordinator finds it; "" for what has no page yet."""
        if self.is_report:
            return ""
        return self.public_page or f"/gup/{self.reference}"

    @property
    def urgent(self) -> bool:
        return any(d.urgent for d in self.deadlines)

    @property
    def expected(self) -> str:
        """What the organisation is to do until the date."""
        return str(EXPECTED[self.deadline.kind])

    def is_late(self, now: datetime) -> bool:
        return self.deadline.is_late(now)


def items(db: Session, deadlines: Iterable[Deadline | Owed]) -> list[Item]:
    """The things that `deadlines` are about, most late first.

    Nothing of the closed circuit is among them. One statement for each table that is owed about.
    """
    groups: dict[tuple[str, int], list[Deadline | Owed]] = {}
    for deadline in sorted(deadlines, key=lambda d: (d.due_at, d.id)):
        groups.setdefault((deadline.subject_type, deadline.subject_id), []).append(deadline)
    made = []
    for subject, (read, item_of) in _KINDS.items():
        ids = [id_ for kind, id_ in groups if kind == subject]
        found = read(db, ids)
        made += [item_of(found[id_], groups[subject, id_]) for id_ in ids if id_ in found]
    return sorted(made, key=lambda item: item.deadline.due_at)


class _Problem(NamedTuple):
    id: int
    reference: str
    what: dict[str, str]
    place: dict[str, str] | None
    neighbourhood: dict[str, str]


_PROBLEMS = (
    select(Incident.id, Incident.reference, IncidentKind.label, Place.name, Neighbourhood.name)
    .join(IncidentKind, IncidentKind.id == Incident.kind_id)
    .outerjoin(Place, Place.id == Incident.coarse_place_id)
    .join(Neighbourhood, Neighbourhood.id == Incident.neighbourhood_id)
    .where(Incident.id.in_(bindparam("ids", expanding=True)), Incident.listed)
)
_ACTIONS = select(Action.id, Action.number).where(Action.id.in_(bindparam("ids", expanding=True)))


_IDEAS = (
    select(Proposal.id, Action.number, Neighbourhood.name)
    .outerjoin(Action, Action.id == Proposal.action_id)
    .join(Neighbourhood, Neighbourhood.id == Proposal.neighbourhood_id)
    .where(
        Proposal.id.in_(bindparam("ids", expanding=True)),
        Proposal.visibility == Visibility.PUBLIC,
    )
)


class _Idea(NamedTuple):
    id: int
    action: int | None
    neighbourhood: dict[str, str]


def _of_incident(problem: _Problem, owed: Sequence[Deadline | Owed]) -> Item:
    hood = label(problem.neighbourhood)
    place = label(problem.place) if problem.place else ""
    return Item(
        deadlines=tuple(owed),
        reference=problem.reference,
        what=label(problem.what),
        where=", ".join(dict.fromkeys(part for part in (place, hood) if part)),
        neighbourhood=hood,
    )


def _of_action(number: int, owed: Sequence[Deadline | Owed]) -> Item:
    return Item(
        deadlines=tuple(owed),
        reference=_("Action {n}").format(n=number),
        what=owed[0].title,
        where="",
        neighbourhood="",
    )


def _of_idea(idea: _Idea, owed: Sequence[Deadline | Owed]) -> Item:
    """Number, action and neighbourhood: its words are a resident's, and stay on its page."""
    what = _("Une idée d’habitants")
    if idea.action:
        what = _("Une idée d’habitants, action {n}").format(n=idea.action)
    hood = label(idea.neighbourhood)
    return Item(
        deadlines=tuple(owed),
        reference=_("Idée n° {n}").format(n=idea.id),
        what=what,
        where=hood,
        neighbourhood=hood,
    )


class _Call(NamedTuple):
    id: int
    title: dict[str, str]
    neighbourhood: dict[str, str] | None


_CALLS = (
    select(Call.id, Call.title, Neighbourhood.name)
    .outerjoin(Neighbourhood, Neighbourhood.id == Call.neighbourhood_id)
    .where(Call.id.in_(bindparam("ids", expanding=True)))
)


def _of_call(call: _Call, owed: Sequence[Deadline | Owed]) -> Item:
    """Its title was typed by staff, for everybody."""
    hood = label(call.neighbourhood)
    return Item(
        deadlines=tuple(owed),
        reference=_("Appel n°\xa0{n}").format(n=call.id),
        what=label(call.title),
        where=hood,
        neighbourhood=hood,
    )


class _Vote(NamedTuple):
    id: int
    title: dict[str, str]
    neighbourhood: dict[str, str] | None


_VOTES = (
    select(Consultation.id, Consultation.title, Neighbourhood.name)
    .outerjoin(Neighbourhood, Neighbourhood.id == Consultation.neighbourhood_id)
    .where(Consultation.id.in_(bindparam("ids", expanding=True)))
)


def _of_vote(vote: _Vote, owed: Sequence[Deadline | Owed]) -> Item:
    """Its title was typed by staff, for everybody; no result is told here."""
    hood = label(vote.neighbourhood)
    return Item(
        deadlines=tuple(owed),
        reference=_("Vote n°\xa0{n}").format(n=vote.id),
        what=label(vote.title),
        where=hood,
        neighbourhood=hood,
    )


def _votes(db: Session, ids: Sequence[int]) -> dict[int, _Vote]:
    if not ids:
        return {}
    return {row[0]: _Vote(*row) for row in db.execute(_VOTES, {"ids": ids})}


def _of_task(task: parties.Task, owed: Sequence[Deadline | Owed]) -> Item:
    """What an organisation does for a party; its title was typed by staff, for everybody."""
    hood = label(task.neighbourhood)
    return Item(tuple(owed), _("Fête de quartier"), label(task.title), hood, hood, page=task.page)


def _calls(db: Session, ids: Sequence[int]) -> dict[int, _Call]:
    if not ids:
        return {}
    return {row[0]: _Call(*row) for row in db.execute(_CALLS, {"ids": ids})}


def _ideas(db: Session, ids: Sequence[int]) -> dict[int, _Idea]:
    if not ids:
        return {}
    return {row[0]: _Idea(*row) for row in db.execute(_IDEAS, {"ids": ids})}


def _problems(db: Session, ids: Sequence[int]) -> dict[int, _Problem]:
    if not ids:
        return {}
    return {row[0]: _Problem(*row) for row in db.execute(_PROBLEMS, {"ids": ids})}


def _numbers(db: Session, ids: Sequence[int]) -> dict[int, int]:
    """The numbers of actions by their ids."""
    if not ids:
        return {}
    return {row.id: row.number for row in db.execute(_ACTIONS, {"ids": ids})}


_KINDS: Mapping[str, tuple[Callable[[Session, Sequence[int]], dict[int, Any]], Callable[..., Item]]]
_KINDS = {
    INCIDENTS: (_problems, _of_incident),
    ACTIONS: (_numbers, _of_action),
    IDEAS: (_ideas, _of_idea),
    CALLS: (_calls, _of_call),
    VOTES: (_votes, _of_vote),
    PARTY_TASKS: (parties.tasks, _of_task),
}
"""Table of what is owed about → how those things are read, and what partners read of one."""
