"""Photos as rows: which file belongs to what; the file is written before the row."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core import clock
from engage.core.db import Base
from engage.core.images import PreparedPhoto
from engage.core.storage import Storage


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
    """Write the row; a request that fails leaves orphan files for `engage purge`."""
    photo = Photo(key=stored.key, width=stored.width, height=stored.height, created_at=clock.now())
    db.add(photo)
    db.flush()
    return photo
