"""The code of a letter shows that somebody lives here, and keeps the vote it gives.

Who typed which code is written nowhere: the roll names codes, so such a line would tell whose
dwelling has voted. Of a code only the number of people it proved is kept, in a transaction of its
own; of a person only the level and the day.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from engage.accounts import residence
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel, ResidenceProof
from engage.consultations import queries
from engage.consultations.models import Consultation, VotingCode
from engage.core import clock
from engage.core.db import Database
from engage.core.errors import InvalidInput
from engage.core.i18n import _

PEOPLE_A_CODE = 6
"""Few dwellings have more people who vote; a code that goes round the estate ends here."""


@dataclass(frozen=True)
class Arrived:
    """A letter that arrived: where, or None when its vote is for all neighbourhoods."""

    neighbourhood_id: int | None


@dataclass(frozen=True)
class Reader:
    """Who typed a code, and the neighbourhood that they chose."""

    person_id: int
    neighbourhood_id: int | None


def use_letter(database: Database, key: bytes, typed: str, reader: Reader) -> Arrived:
    """Count one more person for the code of a vote that is not over; once for who sends it twice.

    Raises `InvalidInput` on "code": unknown, replaced, of an ended vote, or used by six people,
    and when it is not said yet where the reader lives. Of people who type it at once no more than
    six get through.
    """
    with database.transaction() as db:
        found = queries.voting_code(db, key, typed)
        if found is None or not _stands(*found):
            raise InvalidInput(
                "code", _("Ce n’est pas le code d’un vote en cours. Vérifiez chaque lettre.")
            )
        hood = found[1].neighbourhood_id or reader.neighbourhood_id
        if hood is None:
            raise InvalidInput("", _("Choisissez d’abord votre quartier."))
        arrived = Arrived(found[1].neighbourhood_id)
        if hood == reader.neighbourhood_id and _showed_one_today(db, reader):
            return arrived
        counted = db.execute(
            update(VotingCode)
            .where(VotingCode.id == found[0].id, VotingCode.people_proven < PEOPLE_A_CODE)
            .values(people_proven=VotingCode.people_proven + 1)
        )
        if counted.rowcount == 0:  # type: ignore[attr-defined]
            raise InvalidInput(
                "code", _("Ce code a déjà servi à six personnes. Voyez un médiateur du quartier.")
            )
        return arrived


def _showed_one_today(db: Session, reader: Reader) -> bool:
    """Whether a letter has just proven where the reader lives: another one changes nothing."""
    proof = exists().where(
        ResidenceProof.person_id == reader.person_id,
        ResidenceProof.level == ResidenceLevel.LETTER.value,
        ResidenceProof.proven_on == clock.today(),
    )
    return bool(db.scalar(select(proof)))


def _stands(code: VotingCode, consultation: Consultation) -> bool:
    now = clock.now()
    return (
        code.cancelled_at is None
        and consultation.cancelled_at is None
        and consultation.announced_at <= now < consultation.closes_at
    )


def prove_by_letter(db: Session, person: Person, arrived: Arrived) -> None:
    """Note that a letter arrived at the home of `person`; call `use_letter` first.

    The letter says which neighbourhood it is; raises `InvalidInput` when it is none in particular
    and the person has not chosen one.
    """
    residence.prove(db, person, ResidenceLevel.LETTER, neighbourhood_id=arrived.neighbourhood_id)
