"""People who pass a second step, and how they do it in tests."""

import pyotp
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from engage.accounts import code_lists, commands, passwords, totp
from engage.accounts.models import Opening, Person, Role
from engage.accounts.proofs import ListKind
from engage.core import clock
from engage.core.web import Engage
from tests.browsing import Browser
from tests.factories import make_person

PASSWORD = "tulipe vélo nuage Mardi"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL = "nina@example.org"

HASH = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
"""Checked in a moment: how dear the hashes are that people get is for `test_passwords`."""


def make_staff(db: Session, app: Engage, *roles: Role, email: str = EMAIL) -> Person:
    """A member of staff with `PASSWORD` and the app of `SECRET`, never used."""
    person = make_person(db, *(roles or (Role.COORDINATOR,)), email=email)
    passwords.replace(db, person, HASH)
    totp.install(db, person, SECRET, step=0, key=app.services.secret_key)
    return person


def make_member(
    db: Session, app: Engage, *roles: Role, email: str = ""
) -> tuple[Person, list[str]]:
    """A member of the council and the ten codes of their list."""
    person = make_person(db, Role.COUNCIL)
    mediator = make_person(db, Role.MEDIATOR)
    return person, code_lists.give(db, person, by=mediator, key=app.services.secret_key)


def recovery_codes(db: Session, app: Engage, person: Person) -> list[str]:
    return code_lists.replace(db, person, ListKind.RECOVERY, key=app.services.secret_key)


def digits(secret: str = SECRET, *, steps: int = 0) -> str:
    """What the app shows now, or `steps` half-minutes from now."""
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30 * steps)


def wrong_digits() -> str:
    shown = {digits(steps=step) for step in (-1, 0, 1)}
    return next(code for n in range(4) if (code := f"{n:06d}") not in shown)


def half_sign_in(browser: Browser, person: Person, opened_with: Opening = Opening.CODE) -> str:
    """Sign `person` in on this device, second step not passed; returns the cookie's token."""
    with browser.app.services.database.transaction() as db:
        token = commands.sign_in(db, person, opened_with)
    with browser.http.session_transaction() as session:
        session["_user_id"] = token
    return token


def token_of(browser: Browser) -> str:
    """The token that the cookie of this device holds."""
    with browser.http.session_transaction() as session:
        return str(session["_user_id"])
