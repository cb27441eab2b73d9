"""How old somebody must be for something, with the year of birth at most.

Age counts by years: who turns sixteen on 31 December takes part from 1 January of that year. The
year is kept only when somebody types it; "yes, I am" is remembered by their device alone.
"""

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _

OLDEST = 120


def reaches(birth_year: int, age: int, year: int) -> bool:
    """Whether somebody born in `birth_year` turns `age` in `year` at the latest."""
    return year - birth_year >= age


def tell_birth_year(db: Session, person: Person, birth_year: int) -> None:
    """Keep the year that somebody typed; raises `InvalidInput` on "birth_year"."""
    if not 0 <= clock.today().year - birth_year <= OLDEST:
        raise InvalidInput("birth_year", _("Écrivez l’année en quatre chiffres. Exemple : 1984"))
    person.birth_year = birth_year
    audit.record(db, "person.tell_birth_year", person, actor_id=person.id)
