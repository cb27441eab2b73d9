"""Invented people, ideas, and supports as rows, in the proportions of a real town."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise, product
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts.models import Person
from engage.core import html
from engage.core.audit import AuditEntry
from engage.core.db import Base
from engage.core.words import Visibility
from engage.incidents.models import Circuit, IncidentKind
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status as ItemStatus
from engage.proposals.models import Endorsement, Proposal, ProposalRevision
from engage.proposals.workflow import Status as IdeaStatus
from engage.territory.models import Action, Neighbourhood, Organisation, Place

CHANNELS, OF_CHANNELS = ("web", "paper", "in_person", "phone"), (80, 10, 7, 3)
WORDS = (
    *("banc", "jardin", "école", "arbre", "lumière", "fête", "marché", "vélo", "parking"),
    *("escalier", "fontaine", "sport", "musique", "atelier", "cuisine", "lecture", "jeux"),
    *("passage", "abri", "potager", "mur", "fresque", "propreté", "voisin", "été", "soir"),
)
SYLLABLES = ("bal", "cor", "dan", "fel", "gri", "lem", "mar", "nol", "per", "rou", "sal", "tin")
RARE = tuple("".join(parts) for parts in product(SYLLABLES, repeat=3))
"""Invented words: a few times each, as names and rare words stand in what people write."""

RARE_OF_TEN = 3
READ_WITHIN = timedelta(hours=72)


class Made(NamedTuple):
    """One row to insert."""

    model: type[Base]
    values: dict[str, Any]


@dataclass
class Town:
    """What the invented rows refer to, and the numbers they get."""

    chance: Random
    start: datetime
    end: datetime
    numbers: dict[str, Iterator[int]]
    neighbourhoods: list[int]
    actions: list[int]
    places: list[Any]
    kinds: list[Any]
    organisations: list[int]
    people: list[int] = field(default_factory=list)
    public_ideas: list[tuple[int, datetime]] = field(default_factory=list)

    def new_id(self, model: type[Base]) -> int:
        return next(self.numbers[model.__tablename__])

    def somebody(self) -> int:
        return self.chance.choice(self.people)

    def channel(self) -> str:
        return self.chance.choices(CHANNELS, OF_CHANNELS)[0]

    def words(self, length: int) -> str:
        rare = sum(self.chance.randrange(10) < RARE_OF_TEN for _ in range(length))
        chosen = self.chance.choices(WORDS, k=length - rare) + self.chance.choices(RARE, k=rare)
        self.chance.shuffle(chosen)
        return " ".join(chosen).capitalize()

    def moments(self, number: int) -> Iterator[datetime]:
        """Rising moments over the whole span."""
        step = (self.end - self.start) / (number + 1)
        return (self.start + step * (i + 1) for i in range(number))


def look_around(db: Session, chance: Random, *, start: datetime, end: datetime) -> Town:
    """The contract's rows, and the first free number of each table."""
    kinds = select(IncidentKind.id, IncidentKind.urgent, IncidentKind.label).where(
        IncidentKind.circuit == Circuit.OPEN, ~IncidentKind.is_thanks
    )
    places = select(Place.id, Place.neighbourhood_id, Place.parent_id, Place.owner_id)
    return Town(
        chance=chance,
        start=start,
        end=end,
        numbers={
            table.name: count((db.scalar(select(func.max(table.c.id))) or 0) + 1)
            for table in schema.metadata.sorted_tables
            if "id" in table.c
        },
        neighbourhoods=list(db.scalars(select(Neighbourhood.id))),
        actions=list(db.scalars(select(Action.id))),
        places=list(db.execute(places)),
        kinds=list(db.execute(kinds)),
        organisations=list(db.scalars(select(Organisation.id))),
    )


def step(
    subject: tuple[type[Base], int], at: datetime, action: str, *states: str, actor: int | None
) -> Made:
    """An audit entry; with two `states`, the one before and the one after."""
    model, id_ = subject
    details = dict(zip(("before", "after"), states, strict=True)) if states else {}
    return Made(
        AuditEntry,
        {
            "at": at,
            "action": action,
            "actor_id": actor,
            "subject_type": model.__tablename__,
            "subject_id": id_,
            "details": details,
        },
    )


def people(town: Town, number: int) -> Iterator[Made]:
    for _ in range(number):
        id_ = town.new_id(Person)
        town.people.append(id_)
        home = town.chance.choice(town.neighbourhoods)
        yield Made(Person, {"id": id_, "created_at": town.start, "neighbourhood_id": home})


