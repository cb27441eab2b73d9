"""The second step: what somebody can prove themselves with, and what follows from a change."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, selectinload

from engage.accounts import code_lists, commands, invitations, messages, passwords, queries, totp
from engage.accounts.models import Opening, Person, Proof, SignIn
from engage.accounts.policy import needs_staff_step
from engage.accounts.proofs import Authenticator, Invitation, ListKind, Passkey, Password
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.secrets import new_token, token_hash

PASSWORD_HOLDS = timedelta(hours=1)
"""How long after it was typed the password need not be typed again at the second step."""


@dataclass(frozen=True)
class Ways:
    """What a person has set up; counts of lists are None when there never was one."""

    staff: bool
    password: bool
    app: bool
    passkeys: bool
    recovery_left: int | None
    list_left: int | None

    @property
    def typed(self) -> bool:
        """Whether something can be typed: a line of the list, or digits and a password."""
        if self.staff:
            return self.app and self.password
        return bool(self.list_left)


def ways_of(db: Session, person: Person) -> Ways:
    """What `person`, whose mandates are loaded, can prove themselves with."""
    password, app, passkeys = db.execute(
        select(
            exists().where(Password.person_id == person.id),
            exists().where(Authenticator.person_id == person.id),
            exists().where(Passkey.person_id == person.id),
        )
    ).one()
    return Ways(
        staff=needs_staff_step(person),
        password=password,
        app=app,
        passkeys=passkeys,
        recovery_left=code_lists.left(db, person, ListKind.RECOVERY),
        list_left=code_lists.left(db, person, ListKind.COUNCIL),
    )


def asks_password(sign_in: SignIn) -> bool:
    """Whether staff type their password at the second step: not when they just did."""
    return sign_in.opened_with not in (Opening.PASSWORD, Opening.INVITATION) or (
        sign_in.created_at < clock.now() - PASSWORD_HOLDS
    )


def prove_as_staff(
    db: Session, person: Person, *, digits: str, recovery: str, key: bytes
) -> Proof | None:
    """Use up the digits of the app, or the recovery code; None when neither is right."""
    if digits:
        return Proof.APP if totp.spend(db, person, digits, key=key) else None
    spent = code_lists.spend(db, person, ListKind.RECOVERY, recovery, key=key)
    return Proof.RECOVERY if spent else None


def prove_as_council(db: Session, person: Person, typed: str, *, key: bytes) -> Proof | None:
    """Use up a line of the printed list; None when it is not there any more."""
    spent = code_lists.spend(db, person, ListKind.COUNCIL, typed, key=key)
    return Proof.LIST if spent else None


def strengthen(db: Session, token: str, proof: Proof) -> str:
    """Open the mandates of the sign-in behind `token`; returns the token that replaces it.

    Whoever learned the old one (session fixation) is left with nothing.
    """
    commands.pass_second_step(db, token, proof)
    return renewed(db, token)


def renewed(db: Session, token: str) -> str:
    """A new token for the sign-in behind `token`, which opens nothing any more."""
    fresh = new_token()
    db.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_hash(token))
        .values(token_hash=token_hash(fresh))
    )
    return fresh


def enter_with_password(db: Session, person_id: int, hash_: str) -> commands.Entered:
    """Sign in halfway whoever typed the password of `hash_`; the caller has verified it.

    Raises `InvalidInput` when it was changed in this very moment.
    """
    person = db.scalar(
        select(Person)
        .join(Password, Password.person_id == Person.id)
        .options(selectinload(Person.mandates))
        .where(Person.id == person_id, Password.hash == hash_, Person.closed_at.is_(None))
    )
    if person is None:
        raise InvalidInput("password", wrong_password())
    return commands.Entered(person, commands.sign_in(db, person, Opening.PASSWORD), None)


def wrong_password() -> str:
    """The one sentence for an unknown address and a wrong password."""
    return _("L’adresse ou le mot de passe n’est pas le bon.")


def enter_invited(db: Session, person: Person, hash_: str) -> commands.Entered:
    """Give the person of an invitation their password and sign them in halfway."""
    had_one = passwords.of(db, person) != passwords.DUMMY
    passwords.replace(db, person, hash_)
    sign_out_elsewhere(db, person)
    if had_one:
        announce_change(db, person, "password")
    return commands.Entered(person, commands.sign_in(db, person, Opening.INVITATION), None)


def finish_invitation(
    db: Session, invitation: Invitation, token: str, *, secret: str, step: int, key: bytes
) -> tuple[str, list[str]]:
    """Set the app up and use the link up; returns the new token and ten recovery codes.

    `token` is that of the sign-in in which the password was chosen.
    """
    person = invitation.person
    invitations.accept(db, invitation)
    totp.install(db, person, secret, step=step, key=key)
    codes = code_lists.replace(db, person, ListKind.RECOVERY, key=key)
    sign_out_elsewhere(db, person, keep=token)
    return strengthen(db, token, Proof.APP), codes


def after_change(db: Session, person: Person, token: str, what: str) -> str:
    """Sign all other devices out and tell the person; returns the new token of this device."""
    sign_out_elsewhere(db, person, keep=token)
    announce_change(db, person, what)
    return renewed(db, token)


def sign_out_elsewhere(
    db: Session, person: Person, *, keep: str = "", by: Person | None = None
) -> None:
    """Revoke the sign-ins of all other devices; `keep` is the token of this one.

    `by` is who made it necessary, when it is somebody else.
    """
    db.execute(
        update(SignIn)
        .where(
            SignIn.person_id == person.id,
            SignIn.revoked_at.is_(None),
            SignIn.token_hash != token_hash(keep),
        )
        .values(revoked_at=clock.now())
    )
    audit.record(db, "sign_in.revoke_others", person, actor_id=(by or person).id)


def announce_change(db: Session, person: Person, what: str) -> None:
    """Tell all addresses of `person` that `what` (see the template) is new."""
    for point in queries.reachable_points(db, person):
        messages.security_notice(db, person, point, what)
