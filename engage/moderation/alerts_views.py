"""Pages of alerts: whom to call now, and what those in charge do."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.core.emergency import DANGER, THREAT
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, page, see_other
from engage.moderation import alerts, queries
from engage.moderation.alerts_forms import AnswerForm, CloseForm, ThreatForm
from engage.moderation.alerts_models import Alert
from engage.moderation.alerts_policy import can_alert, can_answer_alerts
from engage.moderation.models import ModerationItem

bp = Blueprint("alerts", __name__)


def _item(item_id: int) -> ModerationItem:
    found = queries.item_to_decide(get_db(), item_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/moderation/<ref:alerted_id>/danger")
def danger(alerted_id: int) -> ResponseReturnValue:
    """One tap, no question: those in charge know, the member sees whom to call."""
    person = gate.signed_in()
    require(can_alert, person)
    alerts.raise_danger(get_db(), _item(alerted_id), member=person)
    return see_other("/moderation/qui-appeler/danger")


@bp.post("/moderation/menace")
def threat() -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_alert, person)
    form = ThreatForm()
    if not form.validate_on_submit():
        raise InvalidInput("item", _("Rechargez la page et recommencez."))
    item = _item(form.item.data) if form.item.data else None
    alerts.raise_threat(get_db(), item, member=person)
    return see_other("/moderation/qui-appeler/menace")


@bp.get("/moderation/qui-appeler/danger")
def whom_to_call() -> ResponseReturnValue:
    require(can_alert, gate.signed_in())
    return page("moderation/call_danger.html", numbers_to_call=DANGER)


@bp.get("/moderation/qui-appeler/menace")
def whom_to_call_for_me() -> ResponseReturnValue:
    require(can_alert, gate.signed_in())
    return page("moderation/call_threat.html", numbers_to_call=THREAT)


@bp.get("/moderation/alertes")
def index() -> ResponseReturnValue:
    require(can_answer_alerts, gate.signed_in())
    return _page(CloseForm())


def _page(form: CloseForm, wrong: Alert | None = None) -> ResponseReturnValue:
    """All alerts; `wrong` is the one whose form comes back."""
    db = get_db()
    people = alerts.in_charge(db)
    return form_page(
        "moderation/alerts.html",
        form,
        standing=alerts.standing(db),
        closed=alerts.closed(db),
        wrong=wrong,
        alone=len(people) < 2,
        without_phone=len(alerts.without_phone(db, people)),
    )


def _alert(alert_id: int) -> Alert:
    require(can_answer_alerts, gate.signed_in())
    found = alerts.alert(get_db(), alert_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/moderation/alertes/<int:alert_id>/prendre")
def take(alert_id: int) -> ResponseReturnValue:
    found, form = _alert(alert_id), AnswerForm()
    if not form.validate_on_submit():
        raise InvalidInput("version", _("Rechargez la page et recommencez."))
    person = gate.signed_in()
    alerts.take(get_db(), found, person=person, version=form.shown_version)
    flash(_("Vous vous en occupez. Les autres le voient."), "ok")
    return see_other(f"/moderation/alertes#alerte-{alert_id}")


@bp.post("/moderation/alertes/<int:alert_id>/clore")
def close(alert_id: int) -> ResponseReturnValue:
    found, form = _alert(alert_id), CloseForm()
    if form.validate_on_submit():
        with form.refusals():
            alerts.close(
                get_db(),
                found,
                person=gate.signed_in(),
                version=form.shown_version,
                word=form.word.data or "",
                give_back=bool(form.give_back.data),
            )
            flash(_("L’alerte est close."), "ok")
            return see_other("/moderation/alertes")
    return _page(form, wrong=found)
