"""Where residents write what they ask or fear of works: no account, read before it is public."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.consultations.kits import works
from engage.consultations.kits.concern_form import ConcernForm
from engage.consultations.kits.models import Concern
from engage.consultations.kits.policy import takes_worries
from engage.consultations.models import Consultation
from engage.core import clock, throttle, warnings
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.warnings import Warnings
from engage.core.web import apart, form_page, get_db, see_other, visitor_address
from engage.moderation import commands

bp = Blueprint("concerns", __name__)

CONCERNS_AN_HOUR = 60
"""From one network address: a whole stairwell may stand behind it."""


def _asked(consultation_id: int) -> Consultation:
    """An announced refurbishment that takes questions; raises `NotFound` and `Conflict`."""
    found = get_db().get(Consultation, consultation_id)
    if found is None or found.is_draft or found.announced_at > clock.now():
        raise NotFound
    if not takes_worries(found):
        raise Conflict(_("On ne pose plus de question ici."))
    return found


@bp.get("/concertations/<ref:consultation_id>/questions/poser")
def ask(consultation_id: int) -> ResponseReturnValue:
    return _page(_asked(consultation_id), ConcernForm(formdata=None))


def _page(
    consultation: Consultation, form: ConcernForm, told: Warnings = warnings.NONE
) -> ResponseReturnValue:
    form.offer()
    return form_page(
        "consultations/kits/concern.html",
        form,
        422 if told else None,
        consultation=consultation,
        told=told,
    )


@bp.post("/concertations/<ref:consultation_id>/questions/poser")
@send_once
def send(consultation_id: int) -> ResponseReturnValue:
    consultation, form = _asked(consultation_id), ConcernForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(consultation, form)
    told = warnings.news(form.text.data or "", form.vu)
    if told:
        return _page(consultation, form, told)
    throttle.hit_hourly(apart(), f"concern:{visitor_address()}", limit=CONCERNS_AN_HOUR)
    concern = works.raise_concern(get_db(), consultation, form.to_input())
    commands.receive(
        get_db(),
        subject_type=Concern.__tablename__,
        subject_id=concern.id,
        revision_id=concern.edition,
        author_id=None,
    )
    flash(_("C’est envoyé. Le conseil citoyen lit en 72 heures au plus."), "ok")
    return see_other(f"/concertations/{consultation.id}/questions")
