"""How well it is known that somebody lives here: levels, never an identity document.

A person lives in one neighbourhood at most, and all proofs are about it: whoever moves starts
again. A proof holds for three years. That somebody sits on the council is no row: it is read from
the mandate, and ends with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    CompoundSelect,
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.accounts.models import College, Mandate, Person, Role
from engage.core import audit, clock
from engage.core.db import Base
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.territory.models import Neighbourhood, Organisation, Place

Row = TypeVar("Row", Neighbourhood, Organisation, Place)

MONTHS_OF_A_PROOF = 36
"""After three years somebody may well have moved: the proof is asked for again."""

LANDLORD = "social_landlord"
"""The kind of organisation that knows who its tenants are."""


class ResidenceLevel(StrEnum):
    """From the weakest to the strongest: each level includes those before it."""

    DECLARED = "declared"
    PERIMETER = "perimeter"
    LETTER = "letter"
    ATTESTED = "attested"
    COUNCIL = "council"

    def reaches(self, wanted: "ResidenceLevel") -> bool:
        """Whether this level is enough where `wanted` is asked for."""
        order = list(ResidenceLevel)
        return order.index(self) >= order.index(wanted)


class ResidenceProof(Base):
    """One proof of one level, with the place it is about and who attested it."""

    __tablename__ = "residence_proofs"
    __table_args__ = (UniqueConstraint("person_id", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    level: Mapped[str] = mapped_column(String(12))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    proven_on: Mapped[date]


@dataclass(frozen=True)
class Residence:
    """A level reached in a neighbourhood; None for one of a member who has chosen none."""

    level: ResidenceLevel
    neighbourhood_id: int | None


_KNOWN: CompoundSelect[Any] = union_all(
    select(ResidenceProof.level, Person.neighbourhood_id)
    .join(Person, Person.id == ResidenceProof.person_id)
    .where(
        ResidenceProof.person_id == bindparam("person_id"),
        ResidenceProof.proven_on > bindparam("since"),
    ),
    select(
        literal(ResidenceLevel.COUNCIL.value),
        func.coalesce(Mandate.neighbourhood_id, Person.neighbourhood_id),
    )
    .join(Person, Person.id == Mandate.person_id)
    .where(
        Mandate.person_id == bindparam("person_id"),
        Mandate.role == Role.COUNCIL.value,
        or_(Mandate.college.is_(None), Mandate.college != College.ASSOCIATIONS.value),
        Mandate.starts_on <= bindparam("today"),
        or_(Mandate.ends_on.is_(None), Mandate.ends_on >= bindparam("today")),
    ),
)


def oldest_proof() -> date:
    """The day since when proofs count."""
    return clock.local(clock.months_ago(MONTHS_OF_A_PROOF)).date()


def known(db: Session, person: Person) -> Sequence[Residence]:
    """All that shows today where `person` lives, beside what they say.

    A seat in the college of associations shows nothing: its members work here. Whether this
    sign-in has passed the second step does not matter: to live here is no power of a mandate.
    """
    asked = {"person_id": person.id, "today": clock.today(), "since": oldest_proof()}
    rows = db.execute(_KNOWN, asked)
    return [Residence(ResidenceLevel(level), hood) for level, hood in rows]


def _strongest(found: Sequence[Residence]) -> ResidenceLevel:
    """The highest of these levels; declared when there is none."""
    order = list(ResidenceLevel)
    return max((each.level for each in found), key=order.index, default=order[0])


def level_of(db: Session, person: Person) -> ResidenceLevel:
    """The level that `person` has reached in the neighbourhood where they live; one query."""
    return _strongest(known(db, person))


def level_in(db: Session, person: Person, neighbourhood_id: int | None) -> ResidenceLevel:
    """The level reached in this neighbourhood, or in any when it is None; one query.

    What is proven of one neighbourhood says nothing of another.
    """
    here = [
        residence
        for residence in known(db, person)
        if residence.neighbourhood_id is not None
        and neighbourhood_id in (None, residence.neighbourhood_id)
    ]
    return _strongest(here)


def lives_at(db: Session, person: Person, place_ids: Sequence[int]) -> bool:
    """Whether it is shown that `person` lives at one of these places, or in a part of one."""
    here = Place.id.in_(place_ids) | Place.parent_id.in_(place_ids)
    proof = (
        select(ResidenceProof.id)
        .join(Place, Place.id == ResidenceProof.place_id)
        .where(
            ResidenceProof.person_id == person.id,
            ResidenceProof.proven_on > oldest_proof(),
            here,
        )
    )
    return db.scalar(proof.limit(1)) is not None


def can_attest(
    by: Person | None, person: Person, neighbourhood_id: int | None, landlord: Organisation | None
) -> bool:
    """Mediators and coordinators, each in their neighbourhood, and agents for their landlord.

    `landlord` is the organisation that an agent speaks for. Nobody attests for themselves.
    """
    if by is None or by.id == person.id:
        return False
    if landlord is not None:
        return landlord.kind == LANDLORD and landlord.id in agent_of(by)
    return mediates(by, neighbourhood_id)


def mediates(person: Person, neighbourhood_id: int | None) -> bool:
    """Whether `person` is a mediator or coordinator of this neighbourhood today."""
    return any(
        mandate.role in (Role.MEDIATOR, Role.COORDINATOR)
        and mandate.neighbourhood_id in (None, neighbourhood_id)
        for mandate in person.current_mandates
    )


def agent_of(person: Person) -> frozenset[int]:
    """The organisations that `person` is an agent of today."""
    mandates = [m for m in person.current_mandates if m.role == Role.AGENT]
    return frozenset(m.organisation_id for m in mandates if m.organisation_id)


def attest(
    db: Session,
    person: Person,
    *,
    by: Person,
    organisation_id: int | None = None,
    place_id: int | None = None,
) -> None:
    """Note that `by` knows `person` to live at this place, or in the neighbourhood they chose.

    `organisation_id` is the landlord that an agent speaks for, None for mediators. The place
    decides on the neighbourhood. Raises `Denied`, `NotFound` (no such row), `InvalidInput` on
    "place" when nothing says where, or when another landlord owns the place.
    """
    landlord = _row(db, Organisation, organisation_id)
    place = _row(db, Place, place_id)
    hood = place.neighbourhood_id if place else person.neighbourhood_id
    require(can_attest, by, person, hood, landlord)
    if hood is None:
        raise InvalidInput("place", _("Choisissez où la personne habite."))
    if place and landlord and place.owner_id not in (None, landlord.id):
        raise InvalidInput("place", _("Ce lieu n’est pas à votre organisme."))
    _settle(db, person, hood)
    _keep(
        db,
        person,
        ResidenceLevel.ATTESTED,
        place_id=place_id,
        attested_by_id=by.id,
        organisation_id=organisation_id,
    )
    audit.record(db, "residence.attest", person, actor_id=by.id, organisation=organisation_id)


def declare(db: Session, person: Person, neighbourhood_id: int | None) -> None:
    """Say where one lives, or (None) in none of the neighbourhoods; raises `NotFound`.

    Moving drops every proof: they are about the neighbourhood that is left.
    """
    _row(db, Neighbourhood, neighbourhood_id)
    _settle(db, person, neighbourhood_id)
    audit.record(db, "residence.declare", person, actor_id=person.id)


def prove(
    db: Session,
    person: Person,
    level: ResidenceLevel,
    *,
    neighbourhood_id: int | None = None,
    place_id: int | None = None,
) -> None:
    """Keep what `person` has shown of where they live: a level and a day, a place at most.

    The caller has checked it. `neighbourhood_id` is what was shown, None for the one they chose;
    raises `InvalidInput` when there is none.
    """
    hood = neighbourhood_id or person.neighbourhood_id
    if hood is None:
        raise InvalidInput("", _("Choisissez d’abord votre quartier."))
    _settle(db, person, hood)
    _keep(db, person, level, place_id=place_id)
    audit.record(db, "residence.prove", person, actor_id=person.id, level=level.value)


def _row(db: Session, model: type[Row], id_: int | None) -> Row | None:
    if id_ is None:
        return None
    found = db.get(model, id_)
    if found is None:
        raise NotFound
    return found


def _settle(db: Session, person: Person, neighbourhood_id: int | None) -> None:
    if person.neighbourhood_id != neighbourhood_id:
        person.neighbourhood_id = neighbourhood_id
        db.execute(delete(ResidenceProof).where(ResidenceProof.person_id == person.id))


def _keep(db: Session, person: Person, level: ResidenceLevel, **values: Any) -> None:
    """One row for each level: proving it again renews it; two at once make one."""
    db.flush()
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    nothing = {"place_id": None, "attested_by_id": None, "organisation_id": None}
    row = {**nothing, **values, "proven_on": clock.today()}
    db.execute(
        insert(ResidenceProof)
        .values(person_id=person.id, level=level.value, **row)
        .on_conflict_do_update(index_elements=["person_id", "level"], set_=row)
    )
