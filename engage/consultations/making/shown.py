"""What the public page shows beside the questions: documents, and what changed since announced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from engage.consultations.making import documents, queries
from engage.consultations.making.models import ChangeKind


@dataclass(frozen=True)
class Document:
    """A PDF (`size` in bytes), or a picture with its key and size in pixels."""

    id: int
    title: dict[str, str]
    alt: dict[str, str]
    size: int | None
    photo_key: str | None
    width: int
    height: int


@dataclass(frozen=True)
class Change:
    """One line of the public history; `words.change` says it."""

    kind: ChangeKind
    part: str
    day: date
    old_closes_at: datetime | None
    new_closes_at: datetime | None
    reason: dict[str, str]


@dataclass(frozen=True)
class More:
    """Both; in two statements."""

    documents: Sequence[Document]
    changes: Sequence[Change]

    @property
    def pdfs(self) -> list[Document]:
        return [one for one in self.documents if one.photo_key is None]

    @property
    def pictures(self) -> list[Document]:
        return [one for one in self.documents if one.photo_key is not None]


def read(db: Session, consultation_id: int) -> More:
    """The documents and the history of a concertation, whoever may see it."""
    return More(
        [
            Document(
                one.id,
                one.title,
                one.alt,
                one.size,
                one.photo.key if one.photo else None,
                one.photo.width if one.photo else 0,
                one.photo.height if one.photo else 0,
            )
            for one in documents.of(db, consultation_id)
        ],
        [
            Change(
                told.kind,
                told.part,
                told.on_day,
                told.old_closes_at,
                told.new_closes_at,
                told.reason,
            )
            for told in queries.changes(db, consultation_id)
        ],
    )
