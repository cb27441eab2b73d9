"""Public ideas as lists show them: narrowed, in the order of a reader, a page at a time."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from engage.core.errors import NotFound
from engage.core.pagination import BIGGEST_ID, PAGE_SIZE
from engage.core.photos import Photo
from engage.proposals import voices
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal, ProposalPhoto, ProposalRevision, Voice
from engage.proposals.queries import FIRST_WORDS, Picture, first_words, visible_to
from engage.proposals.workflow import Status
from engage.territory.models import Neighbourhood, Organisation

_KEY = re.compile(r"(?:[1-9]\d{0,9}|\d{1,9}-[1-9]\d{0,9}|[1-9]\d{0,9}\.[a-z0-9-]{1,80})?")
"""An id, `supporters-id` or `id.place`; nothing for the start of a list."""


class Card(NamedTuple):
    """One idea of a list as `_cards` asks for it; equal cards look the same.

    What a reader sees of it is worked out only when the card is rendered.
    """

    id: int
    status: Status
    day: datetime
    place: str
    title: str
    language: str
    start: str
    photo: str | None
    width: int | None
    height: int | None
    supporters: int
    voice: Voice
    organisation: str | None

    @property
    def href(self) -> str:
        return path_of(self.id, self.title)

    @property
    def words(self) -> str:
        return first_words(self.start)

    @property
    def neighbourhood(self) -> dict[str, str]:
        return _texts(self.place)

    @property
    def speaker(self) -> str:
        """For whom its author speaks; empty for a resident."""
        return voices.words(self.voice, self.organisation or "")

    @property
    def picture(self) -> Picture | None:
        if not (self.photo and self.width and self.height):
            return None
        return Picture.small(self.photo, self.width, self.height)


@lru_cache
def _texts(json_text: str) -> dict[str, str]:
    """Texts per language, read once for all the rows that have them."""
    return json.loads(json_text)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; `place_id` 0 stands for "no place in particular"."""

    neighbourhood_id: int | None = None
    action_id: int | None = None
    call_id: int | None = None
    status: Status | None = None
    place_id: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is asked for, by the name of its column."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Listing:
    """One page of a list; `next_key` continues it, None on the last page."""

    items: Sequence[Card]
    next_key: str | None


def narrowed(statement: Any, wanted: Wanted) -> Any:
    """`statement` over the public ideas that are wanted; values are bound when it is executed.

    A state that few ideas have leads the database: the other columns are kept from doing so.
    """
    led = wanted.status not in (None, Status.PUBLISHED)
    behind = ALL_NAMES - {"status"} if led else frozenset()
    return statement.where(visible_to(None), *comparing(wanted, behind))


ALL_NAMES = frozenset(field.name for field in fields(Wanted))


def comparing(wanted: Wanted, behind: frozenset[str]) -> Iterator[ColumnElement[bool]]:
    """What rows have to be; no index is read for the columns `behind`."""
    for name, value in wanted.values.items():
        column = getattr(Proposal, name)
        if name == "place_id" and not value:
            yield column.is_(None)
        else:
            yield (unindexed(column) if name in behind else column) == bindparam(name)


def unindexed(column: Any) -> Any:
    """The same value as an expression, for which no database looks into an index."""
    return column + 0 if isinstance(column.type, Integer) else cast(column, Text)


@lru_cache(maxsize=256)
def _cards(order: str, shape: Wanted, *, continued: bool) -> Select[Any]:
    """The statement of one kind of list, built once; `shape` says what is narrowed, not to what."""
    statement: Select[Any] = narrowed(_ALL, shape)
    if order == "supported":
        statement = statement.order_by(Proposal.supporters.desc(), Proposal.id.desc())
        if continued:
            last = tuple_(bindparam("last_supporters"), bindparam("last_id"))
            statement = statement.where(tuple_(Proposal.supporters, Proposal.id) < last)
    else:
        statement = statement.order_by(Proposal.id.desc())
        if continued:
            statement = statement.where(Proposal.id < bindparam("last_id"))
    return statement.limit(bindparam("most"))


