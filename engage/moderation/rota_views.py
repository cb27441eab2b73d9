"""The page where a member of the council says when to be written to."""

from datetime import timedelta

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.core import clock
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.moderation import rhythms, rota_reminders
from engage.moderation.policy import can_look
from engage.moderation.rota_forms import RhythmForm

bp = Blueprint("rota", __name__)


@bp.get("/moderation/mes-horaires")
def show() -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_look, person)
    form = RhythmForm()
    form.show(rota_reminders.habits_of(get_db(), person.id))
    return _page(form)


def _page(form: RhythmForm) -> ResponseReturnValue:
    tomorrow = clock.today() + timedelta(days=1)
    return form_page("moderation/rhythm.html", form, tomorrow=tomorrow)


@bp.post("/moderation/mes-horaires")
def choose() -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_look, person)
    form = RhythmForm()
    if form.validate_on_submit():
        with form.refusals():
            rhythms.choose(get_db(), form.to_input(), person=person)
            flash(_("C’est noté. Merci de nous dire quand vous lisez."), "ok")
            return see_other("/moderation/mes-horaires")
    return _page(form)
