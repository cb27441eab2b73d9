"""Reads about mandates: who holds which, and one of them with what the administration may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.admin_policy import GIVEN_BY
from engage.accounts.mandate_words import college_word, role_word
from engage.accounts.models import Mandate, Person, Role
from engage.accounts.proofs import Invitation
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.i18n import label
from engage.territory.models import Neighbourhood, Organisation

MOST_ENDED = 200
"""How many ended mandates the page lists; the journal has all of them."""


@dataclass(frozen=True)
class Line:
    """A mandate as lists show it: the public name, no way to reach the person."""

    mandate: Mandate
    name: str
    organisation: str
    neighbourhood: str

    @property
    def college(self) -> str:
        return college_word(self.mandate.college)

    @property
    def role(self) -> str:
        return role_word(self.mandate.role)

    @property
    def runs(self) -> bool:
        return self.mandate.is_current(clock.today())

    @property
    def ended(self) -> bool:
        ends_on = self.mandate.ends_on
        return ends_on is not None and ends_on < clock.today()

    @property
    def never_began(self) -> bool:
        """Whether it was cancelled before its first day."""
        ends_on = self.mandate.ends_on
        return ends_on is not None and ends_on < self.mandate.starts_on

    @property
    def ends_soon(self) -> bool:
        ends_on = self.mandate.ends_on
        return ends_on is not None and ends_on <= clock.today() + timedelta(days=30)


@dataclass(frozen=True)
class Register:
    """All mandates: today's by role, those to come, those that are over."""

    current: Sequence[tuple[Role, Sequence[Line]]]
    coming: Sequence[Line]
    ended: Sequence[Line]


LINES = (
    select(Mandate, Person.public_name, Organisation.name, Neighbourhood.name)
    .join(Mandate.person)
    .outerjoin(Organisation, Organisation.id == Mandate.organisation_id)
    .outerjoin(Neighbourhood, Neighbourhood.id == Mandate.neighbourhood_id)
)


def register(db: Session) -> Register:
    """Who holds which mandate, whose account is open."""
    today = clock.today()
    standing = Mandate.ends_on.is_(None) | (Mandate.ends_on >= today)
    open_ = LINES.where(standing, Person.closed_at.is_(None))
    rows = _lines(db, open_.order_by(Mandate.starts_on, Mandate.id))
    over = LINES.where(Mandate.ends_on < today).order_by(Mandate.ends_on.desc(), Mandate.id.desc())
    return Register(
        current=[
            (role, [one for one in rows if one.runs and one.mandate.role == role])
            for role in GIVEN_BY
        ],
        coming=[one for one in rows if not one.runs],
        ended=_lines(db, over.limit(MOST_ENDED)),
    )


def _lines(db: Session, statement: Select[Mandate, str, str, dict[str, str]]) -> list[Line]:
    return [
        Line(mandate, name or "", organisation or "", label(hood))
        for mandate, name, organisation, hood in db.execute(statement)
    ]


def of_person(db: Session, person_id: int) -> list[Line]:
    """The mandates of one person, the newest first."""
    own = LINES.where(Mandate.person_id == person_id).order_by(Mandate.id.desc())
    return _lines(db, own)


@dataclass(frozen=True)
class Shown:
    """One mandate, its person with all mandates, and the newest invitation."""

    line: Line
    person: Person
    invitation: Invitation | None


def shown(db: Session, mandate_id: int) -> Shown:
    """A mandate for its page; raises `NotFound`."""
    lines = _lines(db, LINES.where(Mandate.id == mandate_id))
    if not lines:
        raise NotFound
    person = db.scalars(
        select(Person)
        .options(selectinload(Person.mandates))
        .where(Person.id == lines[0].mandate.person_id)
    ).one()
    newest = select(Invitation).where(Invitation.person_id == person.id)
    return Shown(lines[0], person, db.scalar(newest.order_by(Invitation.id.desc()).limit(1)))