_ALL: Select[Any] = (
    select(
        Proposal.id,
        Proposal.status,
        Proposal.published_at,
        cast(Neighbourhood.name, Text),
        ProposalRevision.title,
        ProposalRevision.language,
        func.substr(ProposalRevision.body, 1, FIRST_WORDS + 1).label("start"),
        Photo.key,
        Photo.width,
        Photo.height,
        Proposal.supporters,
        Proposal.voice,
        Organisation.short_name,
    )
    .join(Neighbourhood, Neighbourhood.id == Proposal.neighbourhood_id)
    .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
    .outerjoin(
        ProposalPhoto,
        and_(
            ProposalPhoto.revision_id == Proposal.published_revision_id,
            ProposalPhoto.position == 0,
        ),
    )
    .outerjoin(Photo, Photo.id == ProposalPhoto.photo_id)
    .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
)


def shape_of(wanted: Wanted) -> Wanted:
    """The same with 1 for each value: one statement serves all neighbourhoods."""
    shape: dict[str, Any] = {name: value and 1 for name, value in wanted.values.items()}
    if wanted.status is not None:
        shape["status"] = Status.PUBLISHED if wanted.status is Status.PUBLISHED else Status.STUDIED
    return Wanted(**shape)


def newest(
    db: Session, wanted: Wanted = EVERYTHING, *, after: str = "", size: int = PAGE_SIZE
) -> Listing:
    """The newest ideas; `after` (`12`: an id) continues where the last page ended."""
    keys = {"last_id": number(after)} if after else {}
    return _page(db, "newest", wanted, keys, size, lambda card: str(card.id))


def most_supported(
    db: Session, wanted: Wanted = EVERYTHING, *, after: str = "", size: int = PAGE_SIZE
) -> Listing:
    """Those with most supporters; `after` is `86-12`: supporters and id of the last one."""
    last = supported_key(after)
    keys = {"last_supporters": last[0], "last_id": last[1]} if after else {}
    return _page(db, "supported", wanted, keys, size, lambda card: f"{card.supporters}-{card.id}")


def _page(
    db: Session,
    order: str,
    wanted: Wanted,
    keys: dict[str, int],
    size: int,
    key_of: Callable[[Card], str],
) -> Listing:
    statement = _cards(order, shape_of(wanted), continued=bool(keys))
    values = {**wanted.values, **keys, "most": size + 1}
    found = [Card._make(row) for row in db.connection().execute(statement, values)]
    more = len(found) > size
    return Listing(found[:size], key_of(found[size - 1]) if more else None)


def of_ids(db: Session, ids: Sequence[int]) -> list[Card]:
    """The public ones of these ideas, in any order."""
    rows = db.connection().execute(_OF_IDS, {"among": list(ids)})
    return [Card._make(row) for row in rows]


def in_order(cards: Sequence[Card], ids: Sequence[int]) -> list[Card]:
    """The cards in the order of `ids`; those that are public no more are left out."""
    known = {card.id: card for card in cards}
    return [known[id_] for id_ in ids if id_ in known]


_AMONG = Proposal.id.in_(bindparam("among", expanding=True))
_OF_IDS: Select[Any] = narrowed(_ALL.where(_AMONG), EVERYTHING)


def supported_key(after: str) -> tuple[int, int]:
    supporters, _dash, id_ = after.partition("-")
    return number(supporters), number(id_)


def key_asked(given: Mapping[str, str]) -> str:
    """Where an address asks to continue (`?avant=`); raises `NotFound` for what is no key."""
    key = given.get("avant", "")
    if not _KEY.fullmatch(key):
        raise NotFound
    return key


def number(text: str) -> int:
    """A whole number of a key; what is none finds nothing."""
    return int(text) if text.isascii() and text.isdigit() and int(text) <= BIGGEST_ID else 0
