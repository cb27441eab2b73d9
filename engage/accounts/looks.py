"""Looking one person up by what they gave us, and the trace that each look leaves with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts import addresses, commands, mandate_queries, queries
from engage.accounts.addresses import ContactAddress
from engage.accounts.admin_policy import can_find_person, can_reveal_contact
from engage.accounts.models import ContactKind, ContactPoint, Person, Role
from engage.core import audit, clock
from engage.core.audit import AuditEntry
from engage.core.errors import InvalidInput
from engage.core.i18n import _, label, lazy
from engage.core.policy import require
from engage.core.secrets import clean_printed_code, seal, unseal
from engage.territory.models import Neighbourhood

SHOWN_FOR = timedelta(minutes=10)
"""How long a person who was found can be asked about."""

LOOKS_SHOWN = 100


class Reason(StrEnum):
    """Why somebody of the staff needs to reach a person."""

    CALL_BACK = "call_back"
    DANGER = "danger"
    LOST_ACCESS = "lost_access"
    RIGHTS = "rights"
    AUTHORITY = "authority"


REASON_WORDS = {
    Reason.CALL_BACK: lazy("La personne demande qu’on la rappelle"),
    Reason.DANGER: lazy("Une personne est en danger"),
    Reason.LOST_ACCESS: lazy("La personne n’arrive plus à entrer"),
    Reason.RIGHTS: lazy("La personne demande ses données ou leur effacement"),
    Reason.AUTHORITY: lazy("Une autorité le demande par écrit"),
}


@dataclass(frozen=True)
class Found:
    """What staff see of a person: nothing that reaches or names them.

    `ticket` is what the next step sends back; it names this person, to this member of staff, for
    ten minutes: nobody walks through people by their numbers.
    """

    public_name: str
    neighbourhood: str
    since: date
    contact_points: int
    mandates: Sequence[mandate_queries.Line]
    ticket: str


def find(db: Session, typed: str, *, by: Person, region: str, key: bytes) -> Found | None:
    """The person who holds exactly this address, number or card; None for nobody.

    Raises `InvalidInput` on field `contact` when it can be none of them.
    """
    require(can_find_person, by)
    person = queries.person_at(db, _address(typed, region, key))
    audit.record(db, "person.search", by, actor_id=by.id, found_id=person.id if person else None)
    return _found(db, person, by, key) if person else None


def _address(typed: str, region: str, key: bytes) -> ContactAddress:
    if "@" not in typed and any(letter.isalpha() for letter in typed):
        code = clean_printed_code(typed)
        if not code:
            raise InvalidInput("contact", _("Un code de carte a 12 lettres et chiffres."))
        return ContactAddress(ContactKind.CARD, commands.card_hash(key, code))
    return addresses.parse(typed, region=region)


def _found(db: Session, person: Person, by: Person, key: bytes) -> Found:
    count, hood = db.execute(
        select(
            select(func.count(ContactPoint.id))
            .where(ContactPoint.person_id == person.id, ContactPoint.verified_at.is_not(None))
            .scalar_subquery(),
            select(Neighbourhood.name)
            .where(Neighbourhood.id == person.neighbourhood_id)
            .scalar_subquery(),
        )
    ).one()
    return Found(
        public_name=person.public_name,
        neighbourhood=label(hood),
        since=clock.local(person.created_at).date(),
        contact_points=count,
        mandates=mandate_queries.of_person(db, person.id),
        ticket=seal(key, f"look:{by.id}", str(person.id)),
    )


def reveal(
    db: Session, ticket: str, *, by: Person, reason: Reason, key: bytes
) -> tuple[Found, list[ContactPoint]]:
    """How to reach the person of `ticket`; who looked, and why, is written down first.

    Raises `InvalidInput` when the ticket is another's or older than ten minutes.
    """
    require(can_reveal_contact, by)
    person = _person_of(db, ticket, by, key)
    if person is None:
        raise InvalidInput("", _("C’est trop vieux. Cherchez encore une fois."))
    audit.record(
        db, "contact.reveal", person, actor_id=by.id, role=_acting_as(by), reason=reason.value
    )
    return _found(db, person, by, key), queries.contact_points_of(db, person)


def found_again(db: Session, ticket: str, *, by: Person, key: bytes) -> Found | None:
    """The person of `ticket`, to ask again for what was missing; None when it is too old."""
    require(can_find_person, by)
    person = _person_of(db, ticket, by, key)
    return _found(db, person, by, key) if person else None


def _person_of(db: Session, ticket: str, by: Person, key: bytes) -> Person | None:
    opened = unseal(key, f"look:{by.id}", ticket, max_age=SHOWN_FOR)
    person = db.get(Person, int(opened)) if opened else None
    return person if person is not None and person.closed_at is None else None


def _acting_as(by: Person) -> str:
    return next(role.value for role in (Role.ADMIN, Role.COORDINATOR) if by.holds(role))


@dataclass(frozen=True)
class Look:
    """Somebody of the staff saw how to reach a person: the day, as what, and why."""

    day: date
    role: str
    reason: str


def looks_at(db: Session, person: Person) -> list[Look]:
    """The looks at the contact data of `person`, the newest first."""
    entries = db.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_type == Person.__tablename__,
            AuditEntry.subject_id == person.id,
            AuditEntry.action == "contact.reveal",
        )
        .order_by(AuditEntry.id.desc())
        .limit(LOOKS_SHOWN)
    )
    return [
        Look(clock.local(entry.at).date(), entry.details["role"], entry.details["reason"])
        for entry in entries
    ]
