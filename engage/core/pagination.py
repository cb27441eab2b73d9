"""Pages of long lists by the last key seen: as fast on page 1,000 as on page 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 20
BIGGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `next_key` continues it, None on the last page."""

    items: Sequence[T]
    next_key: int | None


def page_of(rows: Sequence[T], *, size: int = PAGE_SIZE) -> Page[T]:
    """A page from up to `size + 1` rows with an `id`, asked for in falling order of id."""
    items = rows[:size]
    more = len(rows) > size
    return Page(items, items[-1].id if more else None)  # type: ignore[attr-defined]
