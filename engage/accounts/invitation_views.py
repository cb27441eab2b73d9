"""Pages behind an invitation's link: choose a password, then set up the app of six digits."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import app_pages, gate, invitations, passwords, second_steps
from engage.accounts.attempts import QUARTER
from engage.accounts.models import Opening
from engage.accounts.proof_forms import NewPasswordForm, SetUpAppForm
from engage.accounts.proofs import Invitation
from engage.accounts.second_step_views import count_try
from engage.core import throttle
from engage.core.web import apart, form_page, get_db, secret_page, see_other, services

bp = Blueprint("invitation", __name__, url_prefix="/compte/invitation/<token>")


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    invitation = invitations.standing(get_db(), token)
    if _has_begun(invitation):
        return see_other(url_for("invitation.app", token=token))
    return _password_page(NewPasswordForm(), invitation, token)


@bp.post("")
def choose(token: str) -> ResponseReturnValue:
    invitation = invitations.standing(get_db(), token)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            chosen = form.chosen(passwords.personal_words(get_db(), invitation.person))
            throttle.hit(apart(), f"invitation:{invitation.id}", limit=20, window=QUARTER)
            hash_ = passwords.hashed(chosen)
            invitation = invitations.standing(get_db(), token)
            gate.remember(second_steps.enter_invited(get_db(), invitation.person, hash_))
            return see_other(url_for("invitation.app", token=token))
    return _password_page(form, invitation, token)


def _password_page(
    form: NewPasswordForm, invitation: Invitation, token: str
) -> ResponseReturnValue:
    shown = form_page("accounts/invitation.html", form, invitation=invitation, token=token)
    return secret_page(shown)


@bp.get("/application")
def app(token: str) -> ResponseReturnValue:
    invitation = invitations.standing(get_db(), token)
    if not _has_begun(invitation):
        return see_other(url_for("invitation.show", token=token))
    return _app_page(SetUpAppForm(), invitation)


@bp.post("/application")
def confirm_app(token: str) -> ResponseReturnValue:
    invitation = invitations.standing(get_db(), token)
    if not _has_begun(invitation):
        return see_other(url_for("invitation.show", token=token))
    person, _sign_in, held = gate.device()
    form = SetUpAppForm()
    if form.validate_on_submit():
        with form.refusals():
            count_try(person)
            secret, step = app_pages.proven(form, person)
            invitation = invitations.standing(get_db(), token)
            fresh, codes = second_steps.finish_invitation(
                get_db(), invitation, held, secret=secret, step=step, key=services().secret_key
            )
            gate.renew(fresh)
            return app_pages.show_codes(codes)
    return _app_page(form, invitation)


def _app_page(form: SetUpAppForm, invitation: Invitation) -> ResponseReturnValue:
    return secret_page(app_pages.page("accounts/invitation_app.html", form, invitation.person))


def _has_begun(invitation: Invitation) -> bool:
    """Whether its person chose a password with this link, on this device."""
    actor = gate.actor()
    if actor is None or actor.id != invitation.person_id:
        return False
    _person, sign_in, _token = gate.device()
    return sign_in.opened_with == Opening.INVITATION and sign_in.created_at >= invitation.created_at
