"""Reads about people: who is signed in, which code is awaited, which draft waits."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import (
    ALBUM,
    ContactKind,
    ContactPoint,
    Draft,
    DraftPhoto,
    Mandate,
    Person,
    SignIn,
    SignInCode,
)
from engage.core import clock
from engage.core.photos import Photo
from engage.core.secrets import token_hash

SIGNED_IN = (
    select(SignIn)
    .join(SignIn.person)
    .options(contains_eager(SignIn.person).joinedload(Person.mandates))
    .where(
        SignIn.token_hash == bindparam("hash"),
        SignIn.revoked_at.is_(None),
        SignIn.expires_at > bindparam("now"),
        Person.closed_at.is_(None),
    )
)
"""Asked by every page of somebody signed in: built once."""


def sign_in_of(db: Session, token: str) -> SignIn | None:
    """The standing sign-in of the device that holds `token`; person and mandates in one go."""
    return db.scalar(SIGNED_IN, {"hash": token_hash(token), "now": clock.now()})


def person_at(db: Session, address: ContactAddress) -> Person | None:
    """The person who proved to hold `address`, mandates loaded."""
    return db.scalar(
        select(Person)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .options(joinedload(Person.mandates))
        .where(
            ContactPoint.kind == address.kind.value,
            ContactPoint.value == address.value,
            ContactPoint.verified_at.is_not(None),
            Person.closed_at.is_(None),
        )
    )


def contact_point_at(db: Session, address: ContactAddress) -> ContactPoint | None:
    """The proven `address` with the person who holds it, mandates loaded."""
    return db.scalar(
        select(ContactPoint)
        .join(ContactPoint.person)
        .options(contains_eager(ContactPoint.person).joinedload(Person.mandates))
        .where(
            ContactPoint.kind == address.kind.value,
            ContactPoint.value == address.value,
            ContactPoint.verified_at.is_not(None),
            Person.closed_at.is_(None),
        )
    )


def awaited_code(db: Session, challenge: str) -> SignInCode | None:
    """The code that the page `/compte/code/<challenge>` waits for, used or not."""
    return db.scalar(select(SignInCode).where(SignInCode.challenge_hash == token_hash(challenge)))


def waiting_draft(db: Session, token: str) -> Draft | None:
    """What waits for its author under `token`, its own or that of a code's page, if not too old."""
    hashed = token_hash(token)
    awaited = select(SignInCode.draft_id).where(SignInCode.challenge_hash == hashed)
    return db.scalar(
        select(Draft).where(
            or_(Draft.token_hash == hashed, Draft.id == awaited.scalar_subquery()),
            Draft.expires_at > clock.now(),
            Draft.kind != ALBUM,
        )
    )


def waiting_album(db: Session, token: str) -> Draft | None:
    """The photos that wait under `token` for their form to be right, unless it is too old."""
    return db.scalar(
        select(Draft).where(
            Draft.token_hash == token_hash(token),
            Draft.expires_at > clock.now(),
            Draft.kind == ALBUM,
        )
    )


def draft_photos(db: Session, draft: Draft) -> Sequence[Photo]:
    """The photos that wait with it, in their order."""
    return db.scalars(
        select(Photo)
        .join(DraftPhoto, DraftPhoto.photo_id == Photo.id)
        .where(DraftPhoto.draft_id == draft.id)
        .order_by(DraftPhoto.position)
    ).all()


def draft_photo_ids(db: Session, draft: Draft) -> Sequence[int]:
    """The photos that wait with it, in their order."""
    return db.scalars(
        select(DraftPhoto.photo_id)
        .where(DraftPhoto.draft_id == draft.id)
        .order_by(DraftPhoto.position)
    ).all()


def contact_points_of(db: Session, person: Person) -> list[ContactPoint]:
    """The person's proven addresses, oldest first."""
    return list(
        db.scalars(
            select(ContactPoint)
            .where(ContactPoint.person_id == person.id, ContactPoint.verified_at.is_not(None))
            .order_by(ContactPoint.id)
        )
    )


def reachable_points(db: Session, person: Person) -> Sequence[ContactPoint]:
    """Where the person can be written to, oldest first: proven addresses that are no card."""
    return db.scalars(
        select(ContactPoint)
        .where(
            ContactPoint.person_id == person.id,
            ContactPoint.verified_at.is_not(None),
            ContactPoint.kind != ContactKind.CARD,
        )
        .order_by(ContactPoint.id)
    ).all()


def mandates_of(db: Session, person: Person) -> Sequence[Mandate]:
    """All mandates of a person that was loaded without them."""
    return db.scalars(select(Mandate).where(Mandate.person_id == person.id)).all()


def address_of(db: Session, person: Person) -> ContactAddress | None:
    """Where to write to a person: an e-mail address before a phone; a card receives nothing."""
    points = {point.kind: point.value for point in contact_points_of(db, person)}
    for kind in (ContactKind.EMAIL, ContactKind.PHONE):
        if kind.value in points:
            return ContactAddress(kind, points[kind.value])
    return None
