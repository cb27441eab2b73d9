"""Reads about ideas; `visible_to` is the only filter of who sees what."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.core.photos import Photo
from engage.core.words import ContributionChannel, Visibility
from engage.proposals.addresses import path_of
from engage.proposals.call_models import Call
from engage.proposals.models import Endorsement, Proposal, ProposalPhoto, ProposalRevision
from engage.proposals.policy import can_see_waiting_photos
from engage.proposals.workflow import Status
from engage.territory import queries as territory
from engage.territory.models import Place

FIRST_WORDS = 180
SMALL_SIDE = 480
SHOWN_WAITING = 10


def visible_to(person: Person | None) -> ColumnElement[bool]:
    """What `person` may see: what is public, and one's own ideas whatever became of them."""
    public = Proposal.visibility == Visibility.PUBLIC
    return public if person is None else or_(public, Proposal.author_id == person.id)


@dataclass(frozen=True)
class Quarter:
    """A neighbourhood as lists and forms offer it; kept for a minute, so no row of a session."""

    id: int
    code: str
    name: dict[str, str]


@dataclass(frozen=True)
class Spot:
    """A place that an idea can be about."""

    id: int
    code: str
    neighbourhood_id: int


@dataclass(frozen=True)
class Subject:
    """An action of the contract as lists and forms offer it."""

    id: int
    number: int
    short_label: dict[str, str]


@dataclass(frozen=True)
class Choices:
    """All that a list of ideas can be narrowed to; the same `key`, the same choices."""

    quarters: list[Quarter]
    subjects: list[Subject]
    key: str


def choices(db: Session) -> Choices:
    """Neighbourhoods and actions of the contract."""
    places, actions = quarters(db), subjects(db)
    return Choices(places, actions, repr((places, actions)))


def quarters(db: Session) -> list[Quarter]:
    """All neighbourhoods in the contract's order."""
    return [Quarter(n.id, n.code, n.name) for n in territory.neighbourhoods(db)]


def spots(db: Session) -> dict[str, Spot]:
    """The places that an idea can be about, by code: all but whole neighbourhoods."""
    return {p.code: Spot(p.id, p.code, p.neighbourhood_id) for p in named_places(db)}


def named_places(db: Session) -> list[Place]:
    """The same as rows, with their neighbourhoods, in the order of lists."""
    return [place for place in territory.places(db) if place.kind != "area"]


def subjects(db: Session) -> list[Subject]:
    """All actions of the contract by number."""
    return [Subject(a.id, a.number, a.short_label) for a in territory.actions(db)]


@dataclass(frozen=True)
class Picture:
    """A photo as a page shows it: address and size in pixels."""

    src: str
    width: int
    height: int

    @classmethod
    def small(cls, key: str, width: int, height: int) -> "Picture":
        scale = min(1.0, SMALL_SIDE / max(width, height))
        return cls(f"/photos/{key}-small", round(width * scale), round(height * scale))

    @classmethod
    def large(cls, photo: Photo) -> "Picture":
        return cls(f"/photos/{photo.key}", photo.width, photo.height)


def first_words(text: str, *, longest: int = FIRST_WORDS) -> str:
    """The beginning of a text on one line, cut between two words."""
    line = " ".join(text.split())
    if len(text) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


@dataclass(frozen=True)
class Waiting:
    """One's own idea that is not public."""

    id: int
    title: str
    status: Status

    @property
    def href(self) -> str:
        return path_of(self.id, self.title)


_OWN_WAITING = (
    select(Proposal.id, ProposalRevision.title, Proposal.status)
    .join(ProposalRevision, ProposalRevision.proposal_id == Proposal.id)
    .where(
        Proposal.author_id == bindparam("person_id"),
        Proposal.visibility.in_([Visibility.PENDING, Visibility.HIDDEN]),
    )
    .order_by(Proposal.id.desc(), ProposalRevision.id.desc())
    .limit(SHOWN_WAITING)
)


