"""Pages on which somebody takes one of their comments back."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other
from engage.discussions import queries
from engage.discussions.models import Comment
from engage.moderation import comments

bp = Blueprint("own_comments", __name__)


def _own(comment_id: int) -> Comment:
    found = queries.own(get_db(), comment_id, gate.signed_in())
    if found is None:
        raise NotFound
    return found


@bp.get("/compte/donnees/commentaire/<int:comment_id>")
def ask(comment_id: int) -> ResponseReturnValue:
    """Say what goes and what stays, before the button."""
    comment = _own(comment_id)
    return form_page("privacy/withdraw_comment.html", EmptyForm(), comment=comment)


@bp.post("/compte/donnees/commentaire/<int:comment_id>")
def withdraw(comment_id: int) -> ResponseReturnValue:
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    comments.withdraw(get_db(), _own(comment_id), author=gate.signed_in())
    flash(_("Votre commentaire est retiré."), "ok")
    return see_other(url_for("privacy.show"))
