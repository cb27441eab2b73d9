"""The fictive people of the demo, found again by the code they have in its file."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from engage.accounts.models import ContactKind, ContactPoint, Mandate, Person
from engage.core import clock
from engage.core.contractrows import Loader
from engage.core.db import Base
from engage.territory.contract import codes_of
from engage.territory.models import Neighbourhood, Organisation

PERSONAS = (
    "habitante",
    "habitant2",
    "conseil",
    "conseil2",
    "agent",
    "coordinatrice",
    "mediatrice",
    "admin",
)
"""Who anybody can be on `/demo`, in the order of the page."""


class DemoPerson(Base):
    """The code of a fictive person; the table is empty outside the demo."""

    __tablename__ = "demo_people"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int]
    intro: Mapped[dict[str, str]]


def load(loader: Loader, data: dict[str, Any], *, joined_at: datetime) -> dict[str, Person]:
    """Make the people of the demo file and `supporters` nameless more; returns them by code."""
    db = loader.db
    hoods, organisations = codes_of(loader, Neighbourhood), codes_of(loader, Organisation)
    people: dict[str, Person] = {}
    for row in data["people"]:
        person = Person(
            public_name=row["public_name"],
            neighbourhood_id=hoods.get(row["neighbourhood"] or ""),
            created_at=joined_at,
            mandates=[
                Mandate(
                    role=mandate["role"],
                    organisation_id=organisations.get(mandate.get("organisation") or ""),
                    neighbourhood_id=hoods.get(mandate.get("neighbourhood") or ""),
                    college=mandate.get("college"),
                    starts_on=clock.local(joined_at).date(),
                )
                for mandate in row["mandates"]
            ],
            contact_points=_contact_points(row, joined_at),
        )
        people[row["code"]] = person
    for number in range(data["supporters"]):
        people[f"soutien-{number:03d}"] = Person(created_at=joined_at, mandates=[])
    db.add_all(people.values())
    db.flush()
    intros = {row["code"]: row.get("intro") or {} for row in data["people"]}
    db.add_all(
        DemoPerson(code=code, person_id=person.id, intro=intros.get(code, {}))
        for code, person in people.items()
    )
    db.flush()
    return people


def _contact_points(row: dict[str, Any], verified_at: datetime) -> list[ContactPoint]:
    return [
        ContactPoint(
            kind=kind.value,
            value=row[kind.value],
            verified_at=verified_at,
            seen_on=clock.today(),
        )
        for kind in (ContactKind.EMAIL, ContactKind.PHONE)
        if row[kind.value]
    ]


def personas(db: Session) -> list[tuple[DemoPerson, Person]]:
    """The people anybody can be, in the order of the page."""
    rows = db.execute(
        select(DemoPerson, Person)
        .join(Person, Person.id == DemoPerson.person_id)
        .options(joinedload(Person.mandates))
        .where(DemoPerson.code.in_(PERSONAS))
    ).unique()
    found = {demo.code: (demo, person) for demo, person in rows}
    return [found[code] for code in PERSONAS if code in found]


def is_loaded(db: Session) -> bool:
    """Whether this database has the demo people."""
    return db.scalar(select(DemoPerson.code).limit(1)) is not None
