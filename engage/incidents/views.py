"""Pages for everybody: report a problem in three or four screens, see what was reported."""

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate, sent_here
from engage.core import i18n, photos, throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.pagecache import public_page
from engage.core.web import (
    accepts_photos,
    apart,
    form_page,
    get_db,
    page,
    see_other,
    sent_photo,
    services,
    visitor_address,
)
from engage.incidents import choices, commands, display, duty, kept, queries, routing
from engage.incidents.forms import ReportForm
from engage.incidents.models import Circuit, Incident, IncidentKind
from engage.territory.models import Place

bp = Blueprint("incidents", __name__)

REPORTS_AN_HOUR = 200
"""From one network: an estate, a school or a stand may share one address."""


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"incident_words": display}


@bp.get("/signalements/nouveau")
def report() -> ResponseReturnValue:
    """What, which one, where: each step is an address, nothing is kept before sending.

    `?lieu=` goes along from the first step, where a page sends people to report something there.
    """
    code, picture = request.args.get("choix", ""), request.args.get("tuile", "")
    where = request.args.get("lieu", "")[:48]
    if code:
        return _last_steps(_kind(code))
    if picture:
        return _choices(picture, where)
    return page("incidents/tiles.html", tiles=choices.tiles(get_db()), where=where)


def _choices(picture: str, where: str) -> ResponseReturnValue:
    chosen = choices.tile(get_db(), picture)
    if chosen is None:
        raise NotFound(_("Cette image n’existe pas. Recommencez depuis le début."))
    kinds = choices.behind(get_db(), chosen)
    return page("incidents/choices.html", tile=chosen, kinds=kinds, where=where)


def _last_steps(kind: IncidentKind) -> ResponseReturnValue:
    if kind.circuit is Circuit.REDIRECT:
        return page("incidents/call.html", kind=kind)
    where = request.args.get("lieu")
    place = choices.place(get_db(), where) if where else None
    form = ReportForm(formdata=None, choix=kind.code, lieu=place.code if place else "")
    if kind.urgent and place is None:
        if where is not None:
            form.lieu.errors = [_("Choisissez un lieu dans la liste.")]
        return _form_page("incidents/where.html", form, kind, None)
    return _form_page("incidents/report.html", form, kind, place)


def _kind(code: str) -> IncidentKind:
    found = choices.kind(get_db(), code)
    if found is None:
        raise NotFound(_("Ce choix n’existe pas. Recommencez depuis le début."))
    return found


def _form_page(
    template: str, form: ReportForm, kind: IncidentKind, place: Place | None
) -> ResponseReturnValue:
    """The last screens; an urgent one says first who answers at this hour."""
    db, person = get_db(), gate.actor()
    answers = duty.now_for(routing.responsible(db, kind, place)) if kind.urgent and place else None
    home = person.neighbourhood_id if person else None
    groups = kept.place_groups(first=home)
    return form_page(template, form, kind=kind, place=place, duty=answers, groups=groups)


def _wants_photo(sent: Mapping[str, str]) -> bool:
    """Only the open circuit stores what a resident shows; read apart, without the write lock."""
    with services().database.reading() as db:
        kind = choices.kind(db, sent.get("choix", ""))
    return kind is not None and kind.circuit is Circuit.OPEN


@bp.post("/signalements/nouveau")
@sent_here.remembered
@accepts_photos("photo", when=_wants_photo)
@send_once
def send() -> ResponseReturnValue:
    throttle.hit_hourly(apart(), f"report:{visitor_address()}", limit=REPORTS_AN_HOUR)
    form, db = ReportForm(), get_db()
    kind = _kind(form.choix.data or "")
    place = choices.place(db, form.lieu.data or "")
    if form.validate_on_submit():
        with form.refusals():
            token = _submit(form, kind, place)
            flash(_("C’est envoyé. Gardez ce numéro et cette page."), "ok")
            return see_other(f"/suivi/{token}")
    return _form_page("incidents/report.html", form, kind, place)


def _submit(form: ReportForm, kind: IncidentKind, place: Place | None) -> str:
    if place is None:
        raise InvalidInput("lieu", _("Ce lieu n’est pas dans la liste. Choisissez-en un autre."))
    sent = sent_photo("photo") if kind.circuit is Circuit.OPEN else None
    photo = photos.keep(get_db(), sent) if sent else None
    report_ = commands.Report(
        kind=kind,
        place=place,
        description=form.description.data or "",
        language=i18n.current().code,
    )
    _incident, token = commands.submit(get_db(), report_, reporter=gate.actor(), photo=photo)
    return token


@bp.get("/signalements")
@public_page
def public_list() -> ResponseReturnValue:
    hood, state = request.args.get("quartier", ""), request.args.get("etat", "")
    before = request.args.get("avant", type=int)
    if before is not None and not 0 < before < 2**31:
        before = None
    found = queries.public_list(get_db(), before=before, neighbourhood=hood[:48], state=state[:16])
    return page(
        "incidents/list.html",
        found=found,
        neighbourhoods=kept.hoods(),
        hood=hood,
        state=state,
        before=before,
    )


@bp.get("/signalements/<reference>")
@public_page
def public_incident(reference: str) -> ResponseReturnValue:
    """Category, coarse place, state, day, organisation: nothing that a resident wrote or showed."""
    incident: Incident | None = queries.public_incident(get_db(), reference)
    if incident is None:
        raise NotFound(_("Aucun signalement public ne porte ce numéro."))
    events = queries.events(get_db(), incident)
    dates = queries.open_dates(get_db(), incident)
    return page(
        "incidents/public.html",
        incident=incident,
        published=current_app.extensions["engage_published_words"](get_db(), incident),
        steps=display.steps(incident, events, dates),
        original=queries.reference_of(get_db(), incident.duplicate_of_id),
    )
