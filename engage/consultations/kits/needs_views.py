"""Pages of those who organise a party: hands and things to ask for, and who comes."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts.forms import EmptyForm
from engage.consultations.kits import helping
from engage.consultations.kits.models import PartyNeed
from engage.consultations.kits.party_desk_views import asked, home, organiser, prepared
from engage.consultations.kits.party_forms import NeedForm
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import send_once
from engage.core.i18n import LANGUAGES, _
from engage.core.web import form_page, get_db

bp = Blueprint("party_needs", __name__)


@bp.get("/concertations/fete/<ref:consultation_id>/besoin")
def new(consultation_id: int) -> ResponseReturnValue:
    organiser()
    prepared(consultation_id)
    return _page(NeedForm(formdata=None), consultation_id, None)


def _page(form: NeedForm, consultation_id: int, need: PartyNeed | None) -> ResponseReturnValue:
    return form_page(
        "consultations/kits/need.html",
        form,
        consultation=asked(consultation_id),
        need=need,
        languages=LANGUAGES,
    )


@bp.post("/concertations/fete/<ref:consultation_id>/besoin")
@send_once
def add(consultation_id: int) -> ResponseReturnValue:
    person, party, form = organiser(), prepared(consultation_id), NeedForm()
    if form.validate_on_submit():
        with form.refusals():
            helping.ask(get_db(), party, form.to_input(), actor=person)
            flash(_("C’est ajouté. Les habitants peuvent s’inscrire."), "ok")
            return home(consultation_id, "#benevoles")
    return _page(form, consultation_id, None)


def _need(consultation_id: int, need_id: int) -> PartyNeed:
    found = get_db().get(PartyNeed, need_id)
    if found is None or found.consultation_id != consultation_id:
        raise NotFound
    return found


@bp.get("/concertations/fete/<ref:consultation_id>/besoin/<int:need_id>")
def edit(consultation_id: int, need_id: int) -> ResponseReturnValue:
    organiser()
    need = _need(consultation_id, need_id)
    return _page(NeedForm.showing(need), consultation_id, need)


@bp.post("/concertations/fete/<ref:consultation_id>/besoin/<int:need_id>")
def change(consultation_id: int, need_id: int) -> ResponseReturnValue:
    person, need, form = organiser(), _need(consultation_id, need_id), NeedForm()
    if form.validate_on_submit():
        with form.refusals():
            helping.change(get_db(), need, form.to_input(), version=form.seen, actor=person)
            flash(_("C’est changé."), "ok")
            return home(consultation_id, "#benevoles")
    return _page(form, consultation_id, _need(consultation_id, need_id))


@bp.post("/concertations/fete/<ref:consultation_id>/besoin/<int:need_id>/enlever")
def remove(consultation_id: int, need_id: int) -> ResponseReturnValue:
    person, need = organiser(), _need(consultation_id, need_id)
    _require_sent()
    helping.remove(get_db(), need, actor=person)
    flash(_("C’est enlevé."), "ok")
    return home(consultation_id, "#benevoles")


@bp.post("/concertations/fete/<ref:consultation_id>/besoin/<int:need_id>/retirer/<int:person_id>")
def let_go(consultation_id: int, need_id: int, person_id: int) -> ResponseReturnValue:
    """Free the place of somebody who does not come."""
    person, need = organiser(), _need(consultation_id, need_id)
    _require_sent()
    helping.take_back(get_db(), need, person_id=person_id, actor=person)
    flash(_("La place est libre."), "ok")
    return home(consultation_id, "#benevoles")


def _require_sent() -> None:
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
