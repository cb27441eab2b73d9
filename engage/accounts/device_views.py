"""The page of one's own devices: where one is signed in, and signing out from here."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import devices, gate, second_steps, sign_ins
from engage.accounts.forms import EmptyForm
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other

bp = Blueprint("devices", __name__)


@bp.get("/compte/appareils")
def index() -> ResponseReturnValue:
    person, here, _token = gate.device()
    lines = [
        {
            "id": sign_in.id,
            "name": devices.shown(sign_in.device),
            "since": clock.local(sign_in.created_at).date(),
            "here": sign_in.id == here.id,
        }
        for sign_in in sign_ins.standing(get_db(), person)
    ]
    return form_page("accounts/devices.html", EmptyForm(), lines=lines)


@bp.post("/compte/appareils/<int:sign_in_id>/sortir")
def leave(sign_in_id: int) -> ResponseReturnValue:
    person, here, _token = gate.device()
    _check()
    if sign_in_id == here.id:
        return see_other(gate.forget())
    sign_ins.revoke(get_db(), person, sign_in_id)
    flash(_("Cet appareil est déconnecté."), "ok")
    return see_other(url_for("devices.index"))


@bp.post("/compte/appareils/ailleurs")
def leave_others() -> ResponseReturnValue:
    person, _here, token = gate.device()
    _check()
    second_steps.sign_out_elsewhere(get_db(), person, keep=token)
    flash(_("Vos autres appareils sont déconnectés."), "ok")
    return see_other(url_for("devices.index"))


def _check() -> None:
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
