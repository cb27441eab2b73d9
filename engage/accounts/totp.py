"""The six digits of an app (TOTP, RFC 6238): its secret, its QR code, digits that work once."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.accounts.proofs import Authenticator
from engage.core import audit, clock
from engage.core.secrets import same, seal, unseal

STEP_S = 30
WINDOW = (0, -1, 1)
"""Time steps that are accepted: clocks of phones are up to half a minute off."""

SETUP_LIFETIME = timedelta(hours=1)
PURPOSE = "authenticator"


def new_setup(person: Person, *, key: bytes) -> str:
    """A new random secret, sealed for the form in which `person` sets the app up.

    A page that is only looked at changes nothing: there is a row once the digits were right.
    """
    import pyotp

    return seal(key, f"{PURPOSE}-setup:{person.id}", pyotp.random_base32())


def open_setup(person: Person, sealed: str, *, key: bytes) -> str | None:
    """The secret in the form, or None when it is another's, made up, or older than an hour."""
    return unseal(key, f"{PURPOSE}-setup:{person.id}", sealed, max_age=SETUP_LIFETIME)


def address(secret: str, *, holder: str, town: str) -> str:
    """What the QR code says to the app."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=holder, issuer_name=town)


def qr_code(text: str) -> str:
    """`text` as an inline SVG, dark on light on every screen; holds no style."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(scale=5, border=4, light="#fff", svgclass="qr", lineclass=None)


def step_of(secret: str, digits: str, *, after: int = 0) -> int | None:
    """The time step later than `after` that these digits belong to, or None."""
    import pyotp

    now = int(clock.now().timestamp()) // STEP_S
    made = pyotp.HOTP(secret)
    steps = (now + offset for offset in WINDOW if now + offset > after)
    return next((step for step in steps if same(made.at(step), digits)), None)


def install(db: Session, person: Person, secret: str, *, step: int, key: bytes) -> None:
    """Let this app prove who `person` is, in place of an earlier one; `step` was just used."""
    sealed = seal(key, PURPOSE, secret)
    row = db.get(Authenticator, person.id)
    if row is None:
        row = Authenticator(person_id=person.id)
        db.add(row)
    row.sealed_secret, row.confirmed_at, row.last_counter = sealed, clock.now(), step
    db.flush()
    audit.record(db, "authenticator.set", person, actor_id=person.id)


def spend(db: Session, person: Person, digits: str, *, key: bytes) -> bool:
    """Whether these are the digits of the person's app, not used before.

    One conditional update: of two at once one succeeds.
    """
    row = db.get(Authenticator, person.id)
    secret = unseal(key, PURPOSE, row.sealed_secret) if row else None
    if row is None or secret is None:
        return False
    step = step_of(secret, digits, after=row.last_counter)
    if step is None:
        return False
    taken = db.execute(
        update(Authenticator)
        .where(Authenticator.person_id == person.id, Authenticator.last_counter < step)
        .values(last_counter=step)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record(db, "authenticator.spend", person, actor_id=person.id)
    return True
