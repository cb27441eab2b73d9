"""Lists of ten one-time codes: the council's printed ones, the recovery codes of staff."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.accounts.policy import can_give_code_list
from engage.accounts.proofs import ListKind, OneTimeCode
from engage.core import audit, clock
from engage.core.policy import require
from engage.core.secrets import clean_list_code, keyed_hash, new_list_code

LENGTH = 10
FEW = 3
"""From here on the page says that it is time to ask for a new list."""


def give(db: Session, person: Person, *, by: Person, key: bytes) -> list[str]:
    """Give a member of the council ten codes in place of the old ones.

    They are shown and printed once, here: only hashes stay. `person.mandates` must be loaded;
    `key` is the town's (`services().secret_key`).
    """
    require(can_give_code_list, by, person)
    codes = replace(db, person, ListKind.COUNCIL, key=key)
    audit.record(db, "code_list.give", person, actor_id=by.id)
    return codes


def replace(db: Session, person: Person, kind: ListKind, *, key: bytes) -> list[str]:
    """Make ten new codes of `kind`; the old ones open nothing from now on."""
    codes = [new_list_code() for _ in range(LENGTH)]
    moment = clock.now()
    db.execute(
        delete(OneTimeCode).where(
            OneTimeCode.person_id == person.id, OneTimeCode.kind == kind.value
        )
    )
    db.add_all(
        OneTimeCode(
            person_id=person.id,
            kind=kind.value,
            position=position,
            code_hash=_hash(key, person, kind, code),
            created_at=moment,
        )
        for position, code in enumerate(codes, start=1)
    )
    db.flush()
    audit.record(db, "code_list.replace", person, actor_id=person.id, kind=kind.value)
    return codes


def spend(db: Session, person: Person, kind: ListKind, typed: str, *, key: bytes) -> bool:
    """Use up the code that was typed; False when it is not on the list or was used.

    One conditional update: of two at once one succeeds.
    """
    spent = db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.person_id == person.id,
            OneTimeCode.kind == kind.value,
            OneTimeCode.code_hash == _hash(key, person, kind, clean_list_code(typed)),
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record(db, "code_list.spend", person, actor_id=person.id, kind=kind.value)
    return True


def left(db: Session, person: Person, kind: ListKind) -> int | None:
    """How many codes still open something; None when there never was a list."""
    made, unused = db.execute(
        select(func.count(), func.count().filter(OneTimeCode.used_at.is_(None))).where(
            OneTimeCode.person_id == person.id, OneTimeCode.kind == kind.value
        )
    ).one()
    return unused if made else None


def _hash(key: bytes, person: Person, kind: ListKind, code: str) -> str:
    return keyed_hash(key, f"{kind.value}-list:{person.id}", code)
