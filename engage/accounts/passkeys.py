"""Passkeys of people: a phone or computer that knows its holder proves both steps at once.

`challenge` gives a random text, the device signs it, `spend` takes it back once, then
`passkey_ceremony` verifies the answer, and `add` or `use` write what it proves.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from engage.accounts import commands, invitations, passwords, second_steps
from engage.accounts.models import Opening, Person, SignIn
from engage.accounts.passkey_ceremony import LIFETIME, Known, Made
from engage.accounts.policy import can_secure
from engage.accounts.proofs import Invitation, Passkey, PasskeyChallenge
from engage.core import audit, clock
from engage.core.db import Database
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.secrets import keyed_hash, token_hash

MOST = 10
"""Keys of one person: a phone, a computer and some to spare."""

FRESH = timedelta(hours=1)
"""How long after a second step a key may be added without proving oneself again."""


def challenge(db: Session, *, holder: str) -> str:
    """A random text for a device to sign; only `holder` brings it back, once, in five minutes."""
    text = secrets.token_urlsafe(32)
    row = PasskeyChallenge(
        challenge_hash=_challenge_hash(text, holder), expires_at=clock.now() + LIFETIME
    )
    db.add(row)
    db.flush()
    return text


def spend(database: Database, text: str, *, holder: str) -> bytes:
    """Use a challenge up, committed before the answer is looked at; returns what was signed.

    Raises `InvalidInput` when it was used, is too old or was given to somebody else.
    """
    with database.transaction() as db:
        gone = db.execute(
            delete(PasskeyChallenge).where(
                PasskeyChallenge.challenge_hash == _challenge_hash(text, holder),
                PasskeyChallenge.expires_at > clock.now(),
            )
        )
        known = gone.rowcount == 1  # type: ignore[attr-defined]
    if not known:
        raise InvalidInput("challenge", _("Cela a pris trop de temps. Appuyez encore une fois."))
    from webauthn import base64url_to_bytes

    return base64url_to_bytes(text)


def _challenge_hash(text: str, holder: str) -> str:
    return token_hash(f"{holder}:{text}")


def of(db: Session, person: Person) -> Sequence[Passkey]:
    """The keys of `person`, oldest first."""
    return db.scalars(
        select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)
    ).all()


def known(db: Session, credential_id: str, *, key: bytes) -> Known | None:
    """The key with this id, whoever it belongs to."""
    row = db.scalar(select(Passkey).where(Passkey.credential_id == credential_id))
    if row is None:
        return None
    handle = user_handle(key, row.person_id)
    return Known(row.id, row.person_id, row.public_key, row.sign_count, handle)


def user_handle(key: bytes, person_id: int) -> bytes:
    """What devices keep of a person: the same each time, and nothing can be read in it."""
    return bytes.fromhex(keyed_hash(key, "passkey", str(person_id)))


def use(db: Session, found: Known, sign_count: int) -> Person:
    """Note that a key signed; returns its person, mandates loaded.

    Raises `InvalidInput` when the account is closed, or the key was removed or used meanwhile.
    """
    used = db.execute(
        update(Passkey)
        .where(Passkey.id == found.id, Passkey.sign_count == found.sign_count)
        .values(sign_count=sign_count, last_used_on=clock.today())
    )
    person = db.scalar(
        select(Person)
        .options(selectinload(Person.mandates))
        .where(Person.id == found.person_id, Person.closed_at.is_(None))
    )
    if used.rowcount != 1 or person is None:  # type: ignore[attr-defined]
        raise InvalidInput("", _("Cette clé ne marche plus. Entrez d’une autre façon."))
    return person


def is_fresh(sign_in: SignIn) -> bool:
    """Whether the second step was passed within the hour: an open session alone adds no key."""
    return sign_in.second_step_at is not None and sign_in.second_step_at > clock.now() - FRESH


def can_add(person: Person | None, sign_in: SignIn) -> bool:
    """Whoever passes second steps, and has just done so."""
    return can_secure(person) and is_fresh(sign_in)


def ask_again(db: Session, sign_in: SignIn, *, person: Person) -> None:
    """Let the mandates of this sign-in wait for another second step."""
    require(can_secure, person)
    sign_in.second_step_at = None
    audit.record(db, "sign_in.weaken", sign_in, actor_id=person.id)


def add(db: Session, person: Person, new: Made, *, name: str, sign_in: SignIn, token: str) -> str:
    """Give `person` a key; other devices are signed out. Returns the new token of this one."""
    require(can_add, person, sign_in)
    _keep(db, person, new, name)
    return second_steps.after_change(db, person, token, "passkey_added")


def accept_invitation(
    db: Session, invitation: Invitation, new: Made, *, name: str
) -> commands.Entered:
    """Use an invitation up with a key in place of a password and an app: it proves both steps."""
    person = invitation.person
    invitations.accept(db, invitation)
    passwords.forget(db, person)
    _keep(db, person, new, name)
    second_steps.sign_out_elsewhere(db, person)
    second_steps.announce_change(db, person, "passkey_added")
    return enter(db, person)


def enter(db: Session, person: Person) -> commands.Entered:
    """Sign in whoever proved to hold a key of `person`, mandates opened."""
    token = commands.sign_in_fully(db, person, Opening.PASSKEY)
    return commands.Entered(person, token, None)


def _keep(db: Session, person: Person, new: Made, name: str) -> None:
    count = select(func.count()).where(Passkey.person_id == person.id)
    if (db.scalar(count) or 0) >= MOST:
        raise InvalidInput("name", _("Vous avez déjà 10 clés. Retirez-en une d’abord."))
    if db.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id)):
        raise InvalidInput("name", _("Cet appareil a déjà une clé ici."))
    row = Passkey(
        person_id=person.id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name,
        created_at=clock.now(),
    )
    db.add(row)
    db.flush()
    audit.record(db, "passkey.add", row, actor_id=person.id)


def remove(db: Session, person: Person, passkey_id: int, *, token: str) -> str:
    """Take a key away; other devices are signed out. Returns the new token of this one.

    Raises `NotFound` when it is somebody else's.
    """
    require(can_secure, person)
    row = db.get(Passkey, passkey_id)
    if row is None or row.person_id != person.id:
        raise NotFound
    audit.record(db, "passkey.remove", row, actor_id=person.id)
    db.delete(row)
    db.flush()
    return second_steps.after_change(db, person, token, "passkey_removed")
