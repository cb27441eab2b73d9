"""Pages of identity: say who you are with a code, a card, and leave."""

import re
from collections.abc import Callable, Mapping

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import addresses, attempts, commands, gate, queries
from engage.accounts.forms import CardForm, CodeForm, ContactForm, EmptyForm, NameForm
from engage.accounts.models import ContactKind, Draft, Person
from engage.accounts.policy import needs_second_step
from engage.core import i18n
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other, services

bp = Blueprint("accounts", __name__)

Finisher = Callable[[Session, Draft, Person], str]
"""Does what waited once its author is known; returns where to go next."""

def finishers() -> Mapping[str, Finisher]:
    """What to do with each kind of draft; named once, in `create_app`."""
    return current_app.extensions["engage_finishers"]  # type: ignore[no-any-return]


OWN_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
"""Browsers read a backslash as a slash and leave tabs and line ends out."""


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site only."""
    if target and OWN_PATH.fullmatch(target):
        return target
    return url_for("accounts.account")


@bp.get("/compte/connexion")
def sign_in() -> ResponseReturnValue:
    form = ContactForm(
        brouillon=request.args.get("brouillon", ""), suite=request.args.get("suite", "")
    )
    draft = queries.waiting_draft(get_db(), form.brouillon.data or "")
    return form_page("accounts/sign_in.html", form, draft=draft)


@bp.post("/compte/connexion")
def send_code() -> ResponseReturnValue:
    form = ContactForm()
    db = get_db()
    draft = queries.waiting_draft(db, form.brouillon.data or "")
    if form.validate_on_submit():
        with form.refusals():
            address = addresses.parse(form.contact.data or "")
            attempts.count_asked(address)
            challenge = commands.send_code(
                db,
                services().secret_key,
                address,
                draft=draft,
                language=i18n.current().code,
            )
            return see_other(
                url_for(
                    "accounts.code",
                    challenge=challenge,
                    suite=form.suite.data or None,
                    brouillon=form.brouillon.data or None,
                )
            )
    return form_page("accounts/sign_in.html", form, draft=draft)


@bp.get("/compte/code/<challenge>")
def code(challenge: str) -> ResponseReturnValue:
    return _code_page(challenge, CodeForm())


@bp.post("/compte/code/<challenge>")
def enter(challenge: str) -> ResponseReturnValue:
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_try(challenge)
            key, held = services().secret_key, gate.held_token()
            entered = commands.enter_with_code(get_db(), key, challenge, form.digits(), held=held)
            suite = request.args.get("suite")
            if isinstance(entered, commands.LongUnseen):
                return see_other(url_for("recycled.show", challenge=challenge, suite=suite))
            return welcome(entered, suite)
    return _code_page(challenge, form)


def _code_page(challenge: str, form: CodeForm) -> ResponseReturnValue:
    awaited = queries.awaited_code(get_db(), challenge)
    if awaited is None:
        raise NotFound
    address = addresses.ContactAddress(ContactKind(awaited.kind), awaited.value)
    again = url_for(
        "accounts.sign_in",
        suite=request.args.get("suite"),
        brouillon=request.args.get("brouillon"),
    )
    return form_page("accounts/code.html", form, address=address, again=again)


def welcome(entered: commands.Entered, target: str | None) -> ResponseReturnValue:
    """Finish what waited, sign the device in and go on."""
    if entered.draft is not None:
        target = finishers()[entered.draft.kind](get_db(), entered.draft, entered.person)
        get_db().delete(entered.draft)
    elif not target and needs_second_step(entered.person):
        target = gate.SECOND_STEP
    gate.remember(entered)
    return see_other(safe_next(target))


@bp.route("/compte/carte", methods=["GET", "POST"])
def card() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("suite", "code")}
    form = CardForm(**asked) if request.method == "GET" else CardForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_card()
            entered = commands.enter_with_card(
                get_db(), services().secret_key, form.code.data or ""
            )
            return welcome(entered, form.suite.data)
    return form_page("accounts/card.html", form)


@bp.get("/compte")
def account() -> ResponseReturnValue:
    person = gate.signed_in()
    return form_page(
        "accounts/account.html",
        NameForm(public_name=person.public_name),
        person=person,
    )


@bp.post("/compte/nom")
def rename() -> ResponseReturnValue:
    person = gate.signed_in()
    form = NameForm()
    if form.validate_on_submit():
        commands.rename(get_db(), person, form.public_name.data or "")
        return see_other(url_for("accounts.account"))
    return form_page("accounts/account.html", form, person=person)


@bp.post("/compte/sortie")
def sign_out() -> ResponseReturnValue:
    form = EmptyForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    gate.forget()
    return see_other(url_for("pages.home"))