def ideas(town: Town, number: int) -> Iterator[Made]:
    """Nine of ten are public; the last forty wait for the council."""
    waiting = min(40, number // 10)
    for index, moment in enumerate(town.moments(number)):
        if index >= number - waiting:
            status = IdeaStatus.RECEIVED
        else:
            status = town.chance.choices(
                (IdeaStatus.PUBLISHED, IdeaStatus.STUDIED, IdeaStatus.REFUSED), (80, 11, 9)
            )[0]
        yield from _idea(town, status, moment)


def _idea(town: Town, status: IdeaStatus, moment: datetime) -> Iterator[Made]:
    id_, revision, author = town.new_id(Proposal), town.new_id(ProposalRevision), town.somebody()
    public = status in (IdeaStatus.PUBLISHED, IdeaStatus.STUDIED)
    read_at = min(moment + timedelta(hours=town.chance.randint(1, 60)), town.end)
    if public:
        town.public_ideas.append((id_, read_at))
    hidden = Visibility.HIDDEN if status is IdeaStatus.REFUSED else Visibility.PENDING
    yield Made(
        Proposal,
        {
            "id": id_,
            "author_id": author,
            "neighbourhood_id": town.chance.choice(town.neighbourhoods),
            "action_id": town.chance.choice((*town.actions, None)),
            "status": status,
            "visibility": Visibility.PUBLIC if public else hidden,
            "channel": town.channel(),
            "created_at": moment,
            "published_at": read_at if public else None,
            "published_revision_id": revision if public else None,
        },
    )
    body = f"{town.words(25)}.\n\n{town.words(20)}."
    yield Made(
        ProposalRevision,
        {
            "id": revision,
            "proposal_id": id_,
            "title": town.words(5),
            "body": body,
            "body_html": "".join(f"<p>{part}</p>" for part in body.split("\n\n")),
            "html_rules": html.RULES_VERSION,
            "created_at": moment,
        },
    )
    yield step((Proposal, id_), moment, "proposal.submit", actor=author)
    yield from _reading(town, status, id_, revision, author, moment, read_at)


def _reading(
    town: Town,
    status: IdeaStatus,
    id_: int,
    revision: int,
    author: int,
    moment: datetime,
    read_at: datetime,
) -> Iterator[Made]:
    """The item of the council's queue and, once read, what was decided."""
    item = town.new_id(ModerationItem)
    ends = {IdeaStatus.RECEIVED: ItemStatus.WAITING, IdeaStatus.REFUSED: ItemStatus.REFUSED}
    end = ends.get(status, ItemStatus.PUBLISHED)
    yield Made(
        ModerationItem,
        {
            "id": item,
            "subject_type": Proposal.__tablename__,
            "subject_id": id_,
            "revision_id": revision,
            "author_id": author,
            "status": end,
            "created_at": moment,
            "due_at": moment + READ_WITHIN,
            "decided_at": None if end is ItemStatus.WAITING else read_at,
            "in_queue": end is ItemStatus.WAITING,
        },
    )
    if end is ItemStatus.WAITING:
        return
    first = IdeaStatus.REFUSED if status is IdeaStatus.REFUSED else IdeaStatus.PUBLISHED
    path = [IdeaStatus.RECEIVED, first, *([status] if status is not first else [])]
    for before, after in pairwise(path):
        yield step((Proposal, id_), read_at, f"proposal.{after}", before, after, actor=None)
    path_of_item = [ItemStatus.WAITING, ItemStatus.SECOND_LOOK, end]
    if end is ItemStatus.PUBLISHED:
        del path_of_item[1]
    for was, becomes in pairwise(path_of_item):
        yield step(
            (ModerationItem, item), read_at, "moderation_item.read", was, becomes, actor=None
        )


def endorsements(town: Town, number: int) -> Iterator[Made]:
    """A few ideas have most of the supports, as everywhere; nobody supports one twice."""
    shares = [town.chance.paretovariate(1.2) for _ in town.public_ideas]
    total = sum(shares)
    left = number
    for (id_, since), share in zip(town.public_ideas, shares, strict=True):
        wanted = min(left, len(town.people), round(number * share / total) + 1)
        left -= wanted
        for person in town.chance.sample(town.people, wanted):
            day = (since + (town.end - since) * town.chance.random()).date()
            yield Made(
                Endorsement,
                {
                    "proposal_id": id_,
                    "person_id": person,
                    "channel": town.channel(),
                    "created_on": day,
                },
            )
