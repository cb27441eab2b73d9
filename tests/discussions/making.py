"""Plain factories of comments, through the real commands."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core.town_settings import TownSettings
from engage.discussions import commands
from engage.discussions.commands import Remark
from engage.discussions.models import Comment
from engage.discussions.queries import Talk
from engage.proposals import talk
from engage.proposals.models import Proposal
from tests.factories import make_person

OPEN = TownSettings(comments_open=True)


def make_comment(
    db: Session,
    idea: Proposal,
    *,
    text: str = "Bonne idée.",
    author: Person | None = None,
    parent: Comment | None = None,
    public: bool = False,
) -> Comment:
    """A comment just received, or `public`."""
    comment = commands.write(
        db,
        talk.thread_of(db, idea),
        Remark(text, parent.id if parent else None),
        author=author or make_person(db),
        settings=OPEN,
    )
    if public:
        commands.publish(db, comment, actor_id=make_person(db).id)
        db.flush()
    return comment


def said(db: Session, idea: Proposal, person: Person | None = None) -> list[str]:
    """The comments and answers that `person` reads with the idea, in plain words."""
    words = [one.body_html for t in talks_on(db, idea, person) for one in (t.comment, *t.answers)]
    return [re.sub("<[^>]+>", "", html) for html in words]


def talks_on(db: Session, idea: Proposal, person: Person | None = None) -> Sequence[Talk]:
    """The comments that `person` reads with the idea, with their answers."""
    db.refresh(idea, ["neighbourhood"])
    return talk.on(db, idea, person).talks.items
