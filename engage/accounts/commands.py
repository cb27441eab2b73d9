"""Writes about people: codes, sign-ins, drafts, mandates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts import codes, departures, messages, queries, sign_ins
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import (
    ContactKind,
    ContactPoint,
    Draft,
    DraftPhoto,
    Mandate,
    Opening,
    Person,
    Proof,
    Role,
    SignIn,
    SignInCode,
)
from engage.accounts.policy import is_long_unseen
from engage.core import audit, clock, masking
from engage.core.db import Database
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.secrets import (
    clean_printed_code,
    keyed_hash,
    new_digits,
    new_token,
    token_hash,
)

CODE_LIFETIME = timedelta(minutes=10)
SIGN_IN_LIFETIME = timedelta(days=180)
DRAFT_LIFETIME = timedelta(days=7)


def keep_draft(
    db: Session, kind: str, payload: dict[str, Any], *, photo_ids: Sequence[int] = ()
) -> str:
    """Keep what somebody did before saying who they are; returns its token."""
    token = new_token()
    moment = clock.now()
    draft = Draft(
        token_hash=token_hash(token),
        kind=kind,
        payload=payload,
        created_at=moment,
        expires_at=moment + DRAFT_LIFETIME,
    )
    db.add(draft)
    db.flush()
    db.add_all(
        DraftPhoto(draft_id=draft.id, position=n, photo_id=id_) for n, id_ in enumerate(photo_ids)
    )
    db.flush()
    return token


def drop_draft(db: Session, token: str) -> None:
    """Let what waits under `token` go: the next purge takes it with its photo."""
    draft = queries.waiting_draft(db, token)
    if draft is not None:
        draft.expires_at = clock.now()


def send_code(
    db: Session,
    key: bytes,
    address: ContactAddress,
    *,
    draft: Draft | None,
    language: str,
    adds_to: Person | None = None,
) -> str:
    """Send a six-digit code to `address`, known or not: same work, same answer.

    It signs in, or adds the address to the person `adds_to`. Returns the challenge, the token of
    the page where the code is typed.
    """
    challenge, digits = new_token(), new_digits()
    moment = clock.now()
    code = SignInCode(
        challenge_hash=token_hash(challenge),
        kind=address.kind.value,
        value=address.value,
        code_hash=keyed_hash(key, challenge, digits),
        expires_at=moment + CODE_LIFETIME,
        person_id=adds_to.id if adds_to else None,
        draft_id=draft.id if draft else None,
        created_at=moment,
    )
    db.add(code)
    db.flush()
    audit.record(db, "code.send", code)
    messages.sign_in_code(db, code, address, digits=digits, page=challenge, language=language)
    return challenge


def count_try(database: Database, challenge: str) -> None:
    """Use up one of the five tries, committed before the code is looked at.

    Raises `InvalidInput` when none is left, the code is too old or was used, `NotFound` when the
    page never existed. Twenty tries at once use up five: the counter is one conditional update.
    """
    with database.transaction() as db:
        code = queries.awaited_code(db, challenge)
        if code is None:
            raise NotFound
        counted = db.execute(
            update(SignInCode)
            .where(
                SignInCode.id == code.id,
                SignInCode.attempts < codes.CODE_TRIES,
                SignInCode.used_at.is_(None),
                SignInCode.expires_at > clock.now(),
            )
            .values(attempts=SignInCode.attempts + 1)
        )
        dead = counted.rowcount == 0  # type: ignore[attr-defined]
    if dead:
        raise InvalidInput("code", _("Ce code ne marche plus. Demandez un nouveau code."))


@dataclass(frozen=True)
class Entered:
    """Who has just signed in, the token for the device's cookie, and what waited for it."""

    person: Person
    token: str
    draft: Draft | None


@dataclass(frozen=True)
class LongUnseen:
    """The digits were right, but the number was unseen for so long that more is asked for."""

    challenge: str


def enter_with_code(
    db: Session, key: bytes, challenge: str, digits: str, *, held: str = ""
) -> Entered | LongUnseen:
    """Sign in with the code that was sent; call `count_try` first.

    Raises `InvalidInput` when the digits differ. The first use of an address makes the person.
    `held` is the token that this device still holds of an earlier sign-in.
    """
    code = codes.right_code(db, key, challenge, digits)
    address = codes.address_of(code)
    point = queries.contact_point_at(db, address)
    if (
        point is not None
        and is_long_unseen(point)
        and not sign_ins.was_here(db, held, point.person_id)
    ):
        codes.await_more(code)
        return LongUnseen(challenge)
    code.used_at = clock.now()
    person = point.person if point is not None else arrive(db, key, address)
    codes.mark_seen(db, address)
    return Entered(person, sign_in(db, person), codes.draft_of(db, code))


