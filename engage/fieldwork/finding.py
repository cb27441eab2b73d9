"""Who stands at the counter, by what they hold: there is no search of people."""

from datetime import timedelta

from engage.accounts import addresses, commands
from engage.accounts import queries as accounts
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, Person
from engage.core import throttle
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.secrets import clean_printed_code
from engage.core.web import apart, get_db, services
from engage.fieldwork import queries, tickets

QUARTER = timedelta(minutes=15)
TRIES = 60
"""Of one mediator in a quarter of an hour: cards are read wrongly, and nobody guesses 60 bits."""

WORD_TRIES = 5
"""Of one number in a quarter of an hour, at the counter and on the public page together."""


def by_card(actor: Person, typed: str) -> Person:
    """The holder of the card that was typed or scanned; raises `InvalidInput`."""
    throttle.hit(apart(), f"counter-card:{actor.id}", limit=TRIES, window=QUARTER)
    return _not_oneself(actor, card_holder(typed))


def card_holder(typed: str, field: str = "code") -> Person:
    """The holder of a card; a scanner types the whole address that the QR code holds."""
    code = clean_printed_code(typed.rpartition("code=")[2])
    person = None
    if code:
        hashed = commands.card_hash(services().secret_key, code)
        person = accounts.person_at(get_db(), ContactAddress(ContactKind.CARD, hashed))
    if person is None:
        raise InvalidInput(field, _("Nous ne connaissons pas cette carte. Vérifiez chaque lettre."))
    return person


def by_ticket(actor: Person, number: str, word: str) -> Person:
    """Who asked for what the ticket is about; raises `InvalidInput`."""
    count_word(number)
    db = get_db()
    ticket = tickets.opened_by(db, services().secret_key, number, word)
    person = queries.person_of_ticket(db, ticket) if ticket else None
    if person is None:
        raise InvalidInput("mot", _("Ce numéro et ce mot ne vont pas ensemble, ou sans personne."))
    return _not_oneself(actor, person)


def count_word(number: str) -> None:
    """Count one try of this number, whether it exists or not; `InvalidInput` when it is none."""
    reference = tickets.clean_number(number)
    if not reference:
        raise InvalidInput("numero", _("Tapez le numéro comme sur le ticket. Exemple : G-1042."))
    throttle.hit(apart(), f"ticket:{reference}", limit=WORD_TRIES, window=QUARTER)


def by_exact_contact(actor: Person, typed: str) -> Person | None:
    """The holder of exactly this address or card; None also when it is nobody's."""
    throttle.hit(apart(), f"counter-contact:{actor.id}", limit=20, window=QUARTER)
    if "@" in typed or typed.lstrip().startswith(("0", "+")):
        return accounts.person_at(get_db(), addresses.parse(typed))
    try:
        return card_holder(typed)
    except InvalidInput:
        return None


def _not_oneself(actor: Person, person: Person) -> Person:
    if person.id == actor.id:
        raise InvalidInput("code", _("C’est vous. Le guichet sert les autres."))
    return person
