"""Pages of "Ma sécurité": change the password or the app, make new recovery codes."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import app_pages, code_lists, gate, passkeys, passwords, second_steps, totp
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.accounts.policy import can_secure, can_use_app
from engage.accounts.proof_forms import ChangeAppForm, ChangePasswordForm, CurrentPasswordForm
from engage.accounts.proofs import ListKind
from engage.accounts.second_step_views import count_try, is_password_of
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other, services

bp = Blueprint("security", __name__, url_prefix="/compte/securite")


@bp.get("")
def show() -> ResponseReturnValue:
    person = gate.signed_in()
    require(can_secure, person)
    db = get_db()
    return form_page(
        "accounts/security.html",
        EmptyForm(),
        ways=second_steps.ways_of(db, person),
        few=code_lists.FEW,
        keys=passkeys.of(db, person),
    )


@bp.route("/mot-de-passe", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    require(can_use_app, person)
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            chosen = form.chosen(passwords.personal_words(get_db(), person))
            _check_current(person, form)
            hash_ = passwords.hashed(chosen)
            passwords.replace(get_db(), person, hash_)
            gate.renew(second_steps.after_change(get_db(), person, token, "password"))
            return _done(_("Votre mot de passe a changé. Vos autres appareils sont déconnectés."))
    return form_page("accounts/change_password.html", form)


@bp.route("/application", methods=["GET", "POST"])
def app() -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    require(can_use_app, person)
    form = ChangeAppForm()
    if form.validate_on_submit():
        with form.refusals():
            _check_current(person, form)
            secret, step = app_pages.proven(form, person)
            totp.install(get_db(), person, secret, step=step, key=services().secret_key)
            gate.renew(second_steps.after_change(get_db(), person, token, "app"))
            return _done(_("Votre application a changé. Vos autres appareils sont déconnectés."))
    return app_pages.page("accounts/change_app.html", form, person)


@bp.route("/nouveaux-codes", methods=["GET", "POST"])
def new_codes() -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    require(can_use_app, person)
    form = CurrentPasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            _check_current(person, form)
            key = services().secret_key
            codes = code_lists.replace(get_db(), person, ListKind.RECOVERY, key=key)
            gate.renew(second_steps.after_change(get_db(), person, token, "recovery"))
            return app_pages.show_codes(codes)
    return form_page("accounts/new_codes.html", form)


@bp.get("/codes")
def codes() -> ResponseReturnValue:
    require(can_use_app, gate.signed_in())
    shown = app_pages.shown_codes()
    if not shown:
        return see_other(url_for("security.show"))
    return form_page("accounts/codes.html", EmptyForm(), codes=shown)


@bp.post("/codes")
def noted() -> ResponseReturnValue:
    """The person has the codes: this device shows them no more."""
    require(can_use_app, gate.signed_in())
    app_pages.forget_codes()
    return see_other(url_for("security.show"))


def _check_current(person: Person, form: ChangePasswordForm | CurrentPasswordForm) -> None:
    count_try(person)
    if not is_password_of(person, form.current.data or ""):
        raise InvalidInput("current", _("Ce n’est pas votre mot de passe actuel."))


def _done(words: str) -> ResponseReturnValue:
    flash(words, "ok")
    return see_other(url_for("security.show"))
