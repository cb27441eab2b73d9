"""What readers may report: the public texts, how each is found, hidden and shown again."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core.errors import NotFound
from engage.core.words import Visibility
from engage.discussions import commands as discussions
from engage.discussions.models import Comment
from engage.moderation import ballots
from engage.proposals import hiding
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal, ProposalAddition, ProposalRevision
from engage.proposals.talk import ProposalThread

T = TypeVar("T")

FIRST_WORDS = 80


@dataclass(frozen=True)
class Target:
    """A public text; `words` is its title, or how it begins, `link` where it is read."""

    subject_type: str
    subject_id: int
    revision_id: int
    author_id: int | None
    words: str
    link: str


class Reportable(ABC):
    """One kind of public text; `path` is its word in addresses."""

    path: ClassVar[str]

    @abstractmethod
    def find(self, db: Session, subject_id: int) -> Target | None:
        """The text when everybody may read it now."""

    @abstractmethod
    def revision(self, db: Session, subject_id: int) -> int:
        """Which words are public, or were before it was hidden."""

    @abstractmethod
    def link(self, db: Session, subject_id: int) -> str:
        """The page of the text, whoever may read it."""

    @abstractmethod
    def is_public(self, db: Session, subject_id: int) -> bool:
        """Whether everybody may read it now."""

    @abstractmethod
    def hide(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        """Take it from everybody's sight; raises `Conflict` when it is not public."""

    @abstractmethod
    def show(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        """Give it back; raises `Conflict` when its author took it back meanwhile."""


class Ideas(Reportable):
    """Ideas of residents and others."""

    path = "idee"

    def find(self, db: Session, subject_id: int) -> Target | None:
        row = db.execute(
            select(Proposal.author_id, ProposalRevision.id, ProposalRevision.title)
            .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
            .where(Proposal.id == subject_id, Proposal.visibility == Visibility.PUBLIC)
        ).first()
        if row is None:
            return None
        link = path_of(subject_id, row.title)
        return Target("proposals", subject_id, row.id, row.author_id, row.title, link)

    def revision(self, db: Session, subject_id: int) -> int:
        return _one(db, Proposal, subject_id).published_revision_id or 0

    def link(self, db: Session, subject_id: int) -> str:  # noqa: ARG002  others ask the database
        return path_of(subject_id)

    def is_public(self, db: Session, subject_id: int) -> bool:
        return _one(db, Proposal, subject_id).visibility is Visibility.PUBLIC

    def hide(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        hiding.hide(db, _one(db, Proposal, subject_id), actor_id=actor_id)
        ballots.follow(db, subject_id)

    def show(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        hiding.show(db, _one(db, Proposal, subject_id), actor_id=actor_id)
        ballots.follow(db, subject_id)


class Additions(Reportable):
    """What authors add to their published ideas."""

    path = "precision"

    def find(self, db: Session, subject_id: int) -> Target | None:
        row = db.execute(
            select(
                ProposalAddition.body,
                ProposalAddition.proposal_id,
                ProposalAddition.version,
                Proposal.author_id,
            )
            .join(Proposal, Proposal.id == ProposalAddition.proposal_id)
            .where(
                ProposalAddition.id == subject_id,
                ProposalAddition.visibility == Visibility.PUBLIC,
                Proposal.visibility == Visibility.PUBLIC,
            )
        ).first()
        if row is None:
            return None
        return Target(
            "proposal_additions",
            subject_id,
            row.version,
            row.author_id,
            first_words(row.body),
            path_of(row.proposal_id),
        )

    def revision(self, db: Session, subject_id: int) -> int:
        return _one(db, ProposalAddition, subject_id).version

    def link(self, db: Session, subject_id: int) -> str:
        return path_of(_one(db, ProposalAddition, subject_id).proposal_id)

    def is_public(self, db: Session, subject_id: int) -> bool:
        return _one(db, ProposalAddition, subject_id).visibility is Visibility.PUBLIC

    def hide(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        hiding.hide_addition(db, _one(db, ProposalAddition, subject_id), actor_id=actor_id)

    def show(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        hiding.show_addition(db, _one(db, ProposalAddition, subject_id), actor_id=actor_id)


class Comments(Reportable):
    """What others say below an idea."""

    path = "commentaire"

    def find(self, db: Session, subject_id: int) -> Target | None:
        comment = db.get(Comment, subject_id)
        proposal_id = self._idea(db, comment) if comment else None
        if comment is None or comment.visibility is not Visibility.PUBLIC or proposal_id is None:
            return None
        return Target(
            "comments",
            comment.id,
            comment.edition,
            comment.author_id,
            first_words(comment.body),
            path_of(proposal_id),
        )

    @staticmethod
    def _idea(db: Session, comment: Comment) -> int | None:
        own = ProposalThread.thread_id == comment.thread_id
        return db.scalar(select(ProposalThread.proposal_id).where(own))

    def revision(self, db: Session, subject_id: int) -> int:
        return _one(db, Comment, subject_id).edition

    def link(self, db: Session, subject_id: int) -> str:
        proposal_id = self._idea(db, _one(db, Comment, subject_id))
        return path_of(proposal_id) if proposal_id else "/propositions"

    def is_public(self, db: Session, subject_id: int) -> bool:
        return _one(db, Comment, subject_id).visibility is Visibility.PUBLIC

    def hide(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        discussions.hide(db, _one(db, Comment, subject_id), actor_id=actor_id)

    def show(self, db: Session, subject_id: int, *, actor_id: int | None) -> None:
        discussions.publish(db, _one(db, Comment, subject_id), actor_id=actor_id)


REPORTABLE: Mapping[str, Reportable] = {
    "proposals": Ideas(),
    "proposal_additions": Additions(),
    "comments": Comments(),
}
"""Table → how its public rows are reported."""

BY_PATH: Mapping[str, Reportable] = {kind.path: kind for kind in REPORTABLE.values()}


def first_words(text: str) -> str:
    """How a text begins, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= FIRST_WORDS else f"{line[:FIRST_WORDS].rstrip()}…"


def _one(db: Session, model: type[T], id_: int) -> T:
    found = db.get(model, id_)
    if found is None:
        raise NotFound
    return found
