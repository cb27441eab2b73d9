"""Lets the ten seconds of a decision pass, and takes whole decisions, for tests."""

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.core.services import Services
from engage.moderation import commands, queries, settling
from engage.moderation.choices import Choice, Grounds
from engage.moderation.models import ModerationItem


def settle(db: Session) -> int:
    """What was decided takes effect, as if ten seconds had passed."""
    with clock.at(clock.now() + commands.UNDO_WITHIN):
        return settling.settle(db)


def settle_town(town: Services) -> int:
    """The same as the clock does it, photos too."""
    with clock.at(clock.now() + commands.UNDO_WITHIN):
        return settling.run(town.database, town.storage)


def decide(db: Session, item: ModerationItem, member: Person, choice: Choice) -> ModerationItem:
    """Take an item, decide, let it take effect; returns the item as it is then."""
    commands.take(db, item, moderator=member)
    commands.decide(db, item, choice, moderator=member, version=item.version)
    settle(db)
    return item


def publish(db: Session, item: ModerationItem, member: Person) -> None:
    """One member publishes it."""
    commands.take(db, item, moderator=member)
    commands.publish(db, item, moderator=member, version=item.version)
    settle(db)


def grounds(db: Session, excerpt: str = "", note: str = "Enlevez le nom.") -> Grounds:
    """The first reason of the charter."""
    return Grounds(queries.reasons(db)[0], excerpt, note)


def propose_refusal(
    db: Session, item: ModerationItem, member: Person, why: Grounds | None = None
) -> None:
    """A first member would not publish it."""
    commands.take(db, item, moderator=member)
    commands.propose_refusal(
        db, item, moderator=member, version=item.version, grounds=why or grounds(db)
    )
    settle(db)


def refuse(
    db: Session,
    item: ModerationItem,
    first: Person,
    second: Person,
    why: Grounds | None = None,
) -> None:
    """Two members agree not to publish it."""
    propose_refusal(db, item, first, why)
    commands.take(db, item, moderator=second)
    commands.second_refusal(db, item, moderator=second, version=item.version, grounds=None)
    settle(db)
