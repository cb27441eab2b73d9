"""Pages of those who keep the agenda: add, copy, change, cancel a date."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.agenda import commands, policy, queries
from engage.agenda.forms import WEEK, CancelForm, EventForm
from engage.agenda.models import Event
from engage.core.errors import NotFound
from engage.core.forms import send_once
from engage.core.i18n import LANGUAGES, _, label
from engage.core.policy import require
from engage.core.web import asked_key, form_page, get_db, see_other
from engage.territory import queries as territory

bp = Blueprint("agenda_keeping", __name__)


def _keeper() -> Person:
    person = gate.signed_in()
    require(policy.can_keep_agenda, person)
    return person


def _found(event_id: int) -> Event:
    event = queries.event(get_db(), event_id)
    if event is None:
        raise NotFound
    return event


@bp.get("/agenda/nouveau")
def new() -> ResponseReturnValue:
    """An empty form, or a copy of another date one week later."""
    _keeper()
    copied = asked_key("copie")
    form = EventForm() if copied is None else EventForm.showing(_found(copied), later=WEEK)
    return _event_page(form, None)


def _event_page(form: EventForm, event: Event | None) -> ResponseReturnValue:
    _offer(form)
    return form_page("agenda/edit.html", form, event=event, languages=LANGUAGES)


def _offer(form: EventForm) -> None:
    db = get_db()
    form.offer(territory.organisations(db), territory.neighbourhoods(db), territory.places(db))


@bp.post("/agenda/nouveau")
@send_once
def add() -> ResponseReturnValue:
    person, form = _keeper(), EventForm()
    _offer(form)
    if form.validate_on_submit():
        with form.refusals():
            event = commands.add(get_db(), form.to_input(), actor=person)
            flash(_("C’est dans l’agenda."), "ok")
            return see_other(queries.event_path(event.id, label(event.title)))
    return _event_page(form, None)


@bp.get("/agenda/modifier/<ref:event_id>")
def edit(event_id: int) -> ResponseReturnValue:
    person, event = _keeper(), _found(event_id)
    policy.require_standing(policy.can_change_event, person, event)
    return _event_page(EventForm.showing(event), event)


@bp.post("/agenda/modifier/<ref:event_id>")
def change(event_id: int) -> ResponseReturnValue:
    person, event, form = _keeper(), _found(event_id), EventForm()
    _offer(form)
    if form.validate_on_submit():
        with form.refusals():
            planned = form.to_input()
            commands.change(get_db(), event, planned, version=form.seen, actor=person)
            flash(_("C’est changé."), "ok")
            return see_other(queries.event_path(event.id, label(event.title)))
    return _event_page(form, _found(event_id))


@bp.get("/agenda/annuler/<ref:event_id>")
def ask_reason(event_id: int) -> ResponseReturnValue:
    person, event = _keeper(), _found(event_id)
    policy.require_standing(policy.can_change_event, person, event)
    return form_page("agenda/cancel.html", CancelForm(version=event.version), event=event)


@bp.post("/agenda/annuler/<ref:event_id>")
def cancel(event_id: int) -> ResponseReturnValue:
    person, event, form = _keeper(), _found(event_id), CancelForm()
    if not form.validate_on_submit():
        return form_page("agenda/cancel.html", form, event=event)
    reason = form.reason.data or ""
    commands.cancel(get_db(), event, reason=reason, version=form.seen, actor=person)
    flash(_("C’est annulé. Ceux qui ont demandé un rappel sont prévenus."), "ok")
    return see_other(queries.event_path(event.id, label(event.title)))
