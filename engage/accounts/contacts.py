"""Writes about one's own numbers, addresses and cards: add, remove, prove what another holds."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import codes, commands, queries, recycled, second_steps
from engage.accounts.addresses import ContactAddress
from engage.accounts.contact_messages import Change, tell_everywhere
from engage.accounts.models import ContactKind, ContactPoint, Person, SignInCode
from engage.accounts.policy import can_change_ways_in, is_long_unseen
from engage.core import audit, clock
from engage.core.db import unique_or
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.i18n import _, current
from engage.core.policy import require
from engage.core.secrets import clean_printed_code, new_token, token_hash


def ask(db: Session, key: bytes, address: ContactAddress, *, person: Person) -> str:
    """Send a code that adds `address` to `person`; who else has it is not looked at yet.

    Returns the challenge, the token of the page where the code is typed.
    """
    require(can_change_ways_in, person)
    point = queries.contact_point_at(db, address)
    if point is not None and point.person_id == person.id:
        raise InvalidInput("contact", _("Vous l’avez déjà sur votre compte."))
    return commands.send_code(db, key, address, draft=None, language=current().code, adds_to=person)


def add(
    db: Session, key: bytes, challenge: str, digits: str, *, person: Person, token: str
) -> bool:
    """Add the address that the code was sent to; call `count_try` first.

    `token` is the sign-in of this device, the only one that stays. False when the address is on
    another account, which may be merged into this one. A number that account has not used for six
    months is let go instead: it may have changed hands.
    """
    require(can_change_ways_in, person)
    code = codes.right_code(db, key, challenge, digits, adds_to=person)
    address = codes.address_of(code)
    point = queries.contact_point_at(db, address)
    if point is not None and point.person_id != person.id:
        if not is_long_unseen(point):
            codes.await_more(code)
            return False
        recycled.release(db, point, point.person)
        point = None
    code.used_at = clock.now()
    if point is None:
        _add(db, person, address, token)
    return True


def attach(
    db: Session, person: Person, address: ContactAddress, *, by: Person, language: str
) -> None:
    """Give `person` one more proven address and tell the others; raises `Conflict`."""
    tell_everywhere(db, person, Change.ADDED, address, language=language)
    point = ContactPoint(
        person_id=person.id,
        kind=address.kind.value,
        value=address.value,
        verified_at=clock.now(),
        seen_on=clock.today(),
    )
    with unique_or(db, Conflict(_("Quelqu’un vient d’ajouter cette adresse."))):
        db.add(point)
        db.flush()
    audit.record(db, "contact_point.add", point, actor_id=by.id)


def _add(db: Session, person: Person, address: ContactAddress, token: str) -> None:
    attach(db, person, address, by=person, language=current().code)
    second_steps.sign_out_elsewhere(db, person, keep=token)


def prove_card(db: Session, key: bytes, typed: str, *, person: Person) -> str:
    """Prove to hold the card of another account; returns the challenge with which to merge it."""
    require(can_change_ways_in, person)
    hash_ = commands.card_hash(key, clean_printed_code(typed))
    point = queries.contact_point_at(db, ContactAddress(ContactKind.CARD, hash_))
    if point is None:
        raise InvalidInput("code", _("Nous ne connaissons pas ce code. Vérifiez chaque lettre."))
    if point.person_id == person.id:
        raise InvalidInput("code", _("Vous l’avez déjà sur votre compte."))
    challenge = new_token()
    code = SignInCode(
        challenge_hash=token_hash(challenge),
        kind=point.kind,
        value=point.value,
        code_hash=token_hash(new_token()),
        person_id=person.id,
        expires_at=clock.now(),
        created_at=clock.now(),
    )
    codes.await_more(code)
    db.add(code)
    db.flush()
    audit.record(db, "card.prove", code, actor_id=person.id)
    return challenge


def remove(db: Session, point_id: int, *, person: Person, token: str) -> None:
    """Take an address or a card off the account, unless nothing would be left to enter with."""
    require(can_change_ways_in, person)
    db.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    point, alone = own(db, point_id, person)
    if alone:
        raise InvalidInput(
            "", _("C’est votre seul moyen d’entrer. Ajoutez d’abord un autre numéro ou e-mail.")
        )
    address = ContactAddress(ContactKind(point.kind), point.value)
    tell_everywhere(db, person, Change.REMOVED, address, language=current().code)
    audit.record(db, "contact_point.remove", point, actor_id=person.id)
    db.delete(point)
    second_steps.sign_out_elsewhere(db, person, keep=token)


def own(db: Session, point_id: int, person: Person) -> tuple[ContactPoint, bool]:
    """One's own address and whether it is the only one; raises `NotFound` for another's."""
    points = queries.contact_points_of(db, person)
    point = next((point for point in points if point.id == point_id), None)
    if point is None:
        raise NotFound
    return point, len(points) == 1
