"""Printed cards at the counter: make one, replace a lost one; the council's lists of codes."""

import hashlib
import hmac

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import code_lists
from engage.accounts import queries as accounts
from engage.accounts.addresses import ContactAddress
from engage.accounts.cards import Recognised
from engage.accounts.commands import card_hash
from engage.accounts.models import ContactKind, Person
from engage.accounts.policy import can_give_code_list
from engage.core.errors import InvalidInput
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.secrets import CODE_ALPHABET
from engage.core.web import form_page, get_db, see_other, services
from engage.fieldwork import commands, counter, finding, queries
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.forms import CouncilForm, LostCardForm, VisitForm
from engage.fieldwork.ticket_views import qr

bp = Blueprint("counter_cards", __name__)


def card_code(visit: Visit, person: Person) -> str:
    """The code of the card made in this visit: nobody finds it again when the visit is over."""
    text = f"card-code:{visit.token}:{person.id}".encode()
    number = int.from_bytes(hmac.new(services().secret_key, text, hashlib.sha256).digest(), "big")
    letters = []
    for _place in range(12):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))


def made_here(visit: Visit, person: Person) -> bool:
    """Whether the card of this person was made in this visit."""
    hashed = card_hash(services().secret_key, card_code(visit, person))
    holder = accounts.person_at(get_db(), ContactAddress(ContactKind.CARD, hashed))
    return holder is not None and holder.id == person.id


@bp.get("/guichet/carte")
@at_counter
def card(visit: Visit) -> ResponseReturnValue:
    """Offer a card, or the replacement of a lost one."""
    return _card_page(visit, LostCardForm(formdata=None, visite=visit.token))


def _card_page(visit: Visit, form: LostCardForm) -> ResponseReturnValue:
    person = visit.person()
    if person is None:
        return see_other(counter.HOME)
    return counter_page(
        "card",
        form,
        visit,
        attesting=_must_attest(visit, person),
        made_here=made_here(visit, person),
    )


@bp.post("/guichet/carte")
@at_counter
@send_once
def make(visit: Visit) -> ResponseReturnValue:
    """Make the first card of somebody."""
    form, person = VisitForm(), visit.person()
    if person is None or not form.validate_on_submit() or _must_attest(visit, person):
        return see_other("/guichet/carte")
    return _hand(visit, person, None)


def _must_attest(visit: Visit, person: Person) -> bool:
    """Whether a card replaces one, or goes to somebody of whom only a ticket is known."""
    return visit.how == "ticket" or queries.has_card(get_db(), person)


def _hand(visit: Visit, person: Person, lost: Recognised | None) -> ResponseReturnValue:
    commands.hand_card(
        get_db(),
        person,
        card_code(visit, person),
        key=services().secret_key,
        actor=counter.actor(),
        lost=lost,
    )
    counter.become("card", person)
    return see_other("/guichet/carte/imprimer")


@bp.post("/guichet/carte/perdue")
@at_counter
@send_once
def replace(visit: Visit) -> ResponseReturnValue:
    """Cancel the lost card; a code sent to the person, a ticket or the mediator's word proves."""
    form, person = LostCardForm(), visit.person()
    if person is None:
        return see_other(counter.HOME)
    if form.validate_on_submit():
        with form.refusals():
            return _hand(visit, person, _proof(visit, attested=form.atteste.data))
    return _card_page(visit, form)


def _proof(visit: Visit, *, attested: bool) -> Recognised:
    """How this visit knows the person; raises `InvalidInput` when only a first name was said."""
    if visit.how == "contact":
        return Recognised.CONTACT
    if not attested:
        raise InvalidInput("atteste", _("Cochez seulement si vous connaissez cette personne."))
    return Recognised.TICKET if visit.how == "ticket" else Recognised.ATTESTED


@bp.get("/guichet/carte/imprimer")
@at_counter
def show(visit: Visit) -> ResponseReturnValue:
    """The card, to be printed during this visit only."""
    person = visit.person()
    if person is None or not made_here(visit, person):
        return see_other("/guichet/carte")
    code, base = card_code(visit, person), services().config.base_url
    return counter_page(
        "card_print",
        VisitForm(formdata=None),
        visit,
        code=code,
        qr=qr(f"{base}/compte/carte?code={code}"),
        address=base.partition("://")[2],
    )


@bp.get("/guichet/codes-conseil")
def council() -> ResponseReturnValue:
    """Ask for the exact contact or the card of a member: nobody is searched."""
    counter.actor()
    return form_page("fieldwork/council.html", CouncilForm(formdata=None))


@bp.post("/guichet/codes-conseil")
def give_codes() -> ResponseReturnValue:
    """Show ten new codes once, here and now: sent again, a newer list replaces this one."""
    actor, form = counter.actor(), CouncilForm()
    if form.validate_on_submit():
        with form.refusals():
            member = finding.by_exact_contact(actor, form.contact.data or "")
            if member is None or member.id == actor.id or not can_give_code_list(actor, member):
                raise InvalidInput("contact", _("Aucun membre du conseil n’a ce contact exact."))
            codes = code_lists.give(get_db(), member, by=actor, key=services().secret_key)
            return form_page("fieldwork/council_print.html", form, codes=codes)
    return form_page("fieldwork/council.html", form)
