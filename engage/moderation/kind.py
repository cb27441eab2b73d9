"""What the queue must know of a kind of contribution to have it read, published and refused."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from engage.core.i18n import lazy as _
from engage.core.photos import Photo, StoredPhoto
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action


@dataclass(frozen=True)
class Before:
    """The words that are public now, when what is read would replace them."""

    title: str
    body: str


@dataclass(frozen=True)
class Said:
    """What somebody says about the words that are read, e.g. a reader who reported them."""

    about: str
    words: str


@dataclass(frozen=True)
class Reading:
    """What a member reads of one item; of the author no more than what the public sees.

    `where` is the neighbourhood in words per language, `link` the page of the contribution.
    `official`: an office or the council speaks, whose numbers are given on purpose.
    """

    title: str
    body: str
    language: str
    photos: Sequence[Photo]
    where: dict[str, str] | None
    link: str
    written_at: datetime
    author: str = ""
    official: bool = False
    before: Before | None = None
    said: Sequence[Said] = ()

    @property
    def words(self) -> str:
        """All that was typed."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True)
class Alike:
    """A public contribution that may say the same."""

    id: int
    title: str
    link: str
    supporters: int


class Kind(ABC):
    """One kind of contribution; its texts are lazy French.

    `mail` names the letters to the author: "idea", "text", or "" for a kind that writes its own.
    `heard` stands above `Reading.said`. Of a `nameless` kind nobody knows who wrote it.
    """

    label: ClassVar[str]
    accept: ClassVar[str]
    actions: ClassVar[frozenset[Action]]
    mail: ClassVar[str] = "text"
    nameless: ClassVar[bool] = False
    heard: ClassVar[str] = _("Ce que disent les lecteurs")

    @abstractmethod
    def lines(self, items: Sequence[tuple[int, int]]) -> Select[int, int, str]:
        """Columns `subject_id`, `revision_id`, `title` for lists.

        `items` are (subject_id, revision_id) of at most one page of the queue. A kind without
        titles gives the first words.
        """

    @abstractmethod
    def read(self, db: Session, item: ModerationItem) -> Reading:
        """What is judged; blank words when they were withdrawn or erased."""

    @abstractmethod
    def publish(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Let everybody read it; raises `Conflict` when it can't be published any more."""

    @abstractmethod
    def refuse(self, db: Session, item: ModerationItem, *, actor_id: int) -> None:
        """Keep it from everybody but its author."""

    def mask(
        self,
        db: Session,
        item: ModerationItem,
        title: str,
        body: str,
        photos: Mapping[int, Photo | None],
        *,
        actor_id: int,
    ) -> list[StoredPhoto]:
        """Put these words and photos in place of what was sent; `publish` comes right after.

        `photos`: photo id → the photo that stands for it now, None when it is shown no more.
        Returns what to take from the disk once this is committed.
        """
        raise NotImplementedError

    def merge(self, db: Session, item: ModerationItem, target_id: int, *, actor_id: int) -> None:
        """Make it part of a public contribution of the same kind."""
        raise NotImplementedError

    def similar(
        self,
        db: Session,  # noqa: ARG002  for kinds that look
        item: ModerationItem,  # noqa: ARG002
        reading: Reading,  # noqa: ARG002
    ) -> list[Alike]:
        """What is public already and may say the same, the closest first."""
        return []

    def is_over(self, db: Session, item: ModerationItem) -> bool:  # noqa: ARG002
        """Whether what it is about joined another one or became something else meanwhile."""
        return False

    def correct_at(self, item: ModerationItem) -> str:  # noqa: ARG002  for kinds that have one
        """The page where the author corrects it, for kinds that can be sent back."""
        return ""
