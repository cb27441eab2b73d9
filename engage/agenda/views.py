"""Pages of the agenda for everybody: what comes, one date, calendars of phones, reminders."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from engage.accounts import commands as accounts
from engage.accounts import gate
from engage.accounts import queries as accounts_queries
from engage.agenda import calendar, commands, policy, queries
from engage.agenda.forms import ReminderForm
from engage.agenda.models import Event, EventKind
from engage.agenda.queries import Listed, Narrowed
from engage.agenda.words import ICONS, KINDS, hours
from engage.core import clock, throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _, label
from engage.core.pagecache import public_page
from engage.core.web import (
    apart,
    asked_key,
    form_page,
    get_db,
    page,
    secret_page,
    see_other,
    services,
    visitor_address,
)
from engage.territory import queries as territory
from engage.territory.queries import TownFacts

bp = Blueprint("agenda", __name__)

REMINDERS_AN_HOUR = 300
"""From one network address: a whole social centre may stand behind it."""


def _hoods() -> dict[str, tuple[int, dict[str, str]]]:
    """Code of each neighbourhood → (id, name); a minute old at most."""
    return services().cache.get(
        "agenda.hoods",
        lambda: {n.code: (n.id, n.name) for n in territory.neighbourhoods(get_db())},
    )


def _narrowed() -> Narrowed:
    """What the address asks for; something unknown is a 404."""
    hood, kind = request.args.get("quartier", ""), request.args.get("type", "")
    if (hood and hood not in _hoods()) or (kind and kind not in set(EventKind)):
        raise NotFound
    return Narrowed(_hoods()[hood][0] if hood else None, EventKind(kind) if kind else None)


@bp.get("/agenda")
@public_page
def index() -> ResponseReturnValue:
    after = asked_key("apres")
    found = queries.upcoming(get_db(), _narrowed(), after_id=after)
    return _list_page(found.items, found.next_key, coming=True, first=after is None)


@bp.get("/agenda/passe")
@public_page
def past() -> ResponseReturnValue:
    before = asked_key("avant")
    found = queries.past(get_db(), _narrowed(), before_id=before)
    return _list_page(found.items, found.next_key, coming=False, first=before is None)


def _list_page(
    events: Sequence[Listed], next_key: int | None, *, coming: bool, first: bool
) -> ResponseReturnValue:
    return page(
        "agenda/index.html",
        events=events,
        next_key=next_key,
        coming=coming,
        first=first,
        hoods=_hoods(),
        hood=request.args.get("quartier", ""),
        kind=request.args.get("type", ""),
        kinds=KINDS,
        icons=ICONS,
        hours=hours,
        keeps=policy.can_keep_agenda(gate.actor()),
        to=_address,
        today=clock.today(),
        tomorrow=clock.today() + timedelta(days=1),
    )


def _address(path: str, **asked: str | int) -> str:
    """`path` with what is asked of it, without what is empty."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{given}" if given else path


@bp.get("/agenda/<ref:event_id>")
@public_page
def show(event_id: int) -> ResponseReturnValue:
    event, person, now = _found(event_id), gate.actor(), clock.now()
    return page(
        "agenda/show.html",
        event=event,
        kind=KINDS[event.kind],
        icon_name=ICONS[event.kind],
        hours=hours,
        where=_where(event),
        over=event.ends_at <= now,
        reminds=policy.takes_reminders(event, now),
        mine=queries.reminder_of(get_db(), event.id, person) if person else None,
        can_change=policy.can_change_event(person, event, now),
        keeps=policy.can_keep_agenda(person),
    )


def _found(event_id: int) -> Event:
    event = queries.event(get_db(), event_id)
    if event is None:
        raise NotFound
    return event


def _where(event: Event) -> str:
    return queries.whereabouts(
        event.place.name if event.place else None,
        event.place_words,
        event.neighbourhood.name if event.neighbourhood else None,
    )


