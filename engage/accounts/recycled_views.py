"""Pages for a number that was unseen for six months: a second proof, or a new account."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, attempts, codes, queries, recycled, views
from engage.accounts.contact_forms import EmailForm
from engage.accounts.forms import CardForm, CodeForm, EmptyForm
from engage.accounts.models import ContactKind
from engage.core import i18n
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import Form
from engage.core.i18n import _
from engage.core.web import form_page, get_db, secret_page, see_other, services

bp = Blueprint("recycled", __name__)


def _suite() -> str | None:
    return request.args.get("suite")


def _page(challenge: str, form: Form) -> ResponseReturnValue:
    """Both ways to give a second proof, and the way on without; `form` is the one in use."""
    code = recycled.waiting(get_db(), challenge)
    to = {
        name: url_for(f"recycled.{name}", challenge=challenge, suite=_suite())
        for name in ("card", "email", "begin")
    }
    response = form_page(
        "accounts/old_number.html",
        form,
        card=form if isinstance(form, CardForm) else CardForm(formdata=None),
        email=form if isinstance(form, EmailForm) else EmailForm(formdata=None),
        to=to,
        address=codes.address_of(code),
    )
    return secret_page(response)


@bp.get("/compte/ancien-numero/<challenge>")
def show(challenge: str) -> ResponseReturnValue:
    return _page(challenge, EmptyForm())


@bp.post("/compte/ancien-numero/<challenge>/carte")
def card(challenge: str) -> ResponseReturnValue:
    form = CardForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_card()
            typed = form.code.data or ""
            entered = recycled.enter_with_card(get_db(), services().secret_key, challenge, typed)
            return views.welcome(entered, _suite())
    return _page(challenge, form)


@bp.post("/compte/ancien-numero/<challenge>/courriel")
def email(challenge: str) -> ResponseReturnValue:
    form = EmailForm()
    if form.validate_on_submit():
        with form.refusals():
            address = addresses.parse(form.contact.data or "")
            if address.kind is not ContactKind.EMAIL:
                raise InvalidInput("contact", _("Écrivez une adresse e-mail."))
            attempts.count_asked(address)
            second = recycled.send_code(
                get_db(), services().secret_key, challenge, address, i18n.current().code
            )
            return see_other(
                url_for("recycled.email_code", challenge=challenge, second=second, suite=_suite())
            )
    return _page(challenge, form)


@bp.get("/compte/ancien-numero/<challenge>/courriel/<second>")
def email_code(challenge: str, second: str) -> ResponseReturnValue:
    return _email_page(challenge, second, CodeForm())


@bp.post("/compte/ancien-numero/<challenge>/courriel/<second>")
def prove_email(challenge: str, second: str) -> ResponseReturnValue:
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_try(second)
            entered = recycled.enter_with_email(
                get_db(), services().secret_key, challenge, second, form.digits()
            )
            return views.welcome(entered, _suite())
    return _email_page(challenge, second, form)


def _email_page(challenge: str, second: str, form: CodeForm) -> ResponseReturnValue:
    recycled.waiting(get_db(), challenge)
    awaited = queries.awaited_code(get_db(), second)
    if awaited is None:
        raise NotFound
    again = url_for("recycled.show", challenge=challenge, suite=_suite())
    shown = form_page("accounts/code.html", form, address=codes.address_of(awaited), again=again)
    return secret_page(shown)


@bp.post("/compte/ancien-numero/<challenge>/nouveau")
def begin(challenge: str) -> ResponseReturnValue:
    form = EmptyForm()
    if not form.validate_on_submit():
        return _page(challenge, form)
    return views.welcome(recycled.begin_anew(get_db(), services().secret_key, challenge), _suite())
