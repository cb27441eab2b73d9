"""How often something may be tried: counters in the database, committed before the check.

Reads that only take time are counted by each process for itself (`Pace`).
"""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from engage.core import clock
from engage.core.db import Base, Database
from engage.core.errors import TooMany


class ThrottleCounter(Base):
    """How many times `bucket` was hit in the window that ends at `until`.

    `bucket` is a hash: addresses do not stand here in plain, and none is too long.
    """

    __tablename__ = "throttle_counters"

    bucket: Mapped[str] = mapped_column(String(120), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
    hits: Mapped[int]


def hit(database: Database, bucket: str, *, limit: int, window: timedelta) -> None:
    """Count one attempt and raise `TooMany` past `limit` in `window`.

    The count is committed in a short transaction of its own before the answer is known: a
    request that fails afterwards can not undo it.
    """
    moment, bucket = clock.now(), sha256(bucket.encode()).hexdigest()
    with database.transaction() as db:
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        table = ThrottleCounter.__table__
        expired = table.c.until <= moment
        statement = insert(ThrottleCounter).values(bucket=bucket, until=moment + window, hits=1)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["bucket"],
                set_={
                    "hits": case((expired, 1), else_=table.c.hits + 1),
                    "until": case((expired, moment + window), else_=table.c.until),
                },
            )
        )
        row = db.execute(select(table.c.hits, table.c.until).where(table.c.bucket == bucket)).one()
    if row.hits > limit:
        wait = max(1, int((row.until - moment).total_seconds()))
        raise TooMany("", retry_after=wait)


def hit_hourly(database: Database, bucket: str, *, limit: int) -> None:
    """Count one attempt of this hour and raise `TooMany` past `limit`."""
    hit(database, bucket, limit=limit, window=timedelta(hours=1))


class Pace:
    """Counts of this process alone, for what may be asked often and writes nothing."""

    MOST_BUCKETS = 10_000

    def __init__(self) -> None:
        self._counted: dict[int, tuple[datetime, int]] = {}

    def hit(self, bucket: str, *, limit: int) -> None:
        """Count one attempt of this hour and raise `TooMany` past `limit`."""
        moment, key = clock.now(), hash(bucket)  # no address stands in memory, either
        until, hits = self._counted.get(key, (moment, 0))
        if moment >= until:
            until, hits = moment + timedelta(hours=1), 0
            if len(self._counted) >= self.MOST_BUCKETS:
                self._counted.clear()
        self._counted[key] = until, hits + 1
        if hits >= limit:
            raise TooMany("", retry_after=max(1, int((until - moment).total_seconds())))
