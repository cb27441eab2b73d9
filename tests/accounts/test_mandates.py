"""Roles: who may give and end them, when they stop, and what their holders are told."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import commands, mandates, queries
from engage.accounts.addresses import parse
from engage.accounts.mandates import NewMandate
from engage.accounts.models import (
    STAFF,
    College,
    ContactPoint,
    Mandate,
    Opening,
    Person,
    Role,
    SignIn,
)
from engage.accounts.proofs import Invitation
from engage.clockwork import RENDERERS
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from tests.accounts.staff import make_staff
from tests.conftest import Moment
from tests.factories import make_organisation, make_person
from tests.parallel import in_parallel

TODAY = date(2026, 6, 2)
YESTERDAY, TOMORROW = date(2026, 6, 1), date(2026, 6, 3)
ADDRESS = parse("karim@example.org")


def wanted(role: Role = Role.MEDIATOR, **values: object) -> NewMandate:
    college = College.RESIDENTS if role is Role.COUNCIL else None
    return NewMandate(**{"role": role, "starts_on": TODAY, "college": college, **values})  # type: ignore[arg-type]


def messages(db: Session, kind: str) -> list[OutboxMessage]:
    found = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return list(db.scalars(found))


def words_of(db: Session, message: OutboxMessage) -> str:
    made = RENDERERS[message.kind](db, message, "http://localhost")
    assert made is not None
    return f"{made.subject}\n{made.text}"


def given(db: Session, by: Person, role: Role = Role.MEDIATOR, **values: object) -> Mandate:
    mandate = mandates.give(db, ADDRESS, wanted(role, **values), by=by)
    held = mandates.held(db, mandate.id)
    db.refresh(held.person, ["mandates"])
    return held


def test_giving_a_role_makes_the_person_invites_and_tells_them(db: Session) -> None:
    mandate = given(db, make_person(db, Role.COORDINATOR))
    assert mandate.person.roles == {Role.MEDIATOR}
    (notice,) = messages(db, "mandate_notice")
    assert notice.recipient == "karim@example.org"
    assert "À partir du mardi 2 juin 2026, vous avez ce rôle : Médiation." in words_of(db, notice)
    assert len(messages(db, "invitation")) == 1


def test_a_member_of_the_council_needs_no_invitation(db: Session) -> None:
    given(db, make_person(db, Role.COORDINATOR), Role.COUNCIL)
    assert messages(db, "invitation") == []
    assert "demandez votre liste de codes" in words_of(db, messages(db, "mandate_notice")[0])


def test_staff_who_can_enter_already_get_no_new_invitation(db: Session, app: object) -> None:
    make_staff(db, app, Role.MEDIATOR, email=ADDRESS.value)  # type: ignore[arg-type]
    organisation = make_organisation(db)
    by = make_person(db, Role.COORDINATOR)
    given(db, by, Role.AGENT, organisation_id=organisation.id)
    assert messages(db, "invitation") == []


def test_a_role_to_come_invites_today(db: Session) -> None:
    mandate = given(db, make_person(db, Role.COORDINATOR), starts_on=TOMORROW)
    assert mandate.person.roles == frozenset()
    assert db.scalars(select(Invitation.person_id)).all() == [mandate.person_id]


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AGENT, Role.MEDIATOR])
@pytest.mark.parametrize("giver", [Role.COORDINATOR, Role.ADMIN])
def test_coordinators_and_admins_give_the_roles_of_the_field(
    db: Session, role: Role, giver: Role
) -> None:
    organisation = make_organisation(db)
    given(db, make_person(db, giver), role, organisation_id=organisation.id)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_only_admins_give_and_end_the_roles_that_give_roles(db: Session, role: Role) -> None:
    coordinator, admin = make_person(db, Role.COORDINATOR), make_person(db, Role.ADMIN)
    with pytest.raises(Denied):
        given(db, coordinator, role)
    mandate = given(db, admin, role)
    with pytest.raises(Denied):
        mandates.end(db, mandate, by=coordinator, last_day=TODAY)
    with pytest.raises(Denied):
        mandates.prolong(db, mandate, by=coordinator, last_day=None)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.COUNCIL, Role.AGENT, Role.MEDIATOR])
def test_nobody_else_gives_a_role(db: Session, role: Role) -> None:
    with pytest.raises(Denied):
        given(db, make_person(db, role))


def test_nobody_gives_a_role_to_themselves(db: Session) -> None:
    by = make_person(db, Role.ADMIN, email=ADDRESS.value)
    with pytest.raises(InvalidInput, match="à vous-même"):
        given(db, by, Role.COORDINATOR)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"role": Role.AGENT}, "organisation"),
        ({"role": Role.COUNCIL, "college": None}, "college"),
        ({"starts_on": YESTERDAY}, "starts_on"),
        ({"starts_on": TOMORROW, "ends_on": TODAY}, "ends_on"),
    ],
)
def test_a_role_says_for_whom_and_from_when(
    db: Session, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        mandates.give(db, ADDRESS, wanted(**values), by=make_person(db, Role.ADMIN))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_same_role_is_not_given_twice_for_the_same_days(db: Session) -> None:
    by = make_person(db, Role.ADMIN)
    given(db, by, ends_on=TOMORROW)
    with pytest.raises(InvalidInput, match="déjà ce rôle"):
        given(db, by)
    given(db, by, starts_on=date(2026, 6, 4))


def test_a_number_unseen_for_long_gets_no_role(db: Session) -> None:
    number, by = parse("0639980001"), make_person(db, Role.ADMIN)
    person = make_person(db)
    point = ContactPoint(
        kind="phone", value=number.value, verified_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    point.person_id = person.id
    db.add(point)
    db.flush()
    with pytest.raises(InvalidInput, match="six mois"):
        mandates.give(db, number, wanted(), by=by)


@pytest.mark.parametrize(
    ("last_day", "midnight"),
    [
        (date(2026, 6, 2), datetime(2026, 6, 2, 22, 0, tzinfo=UTC)),
        (date(2026, 12, 31), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        # The nights on which the clocks of Paris change.
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
        (date(2027, 3, 27), datetime(2027, 3, 27, 23, 0, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_role_stops_by_itself_at_midnight_in_paris(
    db: Session, moment: Moment, last_day: date, midnight: datetime
) -> None:
    person = make_person(db, *sorted(STAFF), Role.COUNCIL, ends_on=last_day)
    moment.move_to(midnight)
    assert person.roles == frozenset()
    moment.forward(seconds=-1)
    assert person.roles == {*STAFF, Role.COUNCIL}


def test_a_role_begins_at_midnight_in_paris(db: Session, moment: Moment) -> None:
    person = make_person(db, Role.AGENT, starts_on=date(2026, 10, 26))
    moment.move_to(datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC))
    assert person.roles == frozenset()
    moment.forward(seconds=1)
    assert person.roles == {Role.AGENT}


def test_ending_today_holds_until_midnight_and_tells_the_person(
    db: Session, moment: Moment
) -> None:
    by = make_person(db, Role.COORDINATOR)
    mandate = given(db, by)
    mandates.end(db, mandate, by=by, last_day=TODAY)
    assert mandate.person.roles == {Role.MEDIATOR}
    notice = messages(db, "mandate_notice")[-1]
    assert "Ce rôle se termine le mardi 2 juin 2026 au soir" in words_of(db, notice)
    moment.move_to(datetime(2026, 6, 2, 22, 0, tzinfo=UTC))
    assert mandate.person.roles == frozenset()


def test_a_role_can_end_at_once(db: Session) -> None:
    by = make_person(db, Role.COORDINATOR)
    mandate = given(db, by)
    mandates.end(db, mandate, by=by, last_day=YESTERDAY)
    assert mandate.person.roles == frozenset()
    assert "Ce rôle est terminé" in words_of(db, messages(db, "mandate_notice")[-1])
    with pytest.raises(Denied):
        mandates.prolong(db, mandate, by=by, last_day=None)


def test_a_role_to_come_that_is_ended_never_begins(db: Session, moment: Moment) -> None:
    by = make_person(db, Role.COORDINATOR)
    mandate = given(db, by, starts_on=date(2026, 6, 10))
    mandates.end(db, mandate, by=by, last_day=TODAY)
    moment.forward(days=8)
    assert mandate.person.roles == frozenset()


def test_a_role_lasts_longer_or_without_end(db: Session) -> None:
    by = make_person(db, Role.COORDINATOR)
    mandate = given(db, by, ends_on=TOMORROW)
    mandates.prolong(db, mandate, by=by, last_day=date(2026, 12, 31))
    assert "continue jusqu’au jeudi 31 décembre 2026" in words_of(
        db, messages(db, "mandate_notice")[-1]
    )
    mandates.prolong(db, mandate, by=by, last_day=None)
    assert mandate.ends_on is None
    assert "sans date de fin" in words_of(db, messages(db, "mandate_notice")[-1])


@pytest.mark.parametrize("day", [date(2026, 5, 31), date(2026, 6, 3), date(2026, 6, 4)])
def test_ending_means_sooner_than_planned_and_not_in_the_past(db: Session, day: date) -> None:
    by = make_person(db, Role.COORDINATOR)
    mandate = given(db, by, ends_on=TOMORROW)
    with pytest.raises(InvalidInput):
        mandates.end(db, mandate, by=by, last_day=day)


def test_nobody_prolongs_their_own_role(db: Session) -> None:
    admin = make_person(db, Role.ADMIN, ends_on=date(2026, 12, 31))
    mandate = mandates.held(db, admin.mandates[0].id)
    with pytest.raises(Denied):
        mandates.prolong(db, mandate, by=admin, last_day=None)


def test_the_last_who_gives_roles_stays(db: Session) -> None:
    admin = make_person(db, Role.ADMIN)
    make_person(db, Role.COORDINATOR, ends_on=TODAY)
    make_person(db, Role.COORDINATOR, starts_on=date(2026, 7, 1))
    make_person(db, Role.COORDINATOR, closed_at=clock.now())
    mandate = mandates.held(db, admin.mandates[0].id)
    with pytest.raises(InvalidInput, match="Il ne resterait personne"):
        mandates.end(db, mandate, by=admin, last_day=TODAY)
    mandates.end(db, mandate, by=admin, last_day=date(2026, 6, 30))


def test_of_two_admins_who_end_each_other_at_once_one_stays(database: Database) -> None:
    with database.transaction() as db:
        pair = [make_person(db, Role.ADMIN) for _ in range(2)]
    ids = [person.mandates[0].id for person in pair]

    def end(place: int) -> str:
        try:
            with database.transaction() as db:
                held = mandates.held(db, ids[place])
                mandates.end(db, held, by=pair[1 - place], last_day=TODAY)
        except InvalidInput:
            return "kept"
        return "ended"

    assert sorted(in_parallel(end, [0, 1], threads=2)) == ["ended", "kept"]


@pytest.mark.parametrize("change", ["give", "end", "prolong"])
def test_each_change_signs_the_person_out_everywhere(db: Session, change: str) -> None:
    by, person = make_person(db, Role.ADMIN), make_person(db, email=ADDRESS.value)
    mandate = given(db, by, ends_on=TOMORROW) if change != "give" else None
    token = commands.sign_in_fully(db, person, Opening.PASSKEY)
    assert queries.sign_in_of(db, token)
    if mandate is None:
        given(db, by)
    elif change == "end":
        mandates.end(db, mandate, by=by, last_day=TODAY)
    else:
        mandates.prolong(db, mandate, by=by, last_day=None)
    assert queries.sign_in_of(db, token) is None
    assert db.scalars(select(SignIn).where(SignIn.revoked_at.is_(None))).all() == []


def test_who_ends_their_own_role_stays_on_this_device_only(db: Session) -> None:
    make_person(db, Role.COORDINATOR)
    admin = make_person(db, Role.ADMIN)
    here, there = (commands.sign_in_fully(db, admin, Opening.PASSKEY) for _ in range(2))
    held = mandates.held(db, admin.mandates[0].id)
    mandates.end(db, held, by=admin, last_day=TODAY, keep=here)
    assert queries.sign_in_of(db, here)
    assert queries.sign_in_of(db, there) is None


def test_each_change_is_written_down_with_who_made_it_and_no_address(db: Session) -> None:
    by = make_person(db, Role.ADMIN)
    mandate = given(db, by, ends_on=date(2026, 12, 31))
    mandates.prolong(db, mandate, by=by, last_day=None)
    mandates.end(db, mandate, by=by, last_day=TODAY)
    db.flush()
    entries = db.scalars(select(AuditEntry).where(AuditEntry.subject_type == "mandates")).all()
    assert [entry.action for entry in entries] == ["mandate.give", "mandate.prolong", "mandate.end"]
    assert {entry.actor_id for entry in entries} == {by.id}
    assert "example.org" not in repr([entry.details for entry in entries])
