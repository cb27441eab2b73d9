"""Parties and works for tests."""

from datetime import date, time
from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations.kits import helping, party
from engage.consultations.kits.models import NeedKind, Party, PartyNeed
from engage.consultations.models import Consultation, Purpose
from tests.consultations.factories import make_consultation
from tests.factories import make_organisation, make_person

SATURDAY = date(2026, 10, 3)
"""A Saturday, 123 days after the start of the tests."""


def make_party(db: Session, *, actor: Person | None = None, **values: Any) -> Party:
    """A party with the template's plan and no day yet."""
    owner = values.pop("organisation_id", None) or make_organisation(db).id
    asked = make_consultation(db, purpose=Purpose.PARTY, organisation_id=owner, **values)
    return party.prepare(db, asked, actor=actor or make_person(db, Role.COUNCIL))


def held(found: Party, day: date = SATURDAY, **values: Any) -> party.Held:
    """The party on `day`, in the afternoon, on a square."""
    return party.Held(
        day=day,
        starts=values.pop("starts", time(14)),
        ends=values.pop("ends", time(18)),
        place_id=None,
        place_words=values.pop("place_words", "Sur la place"),
        organisation_id=found.organisation_id,
        decided=values.pop("decided", False),
    )


def make_need(db: Session, found: Party, *, wanted: int = 2, **values: Any) -> PartyNeed:
    """Hands for the tables, from 9 to 12."""
    asked = helping.Asked(
        kind=values.pop("kind", NeedKind.HANDS),
        title={"fr": values.pop("title", "Porter les bancs")},
        starts=values.pop("starts", time(9)),
        ends=values.pop("ends", time(12)),
        wanted=wanted,
    )
    return helping.ask(db, found, asked, actor=make_person(db, Role.COUNCIL))


def make_works(db: Session, **values: Any) -> Consultation:
    """A refurbishment that is open."""
    owner = values.pop("organisation_id", None) or make_organisation(db).id
    return make_consultation(
        db,
        purpose=Purpose.REHABILITATION,
        organisation_id=owner,
        title=values.pop("title", "Réhabilitation"),
        **values,
    )
