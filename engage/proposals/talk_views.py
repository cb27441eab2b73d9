"""Pages of what others say about an idea: the whole discussion, one comment with its answers."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.core import town_settings
from engage.core.errors import NotFound
from engage.core.pagecache import public_page
from engage.core.web import asked_key, get_db, page
from engage.core.words import Visibility
from engage.discussions import queries as discussions
from engage.discussions.queries import Talks
from engage.proposals import queries, talk
from engage.proposals.models import Proposal
from engage.proposals.talk import Discussion
from engage.proposals.views import refusal_of
from engage.proposals.workflow import READ_WITHIN

bp = Blueprint("talk", __name__)

PAGE_SIZE = 8


def _idea(proposal_id: int) -> Proposal:
    found = queries.proposal(get_db(), proposal_id, gate.actor())
    if found is None or found.visibility is not Visibility.PUBLIC:
        raise NotFound
    return found


@bp.get("/propositions/<ref:proposal_id>/commentaires")
@public_page
def listing(proposal_id: int) -> ResponseReturnValue:
    """All comments on an idea, the newest first."""
    idea, db, before = _idea(proposal_id), get_db(), asked_key("avant")
    talks = discussions.talks(
        db, talk.thread_id(idea.id), gate.actor(), size=PAGE_SIZE, before_id=before
    )
    return _page("proposals/comments.html", idea, talks, before=before)


def _page(template: str, idea: Proposal, talks: Talks, **context: Any) -> ResponseReturnValue:
    is_open = talk.is_open(idea, town_settings.read(get_db()))
    return page(
        template,
        proposal=idea,
        revision=queries.shown_revision(get_db(), idea),
        talk=Discussion(talks, is_open, idea.neighbourhood),
        **context,
    )


@bp.get("/propositions/<ref:proposal_id>/commentaires/<int:comment_id>")
@public_page
def one(proposal_id: int, comment_id: int) -> ResponseReturnValue:
    """One comment with its answers, the oldest first; for an answer the page begins with it."""
    idea, db, person = _idea(proposal_id), get_db(), gate.actor()
    found = discussions.comment(db, comment_id, talk.thread_id(idea.id), person)
    if found is None:
        raise NotFound
    after = comment_id - 1 if found.parent_id else asked_key("apres") or 0
    root_id = found.parent_id or found.id
    shown, more = discussions.with_all_answers(db, root_id, person, after_id=after)
    waits = found.visibility is Visibility.PENDING
    return _page(
        "proposals/comment.html",
        idea,
        Talks([shown], None),
        more=more,
        first=after == 0,
        waiting=found.created_at + READ_WITHIN if waits else None,
        refusal=refusal_of()(db, found) if found.visibility is Visibility.HIDDEN else None,
    )