def arrive(db: Session, key: bytes, address: ContactAddress) -> Person:
    """Who comes with an address that nobody holds: somebody new, or back in the same vote."""
    person = departures.returning(db, key, address)
    if person is None:
        return join(db, address)
    _hold(db, person, address)
    return person


def join(db: Session, address: ContactAddress) -> Person:
    """A new person, who holds `address`; of two at once the unique address lets one through."""
    person = Person(created_at=clock.now(), mandates=[], contact_points=[])
    db.add(person)
    db.flush()
    _hold(db, person, address)
    audit.record(db, "person.join", person, actor_id=person.id)
    return person


def _hold(db: Session, person: Person, address: ContactAddress) -> None:
    db.add(
        ContactPoint(
            person_id=person.id,
            kind=address.kind.value,
            value=address.value,
            verified_at=clock.now(),
        )
    )
    db.flush()


def sign_in(db: Session, person: Person, opened_with: Opening = Opening.CODE) -> str:
    """Open a sign-in of `person`; returns the token that only the device's cookie holds.

    Who has a mandate is a resident until `pass_second_step`.
    """
    token = new_token()
    moment = clock.now()
    row = SignIn(
        token_hash=token_hash(token),
        person_id=person.id,
        opened_with=opened_with.value,
        created_at=moment,
        expires_at=moment + SIGN_IN_LIFETIME,
    )
    db.add(row)
    db.execute(update(Person).where(Person.id == person.id).values(last_seen_on=clock.today()))
    db.flush()
    audit.record(db, "sign_in.open", row, actor_id=person.id, opened_with=opened_with.value)
    return token


def pass_second_step(db: Session, token: str, proof: Proof = Proof.PASSKEY) -> None:
    """Open the mandates of the sign-in behind `token`: the caller has checked the second proof."""
    row = db.scalars(select(SignIn).where(SignIn.token_hash == token_hash(token))).one()
    row.second_step_at = clock.now()
    row.second_step_with = proof.value
    audit.record(db, "sign_in.strengthen", row, actor_id=row.person_id, proof=proof.value)


def sign_in_fully(db: Session, person: Person, opened_with: Opening) -> str:
    """Open a sign-in whose second step needs no further proof: a passkey, or the demo."""
    token = sign_in(db, person, opened_with)
    pass_second_step(db, token, Proof(opened_with.value))
    return token


def sign_out(db: Session, token: str) -> None:
    """Revoke the sign-in of this device."""
    row = db.scalar(select(SignIn).where(SignIn.token_hash == token_hash(token)))
    if row is not None and row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record(db, "sign_in.revoke", row, actor_id=row.person_id)


def issue_card(
    db: Session, person: Person, code: str, *, key: bytes, actor_id: int | None = None
) -> None:
    """Give `person` a printed card: its code signs in from then on; only a hash is kept.

    `actor_id` is who hands it out, at the counter.
    """
    db.add(
        ContactPoint(
            person_id=person.id,
            kind=ContactKind.CARD.value,
            value=card_hash(key, code),
            verified_at=clock.now(),
        )
    )
    db.flush()
    audit.record(db, "card.issue", person, actor_id=actor_id or person.id)


def enter_with_card(db: Session, key: bytes, typed: str) -> Entered:
    """Sign in with a printed card; raises `InvalidInput` when no card has this code."""
    code = clean_printed_code(typed)
    address = ContactAddress(ContactKind.CARD, card_hash(key, code)) if code else None
    person = queries.person_at(db, address) if address else None
    if person is None or address is None:
        raise InvalidInput("code", _("Nous ne connaissons pas ce code. Vérifiez chaque lettre."))
    codes.mark_seen(db, address)
    return Entered(person, sign_in(db, person, Opening.CARD), None)


def card_hash(key: bytes, code: str) -> str:
    """What is stored of a card's code."""
    return keyed_hash(key, "card", code)


def invite(
    db: Session,
    address: ContactAddress,
    role: Role,
    *,
    organisation_id: int | None = None,
    starts_on: date | None = None,
    public_name: str = "",
) -> Person:
    """Give the holder of `address` a mandate, making the person when needed (first staff)."""
    person = queries.person_at(db, address) or join(db, address)
    if public_name:
        person.public_name = public_name
    mandate = Mandate(
        person_id=person.id,
        role=role.value,
        organisation_id=organisation_id,
        starts_on=starts_on or clock.today(),
    )
    db.add(mandate)
    db.flush()
    audit.record(db, "mandate.give", mandate, role=role.value)
    return person


def rename(db: Session, person: Person, public_name: str) -> None:
    """Choose the name that others see; empty means "Un habitant".

    Raises `InvalidInput` for a number or an address, by which others could reach the person.
    """
    if masking.findings(public_name):
        raise InvalidInput("public_name", _("Choisissez un nom sans numéro ni adresse."))
    person.public_name = public_name
    audit.record(db, "person.rename", person, actor_id=person.id)
