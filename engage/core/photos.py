"""Photos as rows: which file belongs to what; the file is written before the row."""

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


def keep(db: Session, storage: Storage, prepared: PreparedPhoto) -> Photo:
    """Write both files, then the row; a request that fails leaves an orphan for `engage purge`."""
    key = storage.new_key()
    storage.put(key, prepared.large)
    storage.put(f"{key}-small", prepared.small)
    photo = Photo(key=key, width=prepared.width, height=prepared.height, created_at=clock.now())
    db.add(photo)
    db.flush()
    return photo
