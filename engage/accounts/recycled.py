"""Numbers unseen for six months: a second proof opens the old account, else a new one begins.

Operators give a number to somebody else after some months: the code sent to it proves who has it
today, not who had it then.
"""

from sqlalchemy.orm import Session

from engage.accounts import codes, commands, queries
from engage.accounts.addresses import ContactAddress
from engage.accounts.commands import Entered
from engage.accounts.contact_messages import Change, tell_everywhere
from engage.accounts.models import ContactKind, ContactPoint, Opening, Person, SignInCode
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.secrets import clean_printed_code


def waiting(db: Session, challenge: str) -> SignInCode:
    """The code that was typed right for a number long unseen; raises `NotFound`."""
    return codes.proved(queries.awaited_code(db, challenge))


def enter_with_card(db: Session, key: bytes, challenge: str, typed: str) -> Entered:
    """Sign in with the number and the card of its holder; raises `InvalidInput`."""
    code = codes.proved(codes.held(db, challenge))
    card = ContactAddress(ContactKind.CARD, commands.card_hash(key, clean_printed_code(typed)))
    person = _holder_of_both(db, code, card)
    if person is None:
        raise InvalidInput("code", _("Cette carte ne va pas avec ce numéro. Vérifiez les lettres."))
    return _enter(db, code, person, card, Opening.CARD)


def send_code(db: Session, key: bytes, challenge: str, email: ContactAddress, lang: str) -> str:
    """Send a code to `email`, on the account or not: what it opens is looked at when it is typed.

    Returns the challenge of this second code, an ordinary one.
    """
    draft = codes.draft_of(db, waiting(db, challenge))
    return commands.send_code(db, key, email, draft=draft, language=lang)


def enter_with_email(db: Session, key: bytes, challenge: str, second: str, digits: str) -> Entered:
    """Sign in with the number and the code sent to an e-mail of its holder, else `InvalidInput`."""
    code = codes.proved(codes.held(db, challenge))
    sent = codes.right_code(db, key, second, digits)
    email = codes.address_of(sent)
    person = _holder_of_both(db, code, email)
    if person is None:
        raise InvalidInput("code", _("Cette adresse n’est pas sur le compte de ce numéro."))
    sent.used_at = clock.now()
    return _enter(db, code, person, email, Opening.CODE)


def _holder_of_both(db: Session, code: SignInCode, other: ContactAddress) -> Person | None:
    number = queries.contact_point_at(db, codes.address_of(code))
    proof = queries.contact_point_at(db, other)
    if number is None or proof is None or number.person_id != proof.person_id:
        return None
    return number.person


def _enter(
    db: Session, code: SignInCode, person: Person, proof: ContactAddress, opened_with: Opening
) -> Entered:
    code.used_at = clock.now()
    codes.mark_seen(db, codes.address_of(code))
    codes.mark_seen(db, proof)
    return Entered(person, commands.sign_in(db, person, opened_with), codes.draft_of(db, code))


def begin_anew(db: Session, key: bytes, challenge: str) -> Entered:
    """Let the number go from the account that had it and begin a new one with it."""
    code = codes.proved(codes.held(db, challenge))
    code.used_at = clock.now()
    address = codes.address_of(code)
    point = queries.contact_point_at(db, address)
    if point is not None:
        release(db, point, point.person)
    person = commands.arrive(db, key, address)
    codes.mark_seen(db, address)
    return Entered(person, commands.sign_in(db, person), codes.draft_of(db, code))


def release(db: Session, point: ContactPoint, holder: Person) -> None:
    """Take a number off the account of `holder`, who is told at the other addresses."""
    address = ContactAddress(ContactKind(point.kind), point.value)
    db.delete(point)
    db.flush()
    audit.record(db, "contact_point.release", holder)
    tell_everywhere(db, holder, Change.RELEASED, address)
