"""Photos as rows: which file belongs to what; the file is written before the row."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base, Database
from engage.core.images import PreparedPhoto
from engage.core.storage import Storage

MOST_PHOTOS = 3
"""How many photos one text may have."""

PHOTO_POSITION_CHECK = f"position BETWEEN 0 AND {MOST_PHOTOS - 1}"


class Photo(Base):
    """One photo in the store: `key` (large) and `key`-small; sizes in pixels of the large one."""

    __tablename__ = "photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]

    @property
    def small_key(self) -> str:
        return f"{self.key}-small"


@dataclass(frozen=True)
class StoredPhoto:
    """A photo whose files are safely on the disk and that no row names yet."""

    key: str
    width: int
    height: int


def store(storage: Storage, prepared: PreparedPhoto) -> StoredPhoto:
    """Write both files; call it with no transaction open, since it waits for the disk."""
    key = storage.new_key()
    storage.put(key, prepared.large)
    storage.put(f"{key}-small", prepared.small)
    return StoredPhoto(key, prepared.width, prepared.height)


def keep(db: Session, stored: StoredPhoto) -> Photo:
    """Write the row that makes the files stay once it is committed."""
    photo = Photo(key=stored.key, width=stored.width, height=stored.height, created_at=clock.now())
    db.add(photo)
    db.flush()
    return photo


def forget(db: Session, photo_ids: Collection[int]) -> list[StoredPhoto]:
    """Remove rows that nothing points at any more; the files go once this is committed."""
    rows = db.scalars(select(Photo).where(Photo.id.in_(photo_ids))).all()
    db.execute(delete(Photo).where(Photo.id.in_(photo_ids)))
    return [StoredPhoto(photo.key, photo.width, photo.height) for photo in rows]


def discard_unnamed(database: Database, storage: Storage, stored: Collection[StoredPhoto]) -> None:
    """Remove the files that no committed row names: the form was refused or undone."""
    keys = {photo.key for photo in stored}
    with database.reading() as db:
        named = set(db.scalars(select(Photo.key).where(Photo.key.in_(keys))))
    for key in keys - named:
        storage.delete(key)
        storage.delete(f"{key}-small")
