"""Plain factories of ideas, through the real commands."""

from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.moderation import commands as moderation
from engage.moderation.models import ModerationItem
from engage.proposals import commands
from engage.proposals.models import Proposal
from tests.factories import make_person, neighbourhood


def make_idea(
    db: Session,
    *,
    author: Person | None = None,
    title: str = "Des bancs à l’ombre",
    text: str = "Deux bancs près des jeux.",
    **values: Any,
) -> Proposal:
    """An idea just received, waiting for nobody yet."""
    photo_ids = values.pop("photo_ids", ())
    place = neighbourhood(db, values.pop("quartier", "terre-rouge"))
    idea = commands.Idea(title=title, text=text, neighbourhood_id=place.id, **values)
    return commands.submit(db, idea, author=author or make_person(db), photo_ids=photo_ids)


def make_public(db: Session, **values: Any) -> Proposal:
    """An idea that everybody may read."""
    proposal = make_idea(db, **values)
    commands.publish(db, proposal, revision=proposal.revisions[-1], actor_id=make_person(db).id)
    db.flush()
    return proposal


def make_item(db: Session, **values: Any) -> ModerationItem:
    """An idea in the council's queue."""
    proposal = make_idea(db, **values)
    return moderation.receive_idea(db, proposal)
