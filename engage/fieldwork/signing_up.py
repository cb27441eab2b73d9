"""Opening an account at the counter with a phone or an e-mail: nobody is signed in by it."""

from sqlalchemy.orm import Session

from engage.accounts import codes, consents, contacts, queries, recycled
from engage.accounts import commands as accounts
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactPoint, Person
from engage.accounts.policy import has_mandate_ahead, is_long_unseen
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.fieldwork.policy import can_capture


def open_account(
    db: Session, key: bytes, challenge: str, digits: str, *, actor: Person, person: Person | None
) -> Person:
    """The holder of the address that the code was sent to, made now when there is none.

    An address that nobody holds goes to `person`, when somebody stands there already. A number
    that its account has not used for six months is let go: it may have changed hands. Call
    `count_try` first; raises `InvalidInput`.
    """
    require(can_capture, actor)
    code = codes.right_code(db, key, challenge, digits)
    address = codes.address_of(code)
    point = queries.contact_point_at(db, address)
    if point is not None and point.person_id == actor.id:
        raise InvalidInput("code", _("C’est vous. Le guichet sert les autres."))
    code.used_at = clock.now()
    if point is not None and is_long_unseen(point) and not _is_of(point, person):
        recycled.release(db, point, point.person)
        point = None
    if person is not None and point is None:
        _refuse_to_strengthen(db, person)
    holder = point.person if point is not None else _new(db, key, address, actor, person)
    codes.mark_seen(db, address)
    return holder


def _is_of(point: ContactPoint, person: Person | None) -> bool:
    return person is not None and point.person_id == person.id


def _refuse_to_strengthen(db: Session, person: Person) -> None:
    """A card alone adds no address to an account with a mandate: its holder does so alone."""
    if has_mandate_ahead(queries.mandates_of(db, person)):
        raise InvalidInput(
            "code",
            _("Cette personne a un rôle. Elle ajoute ses adresses elle-même, dans « Mon compte »."),
        )


def _new(
    db: Session, key: bytes, address: ContactAddress, actor: Person, person: Person | None
) -> Person:
    if person is None:
        person = accounts.arrive(db, key, address)
    else:
        contacts.attach(db, person, address, by=actor, language=person.language)
    consents.give(db, person, consents.ACCOUNT_BY_MEDIATOR, actor_id=actor.id)
    return person
