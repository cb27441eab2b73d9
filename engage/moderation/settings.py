"""Writes of how a member reads: languages, keys of the keyboard; and a mediator's translations."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock, masking
from engage.core.errors import Conflict, Denied
from engage.core.policy import require
from engage.moderation.models import ModerationItem, Moderator, Translation
from engage.moderation.policy import can_look, can_translate, is_free


def set_reading(
    db: Session, *, person: Person, languages: Collection[str], shortcuts: bool
) -> None:
    """Say which languages one reads, and whether keys of the keyboard bring the focus."""
    require(can_look, person)
    mine = db.get(Moderator, person.id)
    if mine is None:
        mine = Moderator(person_id=person.id, languages=[])
        db.add(mine)
    mine.languages, mine.shortcuts = sorted(languages), shortcuts
    audit.record(db, "moderator.set", person, actor_id=person.id)
    db.flush()


def translate(db: Session, item: ModerationItem, *, title: str, body: str, person: Person) -> None:
    """Put a translation beside the original, for members; it is never published.

    Numbers and addresses are masked in it, too. Raises `Denied` for one's own text.
    """
    require(can_translate, person)
    if item.author_id == person.id:
        raise Denied
    if not is_free(item):
        raise Conflict
    there = db.scalar(
        select(Translation).where(
            Translation.item_id == item.id, Translation.revision_id == item.revision_id
        )
    )
    if there is None:
        there = Translation(item_id=item.id, revision_id=item.revision_id)
        db.add(there)
    there.title, there.body = masking.masked(title), masking.masked(body)
    there.person_id, there.created_at = person.id, clock.now()
    item.translated = True
    audit.record(db, "moderation_item.translate", item, actor_id=person.id)
    db.flush()
