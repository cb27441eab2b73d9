"""What passwords are refused, and what is kept of those taken."""

import pytest
from sqlalchemy.orm import Session

from engage.accounts import passwords
from engage.accounts.addresses import parse
from engage.core.errors import InvalidInput
from tests.accounts.staff import PASSWORD
from tests.factories import make_person

PERSONAL = ["Nina Moreau", "n.durand@example.org", "+33639980001"]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "court",
        "treize-lettre",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "12345678901234567890",
        "motdepasse123456",
        "MotDePasse2026!!",
        "azertyuiopqsdfghjklm",
        "Azerty123456789!",
        "passwordpassword",
        "nuageux nuageux",
        "monquartier2026",
        "avec nina dedans 4 mots",
        "la maison de Moréau là-bas",
        "n.durand@example.org",
        "0 6 33 3639980001 ici",
        "x" * 201,
    ],
)
def test_short_obvious_and_personal_passwords_are_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.check(typed, personal=PERSONAL)


@pytest.mark.parametrize(
    "typed",
    [PASSWORD, "correct cheval pile agrafe", "j'aime 3 figues d'ici", "قطار غيمة مفتاح نهر"],
)
def test_four_words_in_any_script_are_taken(typed: str) -> None:
    passwords.check(typed, personal=PERSONAL)


def test_the_hash_is_argon2id_with_the_parameters_we_promise() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.DUMMY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits(kept, PASSWORD)
    assert not passwords.fits(kept, PASSWORD.upper())
    assert not passwords.fits(passwords.DUMMY, PASSWORD)


def test_an_accent_typed_in_two_signs_is_the_same_accent() -> None:
    assert passwords.fits(passwords.hashed("vélo tulipe nuage"), "ve\u0301lo tulipe nuage")


def test_an_address_without_password_has_the_dummy(db: Session) -> None:
    make_person(db, email="amina@example.org")
    for contact in ("amina@example.org", "inconnue@example.org"):
        assert passwords.at(db, parse(contact)) == (None, passwords.DUMMY)
