"""Pages of followers: follow an idea, stop, what one follows, the link that stops all mails."""

from typing import Any

from flask import Blueprint, Response, flash
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from engage.accounts import commands as accounts
from engage.accounts import gate, sent_here
from engage.core import throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import Form, SendOnceForm, send_once
from engage.core.i18n import _
from engage.core.web import apart, form_page, get_db, page, secret_page, see_other, visitor_address
from engage.proposals import follow_up_policy as policy
from engage.proposals import follows, queries
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal
from engage.proposals.writing_views import leave

bp = Blueprint("idea_news", __name__)

FOLLOWS_AN_HOUR = 600
"""From one network address: a whole social centre may stand behind it."""


def _public(proposal_id: int) -> Proposal:
    found = queries.proposal(get_db(), proposal_id, gate.actor())
    if found is None or found.published_revision is None:
        raise NotFound
    return found


@bp.get("/propositions/<ref:proposal_id>/suivre")
def ask(proposal_id: int) -> ResponseReturnValue:
    """A form page apart: the idea's own page is kept in memory and holds no form."""
    idea, person = _public(proposal_id), gate.actor()
    following = follows.follows(get_db(), idea, person) if person else False
    form = SendOnceForm()
    return form_page("proposals/follow.html", form, proposal=idea, following=following)


@bp.post("/propositions/<ref:proposal_id>/suivre")
@sent_here.remembered
@send_once
def follow(proposal_id: int) -> ResponseReturnValue:
    """Follow at once, or once it is known who does."""
    form, idea, person = SendOnceForm(), _public(proposal_id), gate.actor()
    if not form.validate_on_submit():
        raise Conflict
    throttle.hit_hourly(apart(), f"follow:{visitor_address()}", limit=FOLLOWS_AN_HOUR)
    if person is None:
        return leave(accounts.keep_draft(get_db(), "idea_follow", {"proposal_id": idea.id}))
    if not policy.can_follow(person, idea):
        raise Conflict
    follows.follow(get_db(), idea, person=person)
    flash(_("C’est noté. Vous recevez les nouvelles de cette idée le soir."), "ok")
    return see_other(path_of(idea.id))


@bp.post("/propositions/<ref:proposal_id>/ne-plus-suivre")
def unfollow(proposal_id: int) -> ResponseReturnValue:
    idea, person = _public(proposal_id), gate.signed_in()
    follows.unfollow(get_db(), idea, person=person)
    flash(_("Vous ne suivez plus cette idée."), "ok")
    return see_other(path_of(idea.id))


@bp.get("/compte/idees")
def mine() -> ResponseReturnValue:
    """All that one follows, each with its state and a button."""
    ideas = follows.followed(get_db(), gate.signed_in())
    return form_page("proposals/followed.html", Form(), ideas=ideas)


@bp.get("/arret/<token>")
def ask_stop(token: str) -> ResponseReturnValue:
    """Mail scanners open links: nothing stops before the button, or the mailbox's own POST."""
    return _stop_page(token)


@bp.post("/arret/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Stop all news at once: no session, no CSRF token, no second question (RFC 8058).

    The mailbox of the person sends it without cookies. What proves the wish is the token, which
    only that mail holds; all that it can do is to stop mails.
    """
    person = follows.whose(get_db(), token)
    if person is not None:
        follows.stop(get_db(), person)
    return _stop_page(token, stopped=True)


def _stop_page(token: str, **context: Any) -> Response:
    person = follows.whose(get_db(), token)
    status = 200 if person else 404
    ideas = follows.followed(get_db(), person) if person else ()
    made = page("proposals/stop.html", status, token=token, known=person, ideas=ideas, **context)
    return secret_page(made)


def _without_csrf_token(state: BlueprintSetupState) -> None:
    """The one address that takes a POST from outside; see `stop`."""
    state.app.extensions["csrf"].exempt(stop)


bp.record_once(_without_csrf_token)
