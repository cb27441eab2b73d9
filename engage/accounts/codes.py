"""Six-digit codes as they are typed: which one it is, whether it still works, what it proved."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, ContactPoint, Draft, Person, SignInCode
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.secrets import keyed_hash, same, token_hash

CODE_TRIES = 5
MORE_TIME = timedelta(minutes=30)
"""How long a code that was typed right waits for what else is asked for."""


def right_code(
    db: Session, key: bytes, challenge: str, digits: str, *, adds_to: Person | None = None
) -> SignInCode:
    """The code behind `challenge`, held, when `digits` are its own and it was not used.

    `adds_to` is the person it adds an address to; a code that signs in has none. Raises
    `InvalidInput`. Nobody but the caller says that it is used.
    """
    code = held(db, challenge)
    if code is None or code.used_at is not None or code.person_id != (adds_to and adds_to.id):
        raise InvalidInput("code", _("Ce code ne marche plus. Demandez un nouveau code."))
    if not same(code.code_hash, keyed_hash(key, challenge, digits)):
        raise InvalidInput("code", _wrong(code.attempts))
    return code


def held(db: Session, challenge: str) -> SignInCode | None:
    """The code behind `challenge`: nobody else uses it up before this transaction ends."""
    return db.scalar(
        select(SignInCode)
        .where(SignInCode.challenge_hash == token_hash(challenge))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _wrong(attempts: int) -> str:
    if attempts >= CODE_TRIES:
        return _("Ce code n’est pas le bon. Demandez un nouveau code.")
    return _("Ce code n’est pas le bon. Regardez le message reçu et essayez encore.")


def await_more(code: SignInCode) -> None:
    """The digits were right, but they are not enough: the rest may take a while."""
    if code.proved_at is None:
        code.proved_at = clock.now()
        code.expires_at = clock.now() + MORE_TIME


def proved(code: SignInCode | None, *, adds_to: Person | None = None) -> SignInCode:
    """`code`, when its digits were typed and what follows is still open; else `NotFound`."""
    if (
        code is None
        or code.proved_at is None
        or code.used_at is not None
        or code.expires_at <= clock.now()
        or code.person_id != (adds_to and adds_to.id)
    ):
        raise NotFound
    return code


def address_of(code: SignInCode) -> ContactAddress:
    """Where the code was sent."""
    return ContactAddress(ContactKind(code.kind), code.value)


def draft_of(db: Session, code: SignInCode) -> Draft | None:
    """What waits for this code."""
    return db.get(Draft, code.draft_id) if code.draft_id else None


def mark_seen(db: Session, address: ContactAddress) -> None:
    """Note that `address` has just proved who somebody is."""
    db.execute(
        update(ContactPoint)
        .where(
            ContactPoint.kind == address.kind.value,
            ContactPoint.value == address.value,
            ContactPoint.verified_at.is_not(None),
        )
        .values(seen_on=clock.today())
    )
