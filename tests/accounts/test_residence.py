"""Where somebody lives and how well that is known: levels, attesting, moving, three years."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import attesting, residence
from engage.accounts.models import College, Mandate, Person, Role
from engage.accounts.residence import ResidenceLevel, ResidenceProof
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Denied, InvalidInput, NotFound
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, make_place, neighbourhood
from tests.parallel import in_parallel

DECLARED, PERIMETER, LETTER, ATTESTED, COUNCIL = ResidenceLevel
REACHES = {
    DECLARED: {DECLARED},
    PERIMETER: {DECLARED, PERIMETER},
    LETTER: {DECLARED, PERIMETER, LETTER},
    ATTESTED: {DECLARED, PERIMETER, LETTER, ATTESTED},
    COUNCIL: {DECLARED, PERIMETER, LETTER, ATTESTED, COUNCIL},
}


def make_resident(db: Session, *levels: ResidenceLevel, **values: object) -> Person:
    """Somebody of Terre-Rouge who has proven these levels."""
    hood = neighbourhood(db)
    person = make_person(db, neighbourhood_id=values.pop("neighbourhood_id", hood.id), **values)  # type: ignore[arg-type]
    for level in levels:
        if level is COUNCIL:
            db.add(Mandate(person_id=person.id, role="council", starts_on=date(2026, 1, 1)))
        elif level is not DECLARED:
            residence.prove(db, person, level)
    db.flush()
    return person


@pytest.mark.parametrize("wanted", ResidenceLevel)
@pytest.mark.parametrize("reached", ResidenceLevel)
def test_each_level_includes_those_before_it(
    reached: ResidenceLevel, wanted: ResidenceLevel
) -> None:
    assert reached.reaches(wanted) == (wanted in REACHES[reached])


@pytest.mark.parametrize("level", ResidenceLevel)
def test_the_strongest_proof_counts_and_only_where_it_was_given(
    db: Session, level: ResidenceLevel
) -> None:
    person = make_resident(db, *[each for each in ResidenceLevel if level.reaches(each)])
    assert residence.level_of(db, person) is level
    assert residence.level_in(db, person, neighbourhood(db).id) is level
    assert residence.level_in(db, person, None) is level
    assert residence.level_in(db, person, neighbourhood(db, "escales").id) is DECLARED


def test_the_level_is_read_in_one_statement(database: Database) -> None:
    with database.transaction() as db:
        person = make_resident(db, PERIMETER, LETTER, COUNCIL)
    with database.reading() as db, count_statements(database) as seen:
        assert residence.level_of(db, person) is COUNCIL
    assert len([s for s in seen if s.startswith("SELECT")]) == 1


def test_a_proof_is_asked_for_again_after_three_years(db: Session, moment: Moment) -> None:
    person = make_resident(db, ATTESTED)
    moment.move_to(datetime(2029, 6, 1, 20, 0, tzinfo=UTC))
    assert residence.level_of(db, person) is ATTESTED
    moment.move_to(datetime(2029, 6, 2, 8, 0, tzinfo=UTC))
    assert residence.level_of(db, person) is DECLARED
    residence.prove(db, person, PERIMETER)
    assert residence.level_of(db, person) is PERIMETER


def test_who_moves_proves_again_and_who_says_the_same_keeps_all(db: Session) -> None:
    person = make_resident(db, PERIMETER, ATTESTED)
    residence.declare(db, person, neighbourhood(db).id)
    assert residence.level_of(db, person) is ATTESTED
    residence.declare(db, person, neighbourhood(db, "escales").id)
    assert residence.level_of(db, person) is DECLARED
    residence.declare(db, person, None)
    with pytest.raises(InvalidInput):
        residence.prove(db, person, PERIMETER)
    with pytest.raises(NotFound):
        residence.declare(db, person, 10**6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, COUNCIL),
        ({"college": College.RESIDENTS.value}, COUNCIL),
        ({"college": College.ASSOCIATIONS.value}, DECLARED),
        ({"ends_on": date(2026, 6, 2)}, COUNCIL),
        ({"ends_on": date(2026, 6, 1)}, DECLARED),
        ({"starts_on": date(2026, 6, 3)}, DECLARED),
        ({"role": "mediator"}, DECLARED),
    ],
)
def test_the_level_of_the_council_is_that_of_today_s_mandate(
    db: Session, values: dict[str, object], expected: ResidenceLevel
) -> None:
    person = make_resident(db)
    db.add(
        Mandate(
            **{
                "person_id": person.id,
                "role": "council",
                "starts_on": date(2026, 1, 1),
                **values,
            }
        )
    )
    db.flush()
    assert residence.level_of(db, person) is expected


def test_a_mandate_of_one_neighbourhood_shows_nothing_of_another(db: Session) -> None:
    elsewhere = neighbourhood(db, "escales").id
    person = make_resident(db)
    db.add(
        Mandate(
            person_id=person.id,
            role="council",
            neighbourhood_id=elsewhere,
            starts_on=date(2026, 1, 1),
        )
    )
    db.flush()
    assert residence.level_in(db, person, neighbourhood(db).id) is DECLARED
    assert residence.level_in(db, person, elsewhere) is COUNCIL


@pytest.mark.parametrize("role", [None, *Role])
def test_mediators_and_coordinators_attest_and_nobody_else(db: Session, role: Role | None) -> None:
    by = make_person(db, *[role] if role else [])
    person, place = make_resident(db, neighbourhood_id=None), make_place(db, kind="building")
    if role in (Role.MEDIATOR, Role.COORDINATOR):
        residence.attest(db, person, by=by, place_id=place.id)
        assert residence.level_of(db, person) is ATTESTED
        assert person.neighbourhood_id == place.neighbourhood_id
        proof = db.scalars(select(ResidenceProof)).one()
        assert (proof.attested_by_id, proof.place_id) == (by.id, place.id)
        assert proof.proven_on == clock.today()
        db.flush()
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.actor_id) == ("residence.attest", by.id)
        assert entry.details == {"organisation": None}
    else:
        with pytest.raises(Denied):
            residence.attest(db, person, by=by, place_id=place.id)


@pytest.mark.parametrize(
    ("kind", "acts_for_it", "role", "expected"),
    [
        ("social_landlord", True, Role.AGENT, True),
        ("social_landlord", False, Role.AGENT, False),
        ("collectivity", True, Role.AGENT, False),
        ("social_landlord", True, Role.COUNCIL, False),
    ],
)
def test_agents_attest_for_their_landlord_only(
    db: Session, kind: str, acts_for_it: bool, role: Role, expected: bool
) -> None:
    landlord = make_organisation(db)
    landlord.kind = kind
    by = make_person(db, role, organisation=landlord if acts_for_it else make_organisation(db))
    place = make_place(db, owner=landlord)
    person = make_resident(db)
    if not expected:
        with pytest.raises(Denied):
            residence.attest(db, person, by=by, organisation_id=landlord.id, place_id=place.id)
        return
    residence.attest(db, person, by=by, organisation_id=landlord.id, place_id=place.id)
    assert residence.level_of(db, person) is ATTESTED
    other = make_place(db, owner=make_organisation(db))
    with pytest.raises(InvalidInput):
        residence.attest(db, person, by=by, organisation_id=landlord.id, place_id=other.id)


def test_a_mediator_of_one_neighbourhood_attests_nothing_of_another(db: Session) -> None:
    by = make_person(db, Role.MEDIATOR)
    by.mandates[0].neighbourhood_id = neighbourhood(db, "escales").id
    with pytest.raises(Denied):
        residence.attest(db, make_resident(db), by=by)


def test_nobody_attests_for_themselves_or_for_nowhere(db: Session) -> None:
    by = make_person(db, Role.MEDIATOR, neighbourhood_id=neighbourhood(db).id)
    with pytest.raises(Denied):
        residence.attest(db, by, by=by)
    with pytest.raises(InvalidInput):
        residence.attest(db, make_resident(db, neighbourhood_id=None), by=by)
    by.half_signed_in = True
    with pytest.raises(Denied):
        residence.attest(db, make_resident(db), by=by)


def test_two_proofs_at_once_make_one(database: Database) -> None:
    with database.transaction() as db:
        person_id = make_resident(db).id

    def prove(_number: int) -> None:
        with database.transaction() as db:
            residence.prove(db, db.get_one(Person, person_id), PERIMETER)

    in_parallel(prove, range(6))
    with database.reading() as db:
        assert len(db.scalars(select(ResidenceProof)).all()) == 1


def test_fewer_than_ten_people_are_not_counted(db: Session, moment: Moment) -> None:
    people = [make_resident(db, PERIMETER) for _ in range(10)]
    for person in people[:9]:
        residence.prove(db, person, LETTER)
    assert attesting.counts(db) == {PERIMETER: 10}
    residence.prove(db, people[9], LETTER)
    assert attesting.counts(db) == {PERIMETER: 10, LETTER: 10}
    moment.forward(days=3 * 366)
    assert attesting.counts(db) == {}


def test_the_coordinator_alone_reads_the_counts(db: Session) -> None:
    allowed = [role for role in Role if attesting.can_count(make_person(db, role))]
    assert allowed == [Role.COORDINATOR]
    assert not attesting.can_count(None)
