"""What is known of a voter with an account where a concertation asks for more than a word."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from engage.accounts import age, residence
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.consultations.models import Consultation, Electorate
from engage.consultations.sheets import Sheet
from engage.core import clock


class Lack(StrEnum):
    """What a voter still has to show, in the order in which it is asked for."""

    RESIDENCE = "residence"
    AGE = "age"
    TOO_YOUNG = "too_young"


@dataclass(frozen=True)
class Standing:
    """The level reached in the neighbourhood of one concertation, and what is known of the age.

    By itself it is that of somebody who declares. `stated_age` is the age that the voter said to
    have reached, to this device or to the mediator; `birth_year` counts before it.
    """

    level: ResidenceLevel = ResidenceLevel.DECLARED
    birth_year: int | None = None
    stated_age: int = 0


DECLARING = Standing()


def of(db: Session, consultation: Consultation, person: Person, *, stated_age: int = 0) -> Standing:
    """The standing of `person` here and now; a level is read only where one is asked for.

    Read it in the transaction that casts: a proof that ran out before does not count.
    """
    level = ResidenceLevel.DECLARED
    if asks_for_proof(consultation) and _lives_here(db, consultation, person):
        level = residence.level_in(db, person, consultation.neighbourhood_id)
    return Standing(level, person.birth_year, stated_age)


def _lives_here(db: Session, consultation: Consultation, person: Person) -> bool:
    """Where some places vote alone, a proof names one of them: a letter's code names none."""
    return not consultation.places or residence.lives_at(db, person, consultation.places)


def wanted(consultation: Consultation | Sheet) -> ResidenceLevel:
    """The level that is asked for. A verified account has shown its address at the least."""
    level = ResidenceLevel(consultation.min_residence)
    verified = consultation.electorate is Electorate.VERIFIED
    return ResidenceLevel.PERIMETER if verified and level is ResidenceLevel.DECLARED else level


def asks_for_proof(consultation: Consultation) -> bool:
    """Whether accounts vote here and must show where they live; letters show it by themselves."""
    by_code = consultation.electorate.by_code
    return not by_code and wanted(consultation) is not ResidenceLevel.DECLARED


def lacks(consultation: Consultation, standing: Standing) -> tuple[Lack, ...]:
    """What keeps a voter with this standing from voting here; nothing where codes vote.

    Where residence is declared, voting declares the age with it: the sentence above the button
    says so. Where residence is proven the age is asked for. A year that was typed always counts.
    """
    if consultation.electorate.by_code:
        return ()
    found = []
    level = wanted(consultation)
    if level is not ResidenceLevel.DECLARED and not standing.level.reaches(level):
        found.append(Lack.RESIDENCE)
    if consultation.min_age:
        found.extend(_lacks_age(consultation, standing, consultation.min_age))
    return tuple(found)


def _lacks_age(consultation: Consultation, standing: Standing, min_age: int) -> list[Lack]:
    if standing.birth_year is not None:
        year = clock.local(consultation.closes_at).year
        return [] if age.reaches(standing.birth_year, min_age, year) else [Lack.TOO_YOUNG]
    declared = not asks_for_proof(consultation)
    return [] if declared or standing.stated_age >= min_age else [Lack.AGE]
