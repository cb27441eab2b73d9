"""The page where the coordinator sets the rules of the town."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core import town_settings
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.pages import commands
from engage.pages.policy import can_change_settings
from engage.pages.settings_forms import SettingsForm

bp = Blueprint("settings", __name__)

PAGE = "/admin/reglages"


def _setter() -> Person:
    person = gate.signed_in()
    require(can_change_settings, person)
    return person


@bp.get(PAGE)
def show() -> ResponseReturnValue:
    _setter()
    return _page(SettingsForm.showing(town_settings.read(get_db())))


def _page(form: SettingsForm) -> ResponseReturnValue:
    return form_page("admin/settings.html", form)


@bp.post(PAGE)
def change() -> ResponseReturnValue:
    person, form = _setter(), SettingsForm()
    if not form.validate_on_submit():
        return _page(form)
    if commands.change_settings(get_db(), form.to_input(), by=person):
        flash(_("C’est changé. Les pages suivent tout de suite."), "ok")
    else:
        flash(_("Rien n’a changé."), "info")
    return see_other(PAGE)
