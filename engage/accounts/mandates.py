"""Writes about mandates: give one to the holder of an address, end it, let it last longer."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts import commands, invitations, queries, second_steps
from engage.accounts.addresses import ContactAddress
from engage.accounts.admin_policy import (
    STEERING,
    can_end_mandate,
    can_give_mandate,
    can_prolong_mandate,
)
from engage.accounts.mandate_messages import Change, mandate_changed
from engage.accounts.models import STAFF, College, Mandate, Person, Role
from engage.accounts.policy import is_long_unseen
from engage.core import audit, clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewMandate:
    """A role with its scope and days, both included; `ends_on` None means until further notice."""

    role: Role
    starts_on: date
    ends_on: date | None = None
    organisation_id: int | None = None
    neighbourhood_id: int | None = None
    college: College | None = None


def give(
    db: Session, address: ContactAddress, wanted: NewMandate, *, by: Person, public_name: str = ""
) -> Mandate:
    """Give the holder of `address` a mandate, making the person when nobody has it yet.

    Staff who have no password and no passkey get an invitation. Raises `InvalidInput` on fields
    contact, organisation, college, starts_on and ends_on.
    """
    require(can_give_mandate, by, wanted.role)
    _check(wanted)
    person = _holder(db, address, by)
    _refuse_double(person, wanted)
    person.public_name = person.public_name or public_name
    mandate = _written(person, wanted)
    db.add(mandate)
    db.flush()
    audit.record(db, "mandate.give", mandate, actor_id=by.id, role=wanted.role.value)
    db.refresh(person, ["mandates"])
    _make_known(db, mandate, person, Change.GIVEN, by=by)
    if wanted.role in STAFF and not _has_way_in(db, person):
        invitations.invite(db, person, by=by)
    return mandate


def _written(person: Person, wanted: NewMandate) -> Mandate:
    return Mandate(
        person_id=person.id,
        role=wanted.role.value,
        organisation_id=wanted.organisation_id,
        neighbourhood_id=wanted.neighbourhood_id,
        college=wanted.college.value if wanted.college else None,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
    )


def _check(wanted: NewMandate) -> None:
    if wanted.role is Role.AGENT and wanted.organisation_id is None:
        raise InvalidInput("organisation", _("Choisissez l’organisation de cet agent."))
    if wanted.role is Role.COUNCIL and wanted.college is None:
        raise InvalidInput("college", _("Choisissez le collège de ce membre du conseil."))
    if wanted.starts_on < clock.today():
        raise InvalidInput("starts_on", _("Choisissez aujourd’hui ou un jour à venir."))
    if wanted.ends_on is not None and wanted.ends_on < wanted.starts_on:
        raise InvalidInput("ends_on", _("Le dernier jour vient après le premier."))


def _holder(db: Session, address: ContactAddress, by: Person) -> Person:
    """Who has the address; a number unseen for long may be somebody else's by now."""
    point = queries.contact_point_at(db, address)
    if point is None:
        return commands.join(db, address)
    if is_long_unseen(point):
        raise InvalidInput(
            "contact",
            _("Ce numéro n’a pas servi ici depuis six mois. Demandez un e-mail à la personne."),
        )
    if point.person_id == by.id:
        raise InvalidInput("contact", _("Vous ne pouvez pas vous donner un rôle à vous-même."))
    return point.person


def _refuse_double(person: Person, wanted: NewMandate) -> None:
    for mandate in person.mandates:
        same = mandate.role == wanted.role and mandate.organisation_id == wanted.organisation_id
        if same and (mandate.ends_on is None or mandate.ends_on >= wanted.starts_on):
            raise InvalidInput(
                "contact", _("Cette personne a déjà ce rôle à ces dates. Changez sa fin.")
            )


def _has_way_in(db: Session, person: Person) -> bool:
    """Whether staff's second step is set up; a mandate to come counts too."""
    ways = second_steps.ways_of(db, person)
    return ways.passkeys or (ways.password and ways.app)


