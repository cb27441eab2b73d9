"""The devices where a person is signed in: which they are, and signing them out from here."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Person, SignIn
from engage.core import audit, clock
from engage.core.errors import NotFound
from engage.core.secrets import token_hash


def standing(db: Session, person: Person) -> list[SignIn]:
    """The sign-ins of `person` that hold today, the newest first."""
    return list(
        db.scalars(
            select(SignIn)
            .where(
                SignIn.person_id == person.id,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > clock.now(),
            )
            .order_by(SignIn.id.desc())
        )
    )


def name_device(db: Session, token: str, device: str) -> None:
    """Write a coarse word for the device beside the sign-in that it has just opened."""
    db.execute(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(device=device))


def shorten(db: Session, token: str, minutes: int) -> None:
    """Let a sign-in on a device of several people end after `minutes`."""
    db.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_hash(token))
        .values(shared=True, expires_at=clock.now() + timedelta(minutes=minutes))
    )


def was_here(db: Session, token: str, person_id: int) -> bool:
    """Whether the device that holds `token` was signed in as this person until that ran out.

    One's own phone tells a loyal person from a number's new holder; not one that others share,
    nor one that was signed out.
    """
    row = select(SignIn.id).where(
        SignIn.token_hash == token_hash(token),
        SignIn.person_id == person_id,
        SignIn.revoked_at.is_(None),
        SignIn.shared.is_(False),
    )
    return db.scalar(row) is not None


def revoke(db: Session, person: Person, sign_in_id: int) -> None:
    """Sign one device of `person` out; raises `NotFound` when it is somebody else's."""
    row = db.get(SignIn, sign_in_id)
    if row is None or row.person_id != person.id:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record(db, "sign_in.revoke", row, actor_id=person.id)
