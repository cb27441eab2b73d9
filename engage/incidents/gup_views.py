"""The desk of those in charge: what is to do, everything about one report, the decisions."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from engage.accounts import gate
from engage.accounts.models import Person, Role
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import (
    accepts_photos,
    form_page,
    get_db,
    page,
    see_other,
    services,
)
from engage.incidents import desk, display, kept, queries
from engage.incidents.decisions import DECISIONS
from engage.incidents.forms import apart as forms_apart
from engage.incidents.models import Circuit, Incident
from engage.incidents.policy import agent_organisations, can_open_desk, can_see, can_see_all

bp = Blueprint("gup", __name__)

Form = Any


@bp.get("/gup")
def listing() -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_open_desk, person)
    db = get_db()
    state, hood = request.args.get("etat", ""), request.args.get("quartier", "")
    after = request.args.get("suite", "")
    return page(
        "gup/list.html",
        counts=_counts(person),
        found=desk.rows(db, person, state=state[:16], neighbourhood=hood[:48], after=after[:60]),
        neighbourhoods=kept.hoods(),
        state=state,
        hood=hood,
        after=after,
        sees_all=person.holds(Role.COORDINATOR, Role.ADMIN),
    )


NEWEST_ACT = select(func.max(AuditEntry.id))


@dataclass
class KeptCounts:
    """The numbers of the desk as they were at a revision of the audit trail."""

    revision: int = -1
    read: desk.Counts | None = None


def _counts(person: Person) -> desk.Counts:
    """At most a minute old, and never older than the last audited act."""
    whose = "all" if can_see_all(person) else str(sorted(agent_organisations(person)))
    kept = services().cache.get(f"incidents.counts:{whose}", KeptCounts)
    db = get_db()
    revision = db.scalar(NEWEST_ACT) or 0  # asked in this session: the numbers know as much or more
    if kept.read is None or kept.revision != revision:
        kept.read, kept.revision = desk.counts(db, person), revision
    return kept.read


@bp.get("/gup/<reference>")
def show(reference: str) -> ResponseReturnValue:
    return _item_page(*_item(reference))


def _item(reference: str) -> tuple[Incident, int]:
    """The report and its followers, for somebody who may see it; otherwise there is none."""
    person = gate.signed_in()
    require(can_open_desk, person)
    found = desk.item(get_db(), reference)
    if found is None or not can_see(person, found[0]):
        raise NotFound(_("Aucun problème de votre liste ne porte ce numéro."))
    return found


def _item_page(
    incident: Incident, followers: int, refused: str = "", form: Form = None, status: int = 200
) -> ResponseReturnValue:
    db = get_db()
    forms = _blank_forms(incident)
    if refused in forms:
        forms[refused] = forms_apart(form, refused)
    events, dates = queries.events(db, incident), desk.dates(db, incident)
    facts: dict[str, Any] = {
        "incident": incident,
        "forms": forms,
        "refused": refused,
        "decisions": DECISIONS,
        "steps": display.steps(incident, events, [d for d in dates if d.is_open]),
        "history": display.history(incident, events),
        "dates": dates,
        "photos": queries.photos(db, incident),
        "followers": followers,
        "original": queries.reference_of(db, incident.duplicate_of_id),
        "proposed": desk.proposed(db, incident) if incident.organisation_id is None else None,
        "organisations": kept.holders() if "confier" in forms else [],
        "is_open": incident.kind.circuit is Circuit.OPEN,
    }
    if form is None:
        return page("gup/item.html", **facts)
    return form_page("gup/item.html", form, status, **facts)


def _blank_forms(incident: Incident) -> dict[str, Form]:
    """A form for each decision that this person may make about the report as it is now."""
    person, version = gate.signed_in(), str(incident.version)
    return {
        name: forms_apart(decision.form(formdata=None, version=version), name)
        for name, decision in DECISIONS.items()
        if decision.fits(incident, person)
    }


@bp.post("/gup/<reference>/<name>")
@accepts_photos("photo")
@send_once
def decide(reference: str, name: str) -> ResponseReturnValue:
    """One decision; somebody was faster: 409 and what happened meanwhile."""
    decision = DECISIONS.get(name)
    if decision is None:
        raise NotFound
    (incident, followers), person = _item(reference), gate.signed_in()
    if not decision.policy(person, incident):
        raise Denied
    form = decision.form()
    if form.version.data != str(incident.version) or not decision.fits(incident, person):
        return _meanwhile(incident, form)
    if form.validate_on_submit():
        try:
            with form.refusals():
                decision.run(incident, person, form)
                get_db().flush()
                flash(str(decision.done), "ok")
                return see_other(_after(incident))
        except (Conflict, StaleDataError):
            get_db().rollback()
            return _meanwhile(_item(reference)[0], form)
        incident, followers = _item(reference)
    return _item_page(incident, followers, name, form, 422)


def _after(incident: Incident) -> str:
    """Back to the report, or to the list when it left one's hands."""
    return f"/gup/{incident.reference}" if can_see(gate.actor(), incident) else "/gup"


def _meanwhile(incident: Incident, form: Form) -> ResponseReturnValue:
    events = queries.events(get_db(), incident)
    return form_page(
        "gup/meanwhile.html",
        form,
        409,
        incident=incident,
        history=display.history(incident, events)[:3],
        typed=form.word.data or "",
    )
