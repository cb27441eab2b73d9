"""A comment on its way: received into the queue, corrected where asked, taken out of it again."""

from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.core import town_settings
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.discussions import commands
from engage.discussions.commands import Remark
from engage.discussions.models import Comment, Voice
from engage.discussions.policy import is_open_to_answers
from engage.moderation import commands as moderation
from engage.moderation import queries
from engage.moderation.models import ModerationItem
from engage.moderation.taking_out import take_out
from engage.moderation.workflow import Status
from engage.proposals import queries as proposals
from engage.proposals import talk
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal
from engage.proposals.talk import path_of_comment

KIND = Comment.__tablename__


def receive(db: Session, idea: Proposal, remark: Remark, *, author: Person) -> Comment:
    """Take a comment in; what offices say is public at once, the rest waits for the council.

    Official words are read afterwards, when a reader reports them (domaine.md, 5.3). Raises
    `Conflict` where nothing may be said.
    """
    settings = town_settings.read(db)
    if not talk.is_open(idea, settings):
        raise Conflict(closed())
    thread = talk.thread_of(db, idea)
    comment = commands.write(db, thread, remark, author=author, settings=settings)
    if comment.voice is not Voice.RESIDENT:
        commands.publish(db, comment, actor_id=author.id)
        return comment
    moderation.receive(
        db,
        subject_type=KIND,
        subject_id=comment.id,
        revision_id=comment.edition,
        author_id=author.id,
    )
    return comment


def closed() -> str:
    """What is said where comments are closed."""
    return _("Les commentaires sont fermés. Vous pouvez soutenir cette idée ou en proposer une.")


def finish(db: Session, draft: Draft, person: Person) -> str:
    """Receive the comment that waited for its author; returns the page that shows it.

    Where comments were closed meanwhile, that page says so.
    """
    payload: dict[str, Any] = dict(draft.payload)
    idea = proposals.proposal(db, payload.pop("proposal_id"), person)
    if idea is None:
        return "/propositions"
    if not talk.is_open(idea, town_settings.read(db)):
        return f"{path_of(idea.id)}/commenter"
    remark = Remark(**payload)
    if remark.parent_id is not None and not _is_still_there(db, remark.parent_id):
        remark = Remark(remark.text, None, remark.language)
    comment = receive(db, idea, remark, author=person)
    return path_of_comment(idea.id, comment.id)


def _is_still_there(db: Session, comment_id: int) -> bool:
    """Whether it can be answered; else the words stand on their own rather than being lost."""
    parent = db.get(Comment, comment_id)
    return parent is not None and is_open_to_answers(parent)


def to_correct(db: Session, comment: Comment) -> ModerationItem | None:
    """The item whose reader asked for other words, if any."""
    items = queries.items_about(db, [comment.id], subject_type=KIND)
    return next((item for item in items if item.status is Status.CORRECTION), None)


def correct(db: Session, comment: Comment, text: str, *, author: Person) -> None:
    """The author sends other words, as a reader asked; raises `Conflict` when nobody did."""
    asked_for = to_correct(db, comment)
    item = queries.item_to_decide(db, asked_for.id) if asked_for else None
    if item is None:
        raise Conflict(_("Le conseil citoyen lit votre commentaire. Il ne change plus."))
    commands.rewrite(db, comment, text, author=author)
    db.flush()
    moderation.corrected(db, item, revision_id=comment.edition, author=author)


def withdraw(db: Session, comment: Comment, *, author: Person) -> None:
    """The author takes a comment back, out of the queue too."""
    commands.withdraw(db, comment, author=author)
    take_out(db, KIND, [comment.id], actor_id=author.id)