@bp.get("/agenda.ics")
@public_page
def feed() -> ResponseReturnValue:
    """What phones subscribe to: all dates, or those of one neighbourhood or kind."""
    narrowed = _narrowed()
    subject = _("agenda")
    name = f"{_town().name} : {subject}"
    hood = request.args.get("quartier", "")
    if hood:
        name = f"{name}, {label(_hoods()[hood][1])}"
    return _calendar(queries.of_calendar(get_db(), narrowed), name, "agenda.ics")


@bp.get("/agenda/<int:event_id>.ics")
@public_page
def download(event_id: int) -> ResponseReturnValue:
    """One date, to be put into one's own calendar."""
    found = queries.listed(get_db(), event_id)
    if found is None:
        raise NotFound
    return _calendar([found], label(found.title), f"agenda-{event_id}.ics")


def _town() -> TownFacts:
    return services().cache.get("town", lambda: territory.town(get_db()))


def _calendar(events: Sequence[Listed], name: str, file: str) -> Response:
    words = calendar.calendar(events, name=name, base_url=services().config.base_url)
    response = Response(words, mimetype=calendar.MIME)
    response.headers["Content-Disposition"] = f'inline; filename="{file}"'
    return response


@bp.get("/agenda/<ref:event_id>/rappel")
def reminder(event_id: int) -> ResponseReturnValue:
    event, person = _found(event_id), gate.actor()
    asked = person and queries.reminder_of(get_db(), event.id, person)
    address = accounts_queries.address_of(get_db(), person) if person else None
    return form_page(
        "agenda/reminder.html",
        ReminderForm(),
        event=event,
        where=_where(event),
        hours=hours,
        mine=asked,
        address=address,
        known=person is not None,
        reminds=policy.takes_reminders(event, clock.now()),
    )


@bp.post("/agenda/<ref:event_id>/rappel")
@send_once
def ask_reminder(event_id: int) -> ResponseReturnValue:
    """Act first, say who one is last: a visitor is asked for an address afterwards."""
    form, event, person = ReminderForm(), _found(event_id), gate.actor()
    if not form.validate_on_submit() or not policy.takes_reminders(event, clock.now()):
        raise Conflict(_("Cette date ne prend plus de rappel."))
    throttle.hit_hourly(apart(), f"event_reminder:{visitor_address()}", limit=REMINDERS_AN_HOUR)
    if person is None:
        token = accounts.keep_draft(get_db(), "event_reminder", {"event_id": event.id})
        return see_other(f"/compte/connexion?brouillon={token}")
    commands.ask_reminder(get_db(), event, person=person)
    flash(_("C’est noté. Vous recevez un mot la veille, entre 17 h et 19 h."), "ok")
    return see_other(queries.event_path(event.id, label(event.title)))


@bp.post("/agenda/<ref:event_id>/rappel/arreter")
def stop_reminder(event_id: int) -> ResponseReturnValue:
    event, person = _found(event_id), gate.signed_in()
    commands.withdraw_reminder(get_db(), event, person=person)
    flash(_("C’est fait. Nous ne vous écrivons plus pour cette date."), "ok")
    return see_other(queries.event_path(event.id, label(event.title)))


@bp.get("/agenda/arret/<token>")
def ask_stop(token: str) -> ResponseReturnValue:
    """Mail scanners open links: nothing stops before the button, or the mailbox's own POST."""
    reminder = queries.reminder_by_link(get_db(), token)
    event = queries.event(get_db(), reminder.event_id) if reminder else None
    return _stop_page(token, 200 if event else 404, event=event)


@bp.post("/agenda/arret/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Stop at once: no session, no CSRF token, no second question (RFC 8058).

    What proves the wish is the token, which only that mail holds; all it can do is to stop mails.
    """
    event = commands.stop_by_link(get_db(), token)
    return _stop_page(token, 200, event=event, stopped=True)


def _stop_page(token: str, status: int, **context: Any) -> Response:
    return secret_page(page("agenda/stop.html", status, token=token, **context))


def _without_csrf_token(state: BlueprintSetupState) -> None:
    """The one address here that takes a POST from outside; see `stop`."""
    state.app.extensions["csrf"].exempt(stop)


bp.record_once(_without_csrf_token)
