"""Lets decisions take effect once they can't be undone; asked every two seconds, by any clock.

Photos are covered and written to the disk before the transaction begins, and the files of the
old ones are removed after it: whoever is killed in between leaves files that no row names.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.core import audit, clock, images, photos
from engage.core.db import Database
from engage.core.errors import DomainError, NotFound
from engage.core.photos import Photo, StoredPhoto
from engage.core.storage import Storage
from engage.core.workflow import advance
from engage.moderation import messages, queries, trusted
from engage.moderation.choices import CELLS
from engage.moderation.closing import close
from engage.moderation.masks import masked
from engage.moderation.models import Decision, ModerationItem, PendingDecision, RefusalReason
from engage.moderation.policy import is_open
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import TRANSITIONS, Action

log = logging.getLogger(__name__)

AT_ONCE = 50

Covered = Mapping[int, StoredPhoto | None]
"""Photo → the file that stands for it from now on; None when nothing of it is shown."""


def run(database: Database, storage: Storage) -> int:
    """Let what is due take effect; returns how many decisions did."""
    with database.reading() as db:
        due = _due(db)
    return sum(_settle_apart(database, storage, one) for one in due)


@dataclass(frozen=True)
class _Due:
    """A decision to let take effect; of each photo its key and the cells to cover."""

    item_id: int
    photos: Mapping[int, tuple[str, Sequence[int]]] = field(default_factory=dict)


def _due(db: Session) -> list[_Due]:
    rows = db.scalars(
        select(PendingDecision)
        .where(PendingDecision.takes_effect_at <= clock.now())
        .order_by(PendingDecision.takes_effect_at)
        .limit(AT_ONCE)
    ).all()
    cells = {int(id_): chosen for row in rows for id_, chosen in _cells(row).items()}
    photos_of = db.scalars(select(Photo).where(Photo.id.in_(cells)))
    keys = {photo.id: photo.key for photo in photos_of}
    return [
        _Due(
            row.item_id,
            {
                int(id_): (keys[int(id_)], chosen)
                for id_, chosen in _cells(row).items()
                if int(id_) in keys
            },
        )
        for row in rows
    ]


def _cells(pending: PendingDecision) -> dict[str, list[int]]:
    chosen: dict[str, list[int]] = pending.changes.get("photos", {})
    return chosen


def _settle_apart(database: Database, storage: Storage, due: _Due) -> int:
    """One decision in a transaction of its own, its photos covered before."""
    covered = {id_: _cover(storage, key, cells) for id_, (key, cells) in due.photos.items()}
    with database.transaction() as db:
        settled, gone = _settle(db, due.item_id, covered)
    for photo in gone:
        storage.delete(photo.key)
        storage.delete(f"{photo.key}-small")
    photos.discard_unnamed(database, storage, [photo for photo in covered.values() if photo])
    return int(settled)


def _cover(storage: Storage, key: str, cells: Sequence[int]) -> StoredPhoto | None:
    """A new file with these cells covered; None when the whole photo is."""
    if len(cells) == CELLS:
        return None
    try:
        return photos.store(storage, images.cover(storage.open(key), cells))
    except NotFound:
        return None


def settle(db: Session) -> int:
    """The same in one transaction, for decisions that touch no photo; returns how many."""
    return sum(_settle(db, due.item_id, {})[0] for due in _due(db) if not due.photos)


def _settle(db: Session, item_id: int, covered: Covered) -> tuple[bool, list[StoredPhoto]]:
    """Whether a decision took effect, and the files to remove; nothing happens twice."""
    item = queries.item_to_decide(db, item_id)
    pending = db.get(PendingDecision, item_id)
    if item is None or pending is None or pending.takes_effect_at > clock.now():
        return False, []
    if {int(id_) for id_ in _cells(pending)} - covered.keys():
        return False, []  # changed since it was looked at: the next round covers these photos
    db.delete(pending)
    item.settles_at = item.taken_by_id = item.taken_until = None
    item.revealed = []
    db.flush()
    try:
        with db.begin_nested():
            gone = _take_effect(db, item, pending, covered)
    except (DomainError, IntegrityError):
        log.warning("a decision on item %d came too late", item_id)
        audit.record(db, "moderation_item.lapse", item, actor_id=pending.moderator_id)
        if KINDS[item.subject_type].is_over(db, item):
            close(db, [item], actor_id=None)
        return False, []
    return True, gone


def _take_effect(
    db: Session, item: ModerationItem, pending: PendingDecision, covered: Covered
) -> list[StoredPhoto]:
    """Write the decision down and do what it says."""
    actor_id, revision_id = pending.moderator_id, item.revision_id
    advance(db, item, pending.action, TRANSITIONS, actor_id=actor_id)
    item.decided_at = None if is_open(item) else clock.now()
    if pending.action is Action.RETURN:
        return []  # no view of the words: whoever gave it back may have to arbitrate again
    decision = _written_down(db, item, pending, revision_id)
    gone = _apply(db, item, pending, covered)
    messages.decided(db, item, decision)
    return gone


def _written_down(
    db: Session, item: ModerationItem, pending: PendingDecision, revision_id: int
) -> Decision:
    decision = Decision(
        item_id=item.id,
        moderator_id=pending.moderator_id,
        revision_id=revision_id,
        action=pending.action,
        reason=db.get(RefusalReason, pending.reason_id) if pending.reason_id else None,
        excerpt=pending.excerpt,
        note=pending.note,
        target_id=pending.target_id,
        contact=pending.contact,
        at=clock.now(),
    )
    item.decisions.append(decision)
    db.flush()
    return decision


def _apply(
    db: Session, item: ModerationItem, pending: PendingDecision, covered: Covered
) -> list[StoredPhoto]:
    kind, actor_id = KINDS[item.subject_type], pending.moderator_id
    gone: list[StoredPhoto] = []
    match pending.action:
        case Action.PUBLISH:
            trusted.publish(db, item, actor_id=actor_id)
        case Action.PUBLISH_MASKED:
            gone = _mask(db, item, pending, covered)
            kind.publish(db, item, actor_id=actor_id)
        case Action.CONFIRM_REFUSAL | Action.REFUSE | Action.REDIRECT:
            trusted.refuse(db, item, actor_id=actor_id)
        case Action.MERGE:
            assert pending.target_id is not None
            kind.merge(db, item, pending.target_id, actor_id=actor_id)
        case _:
            pass
    return gone


def _mask(
    db: Session, item: ModerationItem, pending: PendingDecision, covered: Covered
) -> list[StoredPhoto]:
    kind, changes = KINDS[item.subject_type], pending.changes
    reading = kind.read(db, item)
    return kind.mask(
        db,
        item,
        masked(reading.title, changes["title"]),
        masked(reading.body, changes["body"]),
        {id_: photos.keep(db, new) if new else None for id_, new in covered.items()},
        actor_id=pending.moderator_id,
    )
