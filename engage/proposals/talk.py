"""What others say about an idea: which thread is its own, and when something may be said."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from engage.accounts.models import Person
from engage.accounts.names import shown_name
from engage.core import clock, town_settings
from engage.core.db import Base
from engage.core.i18n import lazy
from engage.core.town_settings import TownSettings
from engage.core.words import Visibility
from engage.discussions import forgetting, queries
from engage.discussions.models import Comment, Thread, Voice
from engage.discussions.queries import Said, Talks
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal
from engage.territory.models import Neighbourhood

OFFICES = {
    Voice.INSTITUTION: lazy("Un partenaire du contrat de ville"),
    Voice.COORDINATION: lazy("L’équipe du contrat de ville"),
    Voice.MEDIATION: lazy("La médiation"),
}
"""Who speaks, where a mandate names no organisation."""

SHOWN_WITH_IDEA = 3
"""Comments on the page of an idea; the discussion's own page has the others."""


class ProposalThread(Base):
    """The thread of an idea, made with the first comment; the key decides between two at once."""

    __tablename__ = "proposal_threads"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), unique=True)


@dataclass(frozen=True)
class Discussion:
    """What others say about an idea of `place`; `is_open` offers to write."""

    talks: Talks
    is_open: bool
    place: Neighbourhood

    @property
    def is_shown(self) -> bool:
        """Closed and silent, the section is not there at all."""
        return self.is_open or bool(self.talks.items)

    def speaker(self, said: Said) -> str:
        """Who says it: an office by its name, a resident as everywhere else."""
        return speaker(said, self.place)


def speaker(said: Said, place: Neighbourhood) -> str:
    """The same for one comment on an idea of `place`."""
    if said.voice is not Voice.RESIDENT:
        return said.organisation or str(OFFICES[said.voice])
    home = Person(public_name=said.name or "", neighbourhood_id=said.home_id)
    return shown_name(home if said.author_id else None, place)


def author_of(comment: Comment, place: Neighbourhood) -> str:
    """The same for a row with its author and organisation."""
    if comment.voice is Voice.RESIDENT:
        return shown_name(comment.author, place)
    return comment.organisation.name if comment.organisation else str(OFFICES[comment.voice])


def path_of_comment(proposal_id: int, comment_id: int) -> str:
    """The page of one comment and its answers."""
    return f"{path_of(proposal_id)}/commentaires/{comment_id}"


def is_open(proposal: Proposal, settings: TownSettings) -> bool:
    """Whether something may be said now: about a public idea, where the town opened comments."""
    public = proposal.visibility is Visibility.PUBLIC and proposal.merged_into_id is None
    return public and settings.comments_open


def on(db: Session, proposal: Proposal, person: Person | None) -> Discussion:
    """The newest comments on a public idea, and whether one may be written: two statements."""
    settings = town_settings.read(db)
    talks = queries.talks(db, thread_id(proposal.id), person, size=SHOWN_WITH_IDEA)
    return Discussion(talks, is_open(proposal, settings), proposal.neighbourhood)


def thread_id(proposal_id: int) -> ColumnElement[int]:
    """The idea's thread inside another statement; nothing equals it before the first comment."""
    return (
        select(ProposalThread.thread_id)
        .where(ProposalThread.proposal_id == proposal_id)
        .scalar_subquery()
    )


def thread_of(db: Session, proposal: Proposal) -> Thread:
    """The idea's thread, made now where nobody said anything yet."""
    found = _thread(db, proposal)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            made = Thread(created_at=clock.now())
            db.add(made)
            db.flush()
            db.add(ProposalThread(proposal_id=proposal.id, thread_id=made.id))
    except IntegrityError:  # somebody else was as fast
        found = _thread(db, proposal)
        assert found is not None
        return found
    return made


def _thread(db: Session, proposal: Proposal) -> Thread | None:
    return db.scalar(select(Thread).where(Thread.id == thread_id(proposal.id)))


def idea_of(db: Session, thread: int) -> Proposal | None:
    """What the comments of a thread are about."""
    return db.scalar(
        select(Proposal)
        .options(joinedload(Proposal.neighbourhood), joinedload(Proposal.published_revision))
        .join(ProposalThread, ProposalThread.proposal_id == Proposal.id)
        .where(ProposalThread.thread_id == thread)
    )


def move(db: Session, source: Proposal, target: Proposal) -> None:
    """Where two ideas become one, what was said about the first goes on below the second."""
    old = _thread(db, source)
    if old is None:
        return
    new = thread_of(db, target)
    moved = update(Comment).where(Comment.thread_id == old.id).values(thread_id=new.id)
    db.execute(moved, execution_options={"synchronize_session": False})


def comment_ids(db: Session, proposal_ids: Sequence[int]) -> Sequence[int]:
    """All comments on these ideas."""
    return db.scalars(
        select(Comment.id)
        .join(ProposalThread, ProposalThread.thread_id == Comment.thread_id)
        .where(ProposalThread.proposal_id.in_(proposal_ids))
        .order_by(Comment.id)
    ).all()


def erase(db: Session, proposal_ids: Sequence[int]) -> None:
    """Nobody reads the comments on ideas that are gone: words and names go too."""
    forgetting.erase_all(db, comment_ids(db, proposal_ids))
