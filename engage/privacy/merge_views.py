"""The page where somebody with two accounts reads what happens and makes one of them."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.accounts.policy import can_change_ways_in
from engage.core.forms import Form
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.privacy import merging

bp = Blueprint("merging", __name__)


@bp.get("/compte/reunir/<challenge>")
def show(challenge: str) -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_change_ways_in, person)
    return _page(challenge, Form(), person)


@bp.post("/compte/reunir/<challenge>")
def merge(challenge: str) -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    form = Form()
    if not form.validate_on_submit():
        return _page(challenge, form, person)
    merging.merge(get_db(), challenge, person=person, token=token)
    flash(_("Vos deux comptes n’en font plus qu’un."), "ok")
    return see_other(url_for("contacts.index"))


def _page(challenge: str, form: Form, person: Person) -> ResponseReturnValue:
    other, point = merging.other_account(get_db(), challenge, person)
    return form_page(
        "accounts/merge.html",
        form,
        point=point,
        obstacle=merging.obstacle(get_db(), person, other),
    )
