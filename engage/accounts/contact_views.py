"""Pages of one's own numbers, addresses and cards."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, attempts, codes, contacts, gate, queries
from engage.accounts.contact_forms import AddressForm
from engage.accounts.forms import CardForm, CodeForm, EmptyForm
from engage.accounts.models import ContactPoint, Person
from engage.accounts.policy import can_change_ways_in
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, secret_page, see_other, services

bp = Blueprint("contacts", __name__)

MERGE = "/compte/reunir/"
"""Where two accounts of one person become one; the page is of a feature above."""


def _person() -> Person:
    """Who asks; who has a mandate has passed the second step."""
    person = gate.signed_in()
    require(can_change_ways_in, person)
    return person


@bp.get("/compte/adresses")
def index() -> ResponseReturnValue:
    return _page(AddressForm(formdata=None, remplace=request.args.get("remplace", "")))


@bp.post("/compte/adresses")
def ask() -> ResponseReturnValue:
    person = _person()
    form = AddressForm()
    if form.validate_on_submit():
        with form.refusals():
            address = addresses.parse(form.contact.data or "")
            attempts.count_asked(address)
            challenge = contacts.ask(get_db(), services().secret_key, address, person=person)
            return see_other(
                url_for("contacts.code", challenge=challenge, remplace=form.remplace.data or None)
            )
    return _page(form)


def _page(form: AddressForm) -> ResponseReturnValue:
    points = queries.contact_points_of(get_db(), _person())
    wanted = form.remplace.data
    return form_page(
        "accounts/addresses.html",
        form,
        points=points,
        replaced=next((point for point in points if str(point.id) == wanted), None),
    )


@bp.get("/compte/adresses/code/<challenge>")
def code(challenge: str) -> ResponseReturnValue:
    return _code_page(challenge, CodeForm())


@bp.post("/compte/adresses/code/<challenge>")
def add(challenge: str) -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_try(challenge)
            key, digits = services().secret_key, form.digits()
            if not contacts.add(get_db(), key, challenge, digits, person=person, token=token):
                return see_other(f"{MERGE}{challenge}")
            return _added(person)
    return _code_page(challenge, form)


def _added(person: Person) -> ResponseReturnValue:
    """Back to the list, or on to taking off what was replaced."""
    flash(_("C’est ajouté. Vos autres appareils sont déconnectés."), "ok")
    wanted = request.args.get("remplace")
    for point in queries.contact_points_of(get_db(), person):
        if str(point.id) == wanted:
            return see_other(url_for("contacts.ask_removal", point_id=point.id))
    return see_other(url_for("contacts.index"))


def _code_page(challenge: str, form: CodeForm) -> ResponseReturnValue:
    awaited = queries.awaited_code(get_db(), challenge)
    if awaited is None or awaited.person_id != _person().id:
        raise NotFound
    again = url_for("contacts.index", remplace=request.args.get("remplace"))
    shown = form_page("accounts/code.html", form, address=codes.address_of(awaited), again=again)
    return secret_page(shown)


@bp.get("/compte/adresses/carte")
def card() -> ResponseReturnValue:
    _person()
    return form_page("accounts/card.html", CardForm())


@bp.post("/compte/adresses/carte")
def prove_card() -> ResponseReturnValue:
    person = _person()
    form = CardForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_card()
            key, typed = services().secret_key, form.code.data or ""
            challenge = contacts.prove_card(get_db(), key, typed, person=person)
            return see_other(f"{MERGE}{challenge}")
    return form_page("accounts/card.html", form)


@bp.get("/compte/adresses/<int:point_id>/enlever")
def ask_removal(point_id: int) -> ResponseReturnValue:
    point, alone = contacts.own(get_db(), point_id, _person())
    return _removal_page(point, EmptyForm(), alone=alone)


@bp.post("/compte/adresses/<int:point_id>/enlever")
def remove(point_id: int) -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    point, alone = contacts.own(get_db(), point_id, person)
    form = EmptyForm()
    if form.validate_on_submit():
        with form.refusals():
            contacts.remove(get_db(), point_id, person=person, token=token)
            flash(_("C’est enlevé. Vos autres appareils sont déconnectés."), "ok")
            return see_other(url_for("contacts.index"))
    return _removal_page(point, form, alone=alone)


def _removal_page(point: ContactPoint, form: EmptyForm, *, alone: bool) -> ResponseReturnValue:
    return form_page("accounts/remove_address.html", form, point=point, alone=alone)
