"""Pages of the administration: who holds which mandate; give one, end it, invite again."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, gate, invitations, mandate_queries, mandates
from engage.accounts.admin_policy import can_administer, can_end_mandate, can_prolong_mandate
from engage.accounts.forms import EmptyForm
from engage.accounts.mandate_words import role_word
from engage.accounts.models import Person
from engage.accounts.policy import can_invite
from engage.core import throttle
from engage.core.forms import Form, send_once
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, page, see_other
from engage.pages.admin_forms import EndForm, MandateForm, ProlongForm
from engage.territory import queries as territory

bp = Blueprint("admin", __name__, url_prefix="/admin")


def _admin() -> Person:
    """Who asks, a coordinator or an admin."""
    person = gate.signed_in()
    require(can_administer, person)
    return person


@bp.get("")
def home() -> ResponseReturnValue:
    _admin()
    return page("admin/home.html", register=mandate_queries.register(get_db()), role_word=role_word)


@bp.get("/mandats/nouveau")
def new() -> ResponseReturnValue:
    return _new_page(_offering(MandateForm(formdata=None), _admin()))


@bp.post("/mandats/nouveau")
@send_once
def give() -> ResponseReturnValue:
    by = _admin()
    form = _offering(MandateForm(), by)
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"mandate:{by.id}", limit=60)
            region = territory.town(get_db()).phone_region
            address = addresses.parse(form.contact.data or "", region=region)
            name = form.public_name.data or ""
            given = mandates.give(get_db(), address, form.to_input(), by=by, public_name=name)
            flash(_("C’est fait. La personne reçoit un message."), "ok")
            return see_other(url_for("admin.mandate", mandate_id=given.id))
    return _new_page(form)


def _offering(form: MandateForm, by: Person) -> MandateForm:
    db = get_db()
    form.offer(by, territory.organisations(db), territory.neighbourhoods(db))
    return form


def _new_page(form: MandateForm) -> ResponseReturnValue:
    return form_page("admin/new_mandate.html", form)


@bp.get("/mandats/<int(max=2147483647):mandate_id>")
def mandate(mandate_id: int) -> ResponseReturnValue:
    _admin()
    return _mandate_page(mandate_id, None)


def _mandate_page(mandate_id: int, refused: Form | None) -> ResponseReturnValue:
    """The mandate with what may be done to it; `refused` is the form to show again."""
    by, shown = _admin(), mandate_queries.shown(get_db(), mandate_id)
    return form_page(
        "admin/mandate.html",
        refused or EmptyForm(formdata=None),
        shown=shown,
        end=refused if isinstance(refused, EndForm) else EndForm(formdata=None),
        longer=refused if isinstance(refused, ProlongForm) else ProlongForm(formdata=None),
        may_end=can_end_mandate(by, shown.line.mandate),
        may_prolong=can_prolong_mandate(by, shown.line.mandate),
        may_invite=can_invite(by, shown.person) and shown.person.id != by.id,
    )


@bp.post("/mandats/<int(max=2147483647):mandate_id>/fin")
def end(mandate_id: int) -> ResponseReturnValue:
    by, _sign_in, token = gate.device()
    require(can_administer, by)
    form = EndForm()
    if form.validate_on_submit():
        with form.refusals():
            held = mandates.held(get_db(), mandate_id)
            mandates.end(get_db(), held, by=by, last_day=form.last_day(), keep=token)
            return _done(mandate_id, _("C’est noté. La personne reçoit un message."))
    return _mandate_page(mandate_id, form)


@bp.post("/mandats/<int(max=2147483647):mandate_id>/prolonger")
def prolong(mandate_id: int) -> ResponseReturnValue:
    by, _sign_in, token = gate.device()
    require(can_administer, by)
    form = ProlongForm()
    if form.validate_on_submit():
        with form.refusals():
            held = mandates.held(get_db(), mandate_id)
            mandates.prolong(get_db(), held, by=by, last_day=form.jusqu_au.data, keep=token)
            return _done(mandate_id, _("C’est noté. La personne reçoit un message."))
    return _mandate_page(mandate_id, form)


@bp.post("/mandats/<int(max=2147483647):mandate_id>/inviter")
def invite(mandate_id: int) -> ResponseReturnValue:
    by = _admin()
    form = EmptyForm()
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"invite:{mandate_id}", limit=5)
            person = mandate_queries.shown(get_db(), mandate_id).person
            invitations.invite(get_db(), person, by=by)
            return _done(mandate_id, _("L’invitation est partie. Les liens d’avant sont morts."))
    return _mandate_page(mandate_id, form)


def _done(mandate_id: int, words: str) -> ResponseReturnValue:
    flash(words, "ok")
    return see_other(url_for("admin.mandate", mandate_id=mandate_id))
