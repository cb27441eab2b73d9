"""The follow page behind a secret link: where it is, be told, say whether it is repaired."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, current_app, flash, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import addresses
from engage.core import i18n, sms_budget, throttle
from engage.core.errors import DomainError, Gone, InvalidInput, NotFound
from engage.core.forms import Form, send_once
from engage.core.i18n import _
from engage.core.outbox import Channel
from engage.core.web import (
    apart,
    form_page,
    get_db,
    secret_page,
    see_other,
    services,
    visitor_address,
)
from engage.incidents import commands, display, following, queries
from engage.incidents.forms import AnswerForm, FollowForm, NotRepairedForm
from engage.incidents.forms import apart as forms_apart
from engage.incidents.models import Circuit, FollowLink, Incident
from engage.incidents.workflow import ENDED, Status

bp = Blueprint("follow", __name__)

DAY = timedelta(days=1)


@bp.get("/suivi/<token>")
def show(token: str) -> ResponseReturnValue:
    return _page(_found(token), token, FollowForm(formdata=None))


def _found(token: str) -> queries.Followed:
    db = get_db()
    found = queries.followed(db, token)
    if found is None:
        raise _refusal(queries.closed_link(db, token))
    return found


def _refusal(link: FollowLink | None) -> DomainError:
    """An unknown link (404), or one that was right and is too old or was given up (410)."""
    if link is None:
        return NotFound(
            _("Ce lien de suivi ne marche pas. Il est incomplet, ou il a plus d’un an.")
        )
    if link.revoked_at is not None:
        return Gone(
            _("Vous avez arrêté ce suivi. La liste des signalements dit encore où il en est.")
        )
    return Gone(
        _("Ce lien de suivi est trop ancien. S’il y a encore un problème, signalez-le à nouveau.")
    )


def _page(found: queries.Followed, token: str, form: Form) -> ResponseReturnValue:
    db, incident = get_db(), found.incident
    events = queries.events(db, incident)
    dates = queries.open_dates(db, incident)
    is_open = incident.kind.circuit is Circuit.OPEN
    response = form_page(
        "incidents/follow.html",
        form,
        found=found,
        incident=incident,
        token=token,
        steps=display.steps(incident, events, dates, last=_("Confirmé par vous")),
        history=display.history(incident, events),
        photos=queries.photos_for(db, found),
        followers=queries.follower_count(db, incident) if is_open else 0,
        left=following.left_on(db, incident) if is_open and found.is_reporter else (),
        original=queries.reference_of(db, incident.duplicate_of_id),
        answer=_blank_answer() if incident.status is Status.RESOLVED else None,
        is_open=is_open,
        may_be_idea=found.is_reporter and asked_as_idea()(db, incident),
        can_follow=is_open and incident.status not in ENDED,
    )
    return secret_page(response)


def asked_as_idea() -> Callable[[Session, Incident], bool]:
    """How to learn whether the reporter is asked to make an idea of it: fieldwork knows."""
    return current_app.extensions["engage_asked_as_idea"]  # type: ignore[no-any-return]


def _blank_answer() -> Form:
    return forms_apart(AnswerForm(formdata=None), "repare")


@bp.post("/suivi/<token>/prevenir")
def follow(token: str) -> ResponseReturnValue:
    found, form = _found(token), FollowForm()
    if form.validate_on_submit():
        with form.refusals():
            address = addresses.parse(form.contact.data or "")
            throttle.hit_hourly(apart(), f"follow:{visitor_address()}", limit=60)
            throttle.hit(apart(), f"follow-to:{address.value}", limit=20, window=DAY)
            if not _may_write_to(address):
                return see_other(f"/suivi/{token}")
            following.follow(get_db(), found.incident, address, language=i18n.current().code)
            flash(_("C’est noté. Nous vous prévenons à chaque étape."), "ok")
            return see_other(f"/suivi/{token}")
    return _page(found, token, form)


def _may_write_to(address: addresses.ContactAddress) -> bool:
    """Whether messages can leave; a report is on its way whatever becomes of its SMS."""
    if address.channel != Channel.SMS:
        return True
    try:
        sms_budget.admit(apart(), services().config, address.value, network=visitor_address())
    except sms_budget.NoSms as error:
        kept = _("Votre signalement est bien parti. Laissez un e-mail.")
        flash(f"{error.message} {kept}", "warn")
        return False
    return True


@bp.post("/suivi/<token>/arreter")
def unfollow(token: str) -> ResponseReturnValue:
    found, form = _found(token), AnswerForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    following.unfollow(get_db(), found.link)
    flash(_("C’est fait. Votre adresse est effacée de ce suivi."), "ok")
    if found.incident.listed:
        return see_other(f"/signalements/{found.incident.reference}")
    return see_other("/signalements")


@bp.post("/suivi/<token>/repare")
@send_once
def confirm(token: str) -> ResponseReturnValue:
    found, form = _found(token), AnswerForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    commands.confirm(get_db(), found.incident, link=found.link)
    flash(_("Merci ! C’est noté : réparé et confirmé."), "ok")
    return see_other(f"/suivi/{token}")


@bp.get("/suivi/<token>/pas-repare")
def ask_why(token: str) -> ResponseReturnValue:
    found = _found(token)
    if found.incident.status is not Status.RESOLVED:
        return see_other(f"/suivi/{token}")
    return _why_page(found, token, NotRepairedForm(formdata=None))


@bp.post("/suivi/<token>/pas-repare")
@send_once
def reopen(token: str) -> ResponseReturnValue:
    found, form = _found(token), NotRepairedForm()
    if form.validate_on_submit():
        with form.refusals():
            word = form.word.data or ""
            commands.reopen(get_db(), found.incident, link=found.link, word=word)
            flash(_("C’est noté. Le problème retourne à l’équipe."), "ok")
            return see_other(f"/suivi/{token}")
    return _why_page(found, token, form)


def _why_page(found: queries.Followed, token: str, form: Form) -> ResponseReturnValue:
    is_open = found.incident.kind.circuit is Circuit.OPEN
    response = form_page(
        "incidents/why.html", form, incident=found.incident, token=token, is_open=is_open
    )
    return secret_page(response)


@bp.get("/suivi/<token>/photos/<key>")
def photo(token: str, key: str) -> Response:
    """A photo of the follow page, never kept by a cache."""
    wanted = key.removesuffix("-small")
    if wanted not in {p.photo.key for p in queries.photos_for(get_db(), _found(token))}:
        raise NotFound
    response = make_response(services().storage.open(key))
    response.mimetype = "image/webp"
    response.headers["Cache-Control"] = "private, no-store"
    return response
