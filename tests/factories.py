"""Plain factories: the smallest honest rows, with what the test cares about said by name."""

import io
from datetime import date
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import ContactPoint, Mandate, Person, Role
from engage.core import clock
from engage.territory.models import ContactPerson, Neighbourhood, Organisation, Place

_numbers = iter(range(1, 1_000_000))


def _letters(number: int) -> str:
    """A number in letters: names hold no digit that a test could take for a count."""
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def make_person(
    db: Session,
    *roles: Role,
    email: str = "",
    organisation: Organisation | None = None,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
    **values: Any,
) -> Person:
    """Somebody with today's mandates for `roles`, and a proven e-mail when given."""
    person = Person(
        created_at=clock.now(),
        public_name=values.pop("public_name", f"Voisine {_letters(next(_numbers))}"),
        mandates=[
            Mandate(
                role=role.value,
                organisation_id=organisation.id if organisation else None,
                starts_on=starts_on,
                ends_on=ends_on,
            )
            for role in roles
        ],
        contact_points=[
            ContactPoint(kind="email", value=email, verified_at=clock.now()) for _ in [1] if email
        ],
        **values,
    )
    db.add(person)
    db.flush()
    return person


def make_organisation(db: Session, *, contacts: int = 1, **values: Any) -> Organisation:
    """A fictive partner with `contacts` people to write to."""
    number = next(_numbers)
    organisation = Organisation(
        code=f"org-{number}",
        name=values.pop("name", f"Partenaire {number}"),
        short_name=f"P{number}",
        kind="collectivity",
        is_signatory=False,
        contacts=[
            ContactPerson(name=f"Contact {i}", email=f"contact{number}-{i}@example.org")
            for i in range(contacts)
        ],
        **values,
    )
    db.add(organisation)
    db.flush()
    return organisation


def neighbourhood(db: Session, code: str = "terre-rouge") -> Neighbourhood:
    """A neighbourhood of the contract."""
    return db.scalars(select(Neighbourhood).where(Neighbourhood.code == code)).one()


def make_place(db: Session, *, owner: Organisation | None = None, **values: Any) -> Place:
    """A place of Terre-Rouge on the ground of `owner`."""
    number = next(_numbers)
    place = Place(
        code=f"place-{number}",
        neighbourhood_id=neighbourhood(db).id,
        name={"fr": values.pop("name", f"Lieu {number}")},
        kind=values.pop("kind", "street"),
        land_ownership=values.pop("land_ownership", "landlord"),
        owner_id=owner.id if owner else None,
        position=1000 + number,
        **values,
    )
    db.add(place)
    db.flush()
    return place


def photo_bytes(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    """A small real photo."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(out, kind)
    return out.getvalue()
