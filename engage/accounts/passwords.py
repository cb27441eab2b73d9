"""Passwords of staff: argon2id, fourteen characters at least, none of the obvious ones.

Hashing takes a tenth of a second and 19 MiB: call `hashed` and `fits` with no transaction open.
"""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactPoint, Person
from engage.accounts.proofs import Password
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.folding import fold
from engage.core.i18n import _

SHORTEST, LONGEST = 14, 200
"""CNIL 2022-100: fourteen characters without a rule about their kinds."""

FEWEST_KINDS = 5
OWN_LETTERS = 8
COMMON = (
    *("motdepasse", "password", "passw0rd", "bonjour", "soleil", "bienvenue", "jetaime", "loulou"),
    *("monquartier", "quartier", "engage", "mairie", "cahors", "admin", "welcome", "letmein"),
    *("azertyuiop", "qsdfghjklm", "wxcvbn", "azerty", "qwertyuiop", "asdfghjkl", "qwerty"),
    *("abcdefghijklmnopqrstuvwxyz", "abcdefgh", "abcdef", "abc123"),
    *("01234567890", "1234567890", "0987654321", "987654321", "123456789", "12345678", "123456"),
    *("france", "marseille", "doudou", "chouchou", "iloveyou", "12345", "1234", "2024", "2025"),
    *("2026", "2027"),
)
"""What a guesser tries first; a password needs eight characters beside these."""

DUMMY = (
    "$argon2id$v=19$m=19456,t=2,p=1$WcgYyOF1yGpXtWeNsTJMow"
    "$B2Tu62BZaK0HlOD6ZVvbAakcGDJBaQtK/JSwkJDJK8Q"
)
"""The hash of a random text that nobody knows: unknown addresses cost the same work."""


def hashed(typed: str) -> str:
    """The argon2id hash of a password (19 MiB, 2 passes, as OWASP advises)."""
    from argon2 import PasswordHasher

    made = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
    return made.hash(_normal(typed))


def fits(hash_: str, typed: str) -> bool:
    """Whether this is the password of the hash."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    try:
        return PasswordHasher().verify(hash_, _normal(typed))
    except VerifyMismatchError:
        return False


def _normal(typed: str) -> str:
    """Keyboards write é in one sign or in two."""
    return unicodedata.normalize("NFC", typed)


def check(typed: str, *, personal: Iterable[str], field: str = "password") -> None:
    """Refuse what is short or obvious; `personal` are names and addresses of who chooses.

    Raises `InvalidInput` on `field`.
    """
    if len(typed) < SHORTEST:
        raise InvalidInput(field, _("Choisissez au moins 14 caractères."))
    if len(typed) > LONGEST:
        raise InvalidInput(field, _("Choisissez 200 caractères au plus."))
    if _is_obvious(typed):
        raise InvalidInput(
            field, _("Ce mot de passe est trop facile à deviner. Prenez par exemple 4 mots.")
        )
    if _tells(typed, personal):
        raise InvalidInput(field, _("Ne mettez ni votre nom ni votre adresse."))


def _is_obvious(typed: str) -> bool:
    text = "".join(_words(typed))
    text = text[: (text + text).find(text, 1)]  # of what is repeated, once
    if len(set(text)) < FEWEST_KINDS:
        return True
    for word in COMMON:
        text = text.replace(word, "")
    return len(text) < OWN_LETTERS


def _tells(typed: str, personal: Iterable[str]) -> bool:
    text = "".join(_words(typed))
    return any(word in text for one in personal for word in _words(one) if len(word) >= 4)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def at(db: Session, address: ContactAddress) -> tuple[int | None, str]:
    """(person, hash) behind an address; (None, `DUMMY`) when there is no password."""
    row = db.execute(
        select(Password.person_id, Password.hash)
        .join(ContactPoint, ContactPoint.person_id == Password.person_id)
        .join(Person, Person.id == Password.person_id)
        .where(
            ContactPoint.kind == address.kind.value,
            ContactPoint.value == address.value,
            ContactPoint.verified_at.is_not(None),
            Person.closed_at.is_(None),
        )
    ).one_or_none()
    return (row.person_id, row.hash) if row else (None, DUMMY)


def of(db: Session, person: Person) -> str:
    """The hash of a person's password, `DUMMY` when they have none."""
    return db.scalar(select(Password.hash).where(Password.person_id == person.id)) or DUMMY


def personal_words(db: Session, person: Person) -> list[str]:
    """What must not stand in the person's password."""
    values = db.scalars(select(ContactPoint.value).where(ContactPoint.person_id == person.id))
    return [person.public_name, *values]


def forget(db: Session, person: Person) -> None:
    """Let no password open anything for `person`: they have another proof."""
    db.execute(delete(Password).where(Password.person_id == person.id))


def replace(db: Session, person: Person, hash_: str) -> None:
    """Give the person this password."""
    row = db.get(Password, person.id)
    if row is None:
        db.add(Password(person_id=person.id, hash=hash_, changed_at=clock.now()))
    else:
        row.hash, row.changed_at = hash_, clock.now()
    db.flush()
    audit.record(db, "password.set", person, actor_id=person.id)