def own_waiting(db: Session, person: Person) -> list[Waiting]:
    """The newest of one's own ideas that nobody else sees, with the words as last written."""
    rows = db.execute(_OWN_WAITING, {"person_id": person.id})
    newest: dict[int, Waiting] = {}
    for row in rows:
        newest.setdefault(row.id, Waiting(row.id, row.title, row.status))
    return list(newest.values())


def proposal(db: Session, proposal_id: int, person: Person | None) -> Proposal | None:
    """An idea that `person` may see, with its place, action, author and published words.

    One statement: a few photos more in its rows cost less than asking again.
    """
    wanted = (
        select(Proposal)
        .options(
            joinedload(Proposal.neighbourhood),
            joinedload(Proposal.partner),
            joinedload(Proposal.action),
            joinedload(Proposal.place),
            joinedload(Proposal.call).load_only(Call.title),
            joinedload(Proposal.organisation),
            joinedload(Proposal.author),
            joinedload(Proposal.published_revision)
            .joinedload(ProposalRevision.photos)
            .joinedload(ProposalPhoto.photo),
        )
        .where(Proposal.id == proposal_id, visible_to(person))
    )
    return db.scalars(wanted).unique().one_or_none()


def shown_revision(db: Session, proposal: Proposal) -> ProposalRevision:
    """The words to show: what is published, else (to the author) what was written last."""
    if proposal.published_revision is not None:
        return proposal.published_revision
    return newest_revision(db, proposal)


def newest_revision(db: Session, proposal: Proposal) -> ProposalRevision:
    """What its author wrote last, public or not."""
    wanted = (
        select(ProposalRevision)
        .options(joinedload(ProposalRevision.photos).joinedload(ProposalPhoto.photo))
        .where(ProposalRevision.proposal_id == proposal.id)
        .order_by(ProposalRevision.id.desc())
        .limit(1)
    )
    return db.scalars(wanted).unique().one()


def supporters_by_channel(db: Session, proposal: Proposal) -> dict[ContributionChannel, int]:
    """How many people support the idea by each channel, the largest first."""
    rows = db.execute(
        select(Endorsement.channel, func.count().label("n"))
        .where(Endorsement.proposal_id == proposal.id)
        .group_by(Endorsement.channel)
        .order_by(func.count().desc(), Endorsement.channel)
    )
    return {ContributionChannel(channel): n for channel, n in rows}


def endorsement_of(db: Session, proposal: Proposal, person: Person) -> Endorsement | None:
    """This person's support of the idea, if any."""
    return db.scalar(
        select(Endorsement).where(
            Endorsement.proposal_id == proposal.id, Endorsement.person_id == person.id
        )
    )


def may_see_photo(db: Session, photo_id: int, person: Person | None) -> bool | None:
    """Whether `person` may see this photo; None when no idea has it.

    A photo is seen with the words it came with: the published ones by everybody who sees the
    idea, others by the author and by those who read before publication. An edit that keeps a
    photo names it again: one revision that shows it is enough.
    """
    rows = db.execute(
        select(
            Proposal.author_id,
            visible_to(person).label("visible"),
            (Proposal.published_revision_id == ProposalRevision.id).label("published"),
        )
        .join(ProposalRevision, ProposalRevision.proposal_id == Proposal.id)
        .join(ProposalPhoto, ProposalPhoto.revision_id == ProposalRevision.id)
        .where(ProposalPhoto.photo_id == photo_id)
    ).all()
    if not rows:
        return None
    if any(row.visible and row.published for row in rows):
        return True
    is_own = person is not None and any(row.author_id == person.id for row in rows)
    return is_own or can_see_waiting_photos(person)


@dataclass(frozen=True)
class Refusal:
    """The statement of reasons that the author reads (DSA, article 17); made by moderation."""

    decided_on: datetime
    reason: dict[str, str]
    next_step: dict[str, str]
    charter_rule: int | None
    charter_text: dict[str, str] | None
    excerpt: str
    note: str
    who: str = "two"
    """Who decided: "one" member, "two", or the "coordinator"."""
    service: dict[str, Any] | None = None
    """Whom to turn to instead, of the town's `contacts_to_call`."""
    appeal: str = ""
    """The page where the author asks for a new reading; empty where nothing was refused."""
    appeal_until: date | None = None
