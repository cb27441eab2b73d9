"""What the page for attesting needs: who may open it, for which landlord, and counts of proofs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.accounts.residence import (
    LANDLORD,
    ResidenceLevel,
    ResidenceProof,
    agent_of,
    oldest_proof,
)
from engage.territory.models import Organisation

SMALLEST_COUNT = 10
"""Fewer people than this are not counted for anybody: in a small place they are known."""


def can_attest_somewhere(by: Person | None, landlords: Sequence[Organisation]) -> bool:
    """Whether the page for attesting is for `by`; `landlords` are those they are an agent of."""
    return by is not None and (by.holds(Role.MEDIATOR, Role.COORDINATOR) or bool(landlords))


def landlords_of(db: Session, person: Person) -> list[Organisation]:
    """The landlords that `person` is an agent of today."""
    mine = agent_of(person)
    if not mine:
        return []
    found = select(Organisation).where(Organisation.id.in_(mine), Organisation.kind == LANDLORD)
    return list(db.scalars(found.order_by(Organisation.id)))


def counts(db: Session) -> dict[ResidenceLevel, int]:
    """How many people have each kind of proof today; what is below ten is left out."""
    number = func.count()
    rows = db.execute(
        select(ResidenceProof.level, number)
        .where(ResidenceProof.proven_on > oldest_proof())
        .group_by(ResidenceProof.level)
        .having(number >= SMALLEST_COUNT)
    )
    found = {ResidenceLevel(level): n for level, n in rows}
    return {level: found[level] for level in ResidenceLevel if level in found}


def can_count(person: Person | None) -> bool:
    """The coordinator reads how many have shown where they live, and nobody who."""
    return person is not None and person.holds(Role.COORDINATOR)
