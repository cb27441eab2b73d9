"""Opening an account for the person at the counter: the code goes to them, they read it out."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, codes, commands
from engage.accounts import queries as accounts
from engage.accounts.attempts import count_asked, count_try
from engage.accounts.models import Person
from engage.core import i18n
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.web import get_db, see_other, services
from engage.fieldwork import counter
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.forms import ContactForm, DigitsForm
from engage.fieldwork.signing_up import open_account

bp = Blueprint("counter_accounts", __name__)

SURE = ("name", "card")
"""Visits whose person may get the address: whoever holds a ticket alone gets a new account."""


@bp.get("/guichet/inscription")
@at_counter
def ask(visit: Visit) -> ResponseReturnValue:
    return counter_page("sign_up", ContactForm(formdata=None, visite=visit.token), visit)


@bp.post("/guichet/inscription")
@at_counter
def send(visit: Visit) -> ResponseReturnValue:
    """Send the code, to a known and to an unknown address alike."""
    form = ContactForm()
    if form.validate_on_submit():
        with form.refusals():
            address = addresses.parse(form.contact.data or "")
            count_asked(address, at_counter=True)
            challenge = commands.send_code(
                get_db(),
                services().secret_key,
                address,
                draft=None,
                language=i18n.current().code,
            )
            return see_other(f"/guichet/inscription/{challenge}")
    return counter_page("sign_up", form, visit)


@bp.get("/guichet/inscription/<challenge>")
@at_counter
def code(visit: Visit, challenge: str) -> ResponseReturnValue:
    return _code_page(visit, challenge, DigitsForm(formdata=None, visite=visit.token))


def _code_page(visit: Visit, challenge: str, form: DigitsForm) -> ResponseReturnValue:
    awaited = accounts.awaited_code(get_db(), challenge)
    if awaited is None:
        raise NotFound
    return counter_page("sign_up_code", form, visit, hint=codes.address_of(awaited).hint)


@bp.post("/guichet/inscription/<challenge>")
@at_counter
def enter(visit: Visit, challenge: str) -> ResponseReturnValue:
    """The digits were read out: the visit goes on with the holder of the address."""
    form = DigitsForm()
    if form.validate_on_submit():
        with form.refusals():
            count_try(challenge)
            person = _opened(visit, challenge, form.digits())
            counter.become("contact", person)
            flash(_("Le compte est ouvert. La personne entre avec son téléphone ou e-mail."), "ok")
            return see_other(counter.HOME)
    return _code_page(visit, challenge, form)


def _opened(visit: Visit, challenge: str, digits: str) -> Person:
    return open_account(
        get_db(),
        services().secret_key,
        challenge,
        digits,
        actor=counter.actor(),
        person=visit.person() if visit.how in SURE else None,
    )
