"""Pages of identity: say who you are with a code, a card, and leave."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import addresses, attempts, attesting, commands, gate, queries, sent_here
from engage.accounts.forms import ContactForm, EmptyForm, EnterCardForm, EnterForm, NameForm
from engage.accounts.models import ContactKind, Draft, Person
from engage.accounts.policy import needs_second_step
from engage.core import i18n
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.sms_budget import NoSms
from engage.core.web import form_page, get_db, page, secret_page, see_other, services

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
    return _code_page(challenge, EnterForm())


@bp.post("/compte/code/<challenge>")
def enter(challenge: str) -> ResponseReturnValue:
    form = EnterForm()
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_try(challenge)
            key, held = services().secret_key, gate.held_token()
            entered = commands.enter_with_code(get_db(), key, challenge, form.digits(), held=held)
            suite = request.args.get("suite")
            if isinstance(entered, commands.LongUnseen):
                gate.expect(shared=form.partage.data)
                return see_other(url_for("recycled.show", challenge=challenge, suite=suite))
            return welcome(entered, suite, shared=form.partage.data)
    return _code_page(challenge, form)


@bp.app_errorhandler(NoSms)
def _no_sms(error: NoSms) -> ResponseReturnValue:
    """A cap of SMS is reached: what waits is kept, and there are three other ways."""
    token, suite = request.form.get("brouillon"), request.form.get("suite")
    response = page(
        "accounts/no_sms.html",
        error.status,
        message=error.message,
        draft=queries.waiting_draft(get_db(), token or ""),
        by_email=url_for("accounts.sign_in", brouillon=token or None, suite=suite or None),
        by_card=url_for("accounts.card", brouillon=token or None, suite=suite or None),
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _code_page(challenge: str, form: EnterForm) -> ResponseReturnValue:
    awaited = queries.awaited_code(get_db(), challenge)
    if awaited is None:
        raise NotFound
    address = addresses.ContactAddress(ContactKind(awaited.kind), awaited.value)
    again = url_for(
        "accounts.sign_in",
        suite=request.args.get("suite"),
        brouillon=request.args.get("brouillon") or (challenge if awaited.draft_id else None),
    )
    return secret_page(form_page("accounts/code.html", form, address=address, again=again))


def welcome(
    entered: commands.Entered, target: str | None, *, shared: bool | None = None
) -> ResponseReturnValue:
    """Finish what waited, sign the device in and go on.

    Without `shared` an earlier step has asked whether others use the device.
    """
    if entered.draft is not None:
        target = finishers()[entered.draft.kind](get_db(), entered.draft, entered.person)
        get_db().delete(entered.draft)
    elif not target and needs_second_step(entered.person):
        target = gate.SECOND_STEP
    shared = gate.is_shared() if shared is None else shared
    gate.remember(entered, shared=shared, target=target)
    return sent_here.finished(see_other(safe_next(target)), entered.draft)


@bp.route("/compte/carte", methods=["GET", "POST"])
def card() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("suite", "code", "brouillon")}
    form = EnterCardForm(**asked) if request.method == "GET" else EnterCardForm()
    draft = queries.waiting_draft(get_db(), form.brouillon.data or "")
    if form.validate_on_submit():
        with form.refusals():
            attempts.count_card()
            entered = commands.enter_with_card(
                get_db(), services().secret_key, form.code.data or ""
            )
            entered = replace(entered, draft=draft)
            return welcome(entered, form.suite.data, shared=form.partage.data)
    return form_page("accounts/card.html", form, draft=draft)


@bp.get("/compte")
def account() -> ResponseReturnValue:
    person = gate.signed_in()
    return _account_page(person, NameForm(public_name=person.public_name))


@bp.post("/compte/nom")
def rename() -> ResponseReturnValue:
    person = gate.signed_in()
    form = NameForm()
    if form.validate_on_submit():
        with form.refusals():
            commands.rename(get_db(), person, form.public_name.data or "")
            return see_other(url_for("accounts.account"))
    return _account_page(person, form)


def _account_page(person: Person, form: NameForm) -> ResponseReturnValue:
    attests = attesting.can_attest_somewhere(person, attesting.landlords_of(get_db(), person))
    return form_page("accounts/account.html", form, person=person, attests=attests)


@bp.post("/compte/sortie")
def sign_out() -> ResponseReturnValue:
    form = EmptyForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    return see_other(gate.forget())
