"""Pages where somebody says something about an idea, and corrects it when asked to."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import commands as accounts
from engage.accounts import gate, sent_here
from engage.core import throttle, town_settings, warnings
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.warnings import Warnings
from engage.core.web import apart, asked_key, form_page, get_db, see_other, visitor_address
from engage.discussions import policy
from engage.discussions import queries as discussions
from engage.discussions.models import Comment, Voice
from engage.moderation import comments, queries
from engage.moderation.comment_forms import CommentForm
from engage.proposals import queries as proposals
from engage.proposals import talk
from engage.proposals.models import Proposal
from engage.proposals.talk import path_of_comment

bp = Blueprint("comments", __name__)

COMMENTS_AN_HOUR = 60
"""From one network address: a whole social centre may stand behind it."""

COMMENTS_OF_ONE = 12
"""Of one person in an hour."""


def _idea(proposal_id: int) -> Proposal:
    """The idea to comment; `NotFound`, or `Conflict` with the reason where nothing may be said."""
    found = proposals.proposal(get_db(), proposal_id, gate.actor())
    if found is None:
        raise NotFound
    if not talk.is_open(found, town_settings.read(get_db())):
        raise Conflict(comments.closed())
    return found


def _parent(idea: Proposal) -> Comment | None:
    """The comment that `?reponse=` answers."""
    wanted = asked_key("reponse")
    if wanted is None:
        return None
    found = discussions.comment(get_db(), wanted, talk.thread_id(idea.id), gate.actor())
    if found is None:
        raise NotFound
    if not policy.is_open_to_answers(found):
        raise Conflict(_("On ne répond pas à une réponse. Écrivez un nouveau commentaire."))
    return found


@bp.get("/propositions/<ref:proposal_id>/commenter")
def new(proposal_id: int) -> ResponseReturnValue:
    idea = _idea(proposal_id)
    return _page(idea, _parent(idea), CommentForm(formdata=None))


def _page(
    idea: Proposal, parent: Comment | None, form: CommentForm, told: Warnings = warnings.NONE
) -> ResponseReturnValue:
    person = gate.actor()
    return form_page(
        "discussions/write.html",
        form,
        422 if told else None,
        proposal=idea,
        revision=proposals.shown_revision(get_db(), idea),
        parent=parent,
        told=told,
        office=person is not None and policy.speaks_for(person)[0] is not Voice.RESIDENT,
    )


@bp.post("/propositions/<ref:proposal_id>/commenter")
@sent_here.remembered
@send_once
def create(proposal_id: int) -> ResponseReturnValue:
    """Keep the comment until its author is known; somebody signed in is done here."""
    idea, form, person = _idea(proposal_id), CommentForm(), gate.actor()
    parent = _parent(idea)
    if not form.validate_on_submit():
        return _page(idea, parent, form)
    told = warnings.news(form.text.data or "", form.vu)
    if told:
        return _page(idea, parent, form, told)
    throttle.hit_hourly(apart(), f"comment:{visitor_address()}", limit=COMMENTS_AN_HOUR)
    remark = form.to_input(parent.id if parent else None)
    if person is None:
        words = {"proposal_id": idea.id, **remark.payload()}
        return see_other(
            f"/compte/connexion?brouillon={accounts.keep_draft(get_db(), 'comment', words)}"
        )
    throttle.hit_hourly(apart(), f"commenter:{person.id}", limit=COMMENTS_OF_ONE)
    comment = comments.receive(get_db(), idea, remark, author=person)
    return see_other(path_of_comment(idea.id, comment.id))


@bp.get("/commentaires/<int:comment_id>/corriger")
def ask(comment_id: int) -> ResponseReturnValue:
    comment, idea = _own(comment_id)
    return _correct_page(comment, idea, CommentForm(formdata=None, text=comment.body))


def _own(comment_id: int) -> tuple[Comment, Proposal]:
    """One's own comment that a reader asked to correct, and its idea."""
    db, person = get_db(), gate.signed_in()
    comment = discussions.own(db, comment_id, person)
    if comment is None:
        raise NotFound
    idea = talk.idea_of(db, comment.thread_id)
    assert idea is not None, "every comment is about an idea"
    if not policy.can_rewrite(person, comment) or comments.to_correct(db, comment) is None:
        raise Conflict(_("Votre commentaire ne change plus. Vous pouvez le retirer."))
    return comment, idea


def _correct_page(
    comment: Comment, idea: Proposal, form: CommentForm, told: Warnings = warnings.NONE
) -> ResponseReturnValue:
    return form_page(
        "discussions/correct.html",
        form,
        422 if told else None,
        proposal=idea,
        comment=comment,
        told=told,
        asked=queries.correction_of(get_db(), comments.KIND, comment.id),
    )


@bp.post("/commentaires/<int:comment_id>/corriger")
def correct(comment_id: int) -> ResponseReturnValue:
    """Send other words, as the council asked."""
    (comment, idea), form = _own(comment_id), CommentForm()
    if not form.validate_on_submit():
        return _correct_page(comment, idea, form)
    told = warnings.news(form.text.data or "", form.vu)
    if told:
        return _correct_page(comment, idea, form, told)
    throttle.hit_hourly(apart(), f"commenter:{gate.signed_in().id}", limit=COMMENTS_OF_ONE)
    comments.correct(get_db(), comment, form.text.data or "", author=gate.signed_in())
    flash(_("Merci. Le conseil citoyen lit votre commentaire encore une fois."), "ok")
    return see_other(path_of_comment(idea.id, comment.id))
