"""Pages of a party for everybody: when, where, the plan, and hands and things to promise."""

from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import commands as accounts
from engage.accounts import gate
from engage.agenda.queries import event_path, whereabouts
from engage.consultations import sheets
from engage.consultations.kits import helping, party_words, plan, queries
from engage.consultations.kits.help_form import HelpForm
from engage.consultations.kits.models import Party, PartyNeed
from engage.consultations.kits.policy import can_organise
from engage.consultations.kits.queries import Need
from engage.consultations.kits.section import section
from engage.consultations.sheets import Sheet
from engage.core import clock, throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _, label
from engage.core.pagecache import public_page
from engage.core.web import apart, form_page, get_db, page, see_other, visitor_address

bp = Blueprint("party", __name__)


PROMISES_AN_HOUR = 300
"""From one network address: a whole social centre may stand behind it."""


@bp.app_context_processor
def _section() -> dict[str, object]:
    """What the page of a concertation asks for, once it knows which one it is about."""
    return {"kit_section": lambda sheet: section(get_db(), sheet, gate.actor())}


@bp.get("/concertations/<ref:consultation_id>/fete")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    sheet, party = _known(consultation_id)
    person, db = gate.actor(), get_db()
    return page(
        "consultations/kits/party.html",
        consultation=sheet,
        party=party,
        **around(party),
        steps=queries.steps(db, sheet.id, party.day),
        needs=queries.needs(db, sheet.id),
        mine=queries.promised_by(db, sheet.id, person) if person else frozenset(),
        takes_help=_takes_help(sheet, party),
        organises=can_organise(person),
        words=party_words,
        cleaning=plan.CLEANING,
        today=clock.today(),
    )


def around(party: Party) -> dict[str, Any]:
    """Where it is, and its page in the agenda."""
    event = party.event
    return {
        "where": whereabouts(party.place.name if party.place else None, party.place_words, None),
        "event": event,
        "event_href": event_path(event.id, label(event.title)) if event else "",
    }


def _known(consultation_id: int) -> tuple[Sheet, Party]:
    """Raises `NotFound` where nobody prepares a party (yet)."""
    sheet = sheets.sheet(get_db(), consultation_id)
    party = queries.party(get_db(), consultation_id) if sheet else None
    if sheet is None or party is None:
        raise NotFound
    return sheet, party


def _takes_help(sheet: Sheet, party: Party) -> bool:
    over = party.day is not None and party.day < clock.today()
    return sheet.cancelled_at is None and not over


@bp.get("/concertations/<ref:consultation_id>/fete/aider/<int:need_id>")
def ask(consultation_id: int, need_id: int) -> ResponseReturnValue:
    person = gate.actor()
    form = HelpForm(formdata=None, name=person.public_name if person else "")
    return _help_page(consultation_id, need_id, form)


def _help_page(consultation_id: int, need_id: int, form: HelpForm) -> ResponseReturnValue:
    (sheet, party), person = _known(consultation_id), gate.actor()
    need = _need(sheet.id, need_id)
    return form_page(
        "consultations/kits/help.html",
        form,
        consultation=sheet,
        party=party,
        **around(party),
        need=need,
        mine=person is not None and need.id in queries.promised_by(get_db(), sheet.id, person),
        known=person is not None,
        takes_help=_takes_help(sheet, party),
        words=party_words,
    )


def _need(consultation_id: int, need_id: int) -> Need:
    found = queries.need(get_db(), need_id, consultation_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/concertations/<ref:consultation_id>/fete/aider/<int:need_id>")
@send_once
def promise(consultation_id: int, need_id: int) -> ResponseReturnValue:
    """Promise first, say who one is last; a visitor is asked for an address or card afterwards."""
    form, person = HelpForm(), gate.actor()
    (sheet, party), need = _known(consultation_id), _need(consultation_id, need_id)
    if not form.validate_on_submit():
        return _help_page(consultation_id, need_id, form)
    if not _takes_help(sheet, party):
        raise Conflict(_("Les inscriptions sont finies."))
    throttle.hit_hourly(apart(), f"party_help:{visitor_address()}", limit=PROMISES_AN_HOUR)
    name = form.name.data or ""
    if person is None:
        payload = {"need_id": need.id, "name": name}
        token = accounts.keep_draft(get_db(), "party_help", payload)
        return see_other(f"/compte/connexion?brouillon={token}")
    helping.promise(get_db(), need.id, name=name, person=person)
    flash(_("C’est noté. Merci !"), "ok")
    return see_other(f"/concertations/{sheet.id}/fete/aider/{need.id}")


@bp.post("/concertations/<ref:consultation_id>/fete/aider/<int:need_id>/retirer")
def take_back(consultation_id: int, need_id: int) -> ResponseReturnValue:
    person = gate.signed_in()
    _need(consultation_id, need_id)
    need = get_db().get_one(PartyNeed, need_id)
    helping.take_back(get_db(), need, person_id=person.id, actor=person)
    flash(_("C’est retiré. La place est libre pour quelqu’un d’autre."), "ok")
    return see_other(f"/concertations/{consultation_id}/fete")