def end(db: Session, mandate: Mandate, *, by: Person, last_day: date, keep: str = "") -> None:
    """Let `last_day` be the last: today ends it tonight, yesterday at once.

    `keep` is the token of this device, which stays signed in when it is one's own mandate. Raises
    `InvalidInput` when the day is past or nobody would be left to give roles.
    """
    require(can_end_mandate, by, mandate)
    yesterday = clock.today() - ONE_DAY
    if yesterday <= last_day < mandate.starts_on:
        last_day = yesterday  # it never begins
    if last_day < yesterday or (mandate.ends_on is not None and last_day >= mandate.ends_on):
        raise InvalidInput("dernier_jour", _("Choisissez un jour avant la fin prévue."))
    _keep_somebody(db, mandate, last_day)
    mandate.ends_on = last_day
    audit.record(db, "mandate.end", mandate, actor_id=by.id, ends_on=last_day.isoformat())
    _make_known(db, mandate, mandate.person, Change.ENDED, by=by, keep=keep)


def _keep_somebody(db: Session, mandate: Mandate, last_day: date) -> None:
    """Refuse to end the last role that gives roles; `held` has locked all of them."""
    if Role(mandate.role) in STEERING:
        day = max(last_day, clock.today()) + ONE_DAY
        _require_another(db, Mandate.id != mandate.id, day=day)


def require_somebody_else(db: Session, person: Person) -> None:
    """Raise `InvalidInput` when the town would be left without anybody who gives roles."""
    _lock(db, Mandate.role.in_(STEERING))
    mine = exists().where(Mandate.person_id == person.id, *_steers_on(clock.today()))
    if db.scalar(select(mine)):
        _require_another(db, Mandate.person_id != person.id, day=clock.today())


def _require_another(db: Session, other: ColumnElement[bool], *, day: date) -> None:
    another = db.scalar(
        select(Mandate.id)
        .join(Mandate.person)
        .where(other, *_steers_on(day), Person.closed_at.is_(None))
        .limit(1)
    )
    if another is None:
        raise InvalidInput(
            "",
            _("Il ne resterait personne pour donner les rôles. Donnez d’abord ce rôle ailleurs."),
        )


def prolong(
    db: Session, mandate: Mandate, *, by: Person, last_day: date | None, keep: str = ""
) -> None:
    """Let a mandate last until `last_day`, None until further notice; ended ones are given anew."""
    require(can_prolong_mandate, by, mandate)
    if mandate.ends_on is None or (last_day is not None and last_day <= mandate.ends_on):
        raise InvalidInput("jusqu_au", _("Choisissez un jour après la fin prévue."))
    mandate.ends_on = last_day
    until = last_day.isoformat() if last_day else None
    audit.record(db, "mandate.prolong", mandate, actor_id=by.id, ends_on=until)
    _make_known(db, mandate, mandate.person, Change.PROLONGED, by=by, keep=keep)


def _make_known(
    db: Session, mandate: Mandate, person: Person, change: Change, *, by: Person, keep: str = ""
) -> None:
    """Tell the person, and ask all their devices who is there: rights have changed."""
    second_steps.sign_out_elsewhere(db, person, keep=keep, by=by)
    mandate_changed(db, mandate, person, change)


def held(db: Session, mandate_id: int) -> Mandate:
    """A mandate to be changed, with its person; raises `NotFound`.

    All that give roles are locked first, in one order: of two admins who end each other's at once
    the second sees what the first did.
    """
    _lock(db, or_(Mandate.role.in_(STEERING), Mandate.id == mandate_id))
    found = select(Mandate).options(joinedload(Mandate.person)).where(Mandate.id == mandate_id)
    mandate = db.scalar(found)
    if mandate is None:
        raise NotFound
    db.refresh(mandate, ["starts_on", "ends_on"])
    return mandate


def _lock(db: Session, which: ColumnElement[bool]) -> None:
    db.execute(select(Mandate.id).where(which).order_by(Mandate.id).with_for_update())


def _steers_on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Mandate.role.in_(STEERING),
        Mandate.starts_on <= day,
        or_(Mandate.ends_on.is_(None), Mandate.ends_on >= day),
    )
