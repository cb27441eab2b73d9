"""Pages of who waits for a result: follow, stop, the link of a message that stops it."""

from typing import Any

from flask import Blueprint, Response, flash
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engage.accounts import commands as accounts
from engage.accounts import gate
from engage.accounts import queries as accounts_queries
from engage.consultations.models import Consultation
from engage.consultations.outcome import follows, policy
from engage.core import clock, throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import SendOnceForm, send_once
from engage.core.i18n import _
from engage.core.web import apart, form_page, get_db, page, secret_page, see_other, visitor_address

bp = Blueprint("vote_news", __name__)

FOLLOWS_AN_HOUR = 600
"""From one network address: a whole social centre may stand behind it."""


def _announced(consultation_id: int) -> Consultation:
    found = get_db().scalar(
        select(Consultation).where(
            Consultation.id == consultation_id,
            Consultation.is_draft.is_(False),
            Consultation.announced_at <= clock.now(),
        )
    )
    if found is None:
        raise NotFound
    return found


@bp.get("/concertations/<ref:consultation_id>/suivre")
def ask(consultation_id: int) -> ResponseReturnValue:
    """A form page apart: the concertation's own page is kept in memory and holds no form."""
    consultation, person = _announced(consultation_id), gate.actor()
    return form_page(
        "consultations/outcome/follow.html",
        SendOnceForm(),
        consultation=consultation,
        following=person is not None and follows.follows(get_db(), consultation.id, person),
        over=policy.is_settled(consultation),
        has_address=person is None or accounts_queries.address_of(get_db(), person) is not None,
    )


@bp.post("/concertations/<ref:consultation_id>/suivre")
@send_once
def follow(consultation_id: int) -> ResponseReturnValue:
    """Follow at once, or once it is known who does; it changes nothing about a vote."""
    form, consultation, person = SendOnceForm(), _announced(consultation_id), gate.actor()
    if not form.validate_on_submit() or policy.is_settled(consultation):
        raise Conflict
    throttle.hit_hourly(apart(), f"follow:{visitor_address()}", limit=FOLLOWS_AN_HOUR)
    if person is None:
        token = accounts.keep_draft(get_db(), "result_follow", {"consultation_id": consultation.id})
        return see_other(f"/compte/connexion?brouillon={token}")
    follows.follow(get_db(), consultation, person=person)
    flash(_("C’est noté. Nous vous écrivons quand le résultat est là."), "ok")
    return see_other(f"/concertations/{consultation.id}")


@bp.post("/concertations/<ref:consultation_id>/ne-plus-suivre")
def unfollow(consultation_id: int) -> ResponseReturnValue:
    consultation, person = _announced(consultation_id), gate.signed_in()
    follows.unfollow(get_db(), consultation.id, person=person)
    flash(_("Vous n’êtes plus prévenu du résultat."), "ok")
    return see_other(f"/concertations/{consultation.id}")


@bp.get("/concertations/arret/<token>")
def ask_stop(token: str) -> ResponseReturnValue:
    """Mail scanners open links: nothing stops before the button, or the mailbox's own POST."""
    found = follows.by_link(get_db(), token)
    return _stop_page(token, 200 if found else 404, consultation=found[1] if found else None)


@bp.post("/concertations/arret/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Stop at once: no session, no CSRF token, no second question (RFC 8058).

    What proves the wish is the token, which only that mail holds; all it can do is to stop mails.
    """
    consultation = follows.stop(get_db(), token)
    return _stop_page(token, 200, consultation=consultation, stopped=True)


def _stop_page(token: str, status: int, **context: Any) -> Response:
    made = page("consultations/outcome/stop.html", status, token=token, **context)
    return secret_page(made)


def _without_csrf_token(state: BlueprintSetupState) -> None:
    """The one address here that takes a POST from outside; see `stop`."""
    state.app.extensions["csrf"].exempt(stop)


bp.record_once(_without_csrf_token)
