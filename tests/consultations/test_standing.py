"""Who may vote where residence and age are asked for, and the code of a letter as a proof."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engage.accounts import residence
from engage.accounts.models import Person, Role
from engage.accounts.residence import ResidenceLevel, ResidenceProof
from engage.consultations import letters, standing
from engage.consultations.commands import cast_ballot, keep_codes
from engage.consultations.letters import Arrived
from engage.consultations.making.commands import announce
from engage.consultations.models import (
    Consultation,
    Electorate,
    RollEntry,
    VotingCode,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.standing import DECLARING, Lack, Standing, lacks
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Denied, InvalidInput
from tests.accounts.test_residence import make_resident
from tests.consultations.factories import DAY, make_consultation, make_question, option_ids
from tests.counting import count_statements
from tests.factories import make_person, neighbourhood
from tests.parallel import in_parallel

KEY = b"k" * 32
CODE = "TEST-2222-ABCD"
SOMEBODY = letters.Reader(0, None)
"""No person of the database, who has not said where they live."""


def _asked(db: Session, **values: object) -> Consultation:
    made = make_consultation(db, make_question("Oui", "Non"), **values)  # type: ignore[arg-type]
    made.neighbourhood_id = neighbourhood(db).id
    db.flush()
    return made


def _vote(db: Session, asked: Consultation, person: Person, **values: int) -> None:
    question = asked.questions[0]
    cast_ballot(
        db,
        question,
        unit=unit_of_person(person.id),
        choices=option_ids(question, "Oui"),
        standing=standing.of(db, asked, person, **values),
    )


def _units(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(RollEntry)) or 0


@pytest.mark.parametrize("wanted", ResidenceLevel)
@pytest.mark.parametrize("reached", ResidenceLevel)
def test_who_has_reached_the_level_votes_and_nobody_below(
    db: Session, reached: ResidenceLevel, wanted: ResidenceLevel
) -> None:
    asked, person = _asked(db, min_residence=wanted.value), make_resident(db, reached)
    order = list(ResidenceLevel)
    if order.index(reached) >= order.index(wanted):
        _vote(db, asked, person)
        assert _units(db) == 1
        return
    assert lacks(asked, standing.of(db, asked, person)) == (Lack.RESIDENCE,)
    with pytest.raises(Denied):
        _vote(db, asked, person)
    assert _units(db) == 0


def test_a_proof_of_another_neighbourhood_does_not_vote_here(db: Session) -> None:
    asked = _asked(db, min_residence="perimeter")
    person = make_resident(
        db, ResidenceLevel.ATTESTED, neighbourhood_id=neighbourhood(db, "escales").id
    )
    with pytest.raises(Denied):
        _vote(db, asked, person)
    asked.neighbourhood_id = None
    _vote(db, asked, person)


def test_a_command_that_knows_nothing_of_the_voter_casts_declared_votes_only(db: Session) -> None:
    question = _asked(db, min_residence="perimeter").questions[0]
    with pytest.raises(Denied):
        cast_ballot(db, question, unit="person:1", choices=option_ids(question, "Oui"))


@pytest.mark.parametrize(
    ("birth_year", "stated_age", "expected"),
    [
        (2010, 0, ()),  # sixteen in the year of the vote, whatever the day
        (2011, 0, (Lack.TOO_YOUNG,)),
        (2011, 16, (Lack.TOO_YOUNG,)),  # the year counts before what was said
        (1930, 0, ()),
        (None, 16, ()),
        (None, 15, (Lack.AGE,)),
        (None, 18, ()),
        (None, 0, (Lack.AGE,)),
    ],
)
def test_the_age_of_the_year_of_the_vote_counts(
    db: Session, birth_year: int | None, stated_age: int, expected: tuple[Lack, ...]
) -> None:
    asked = _asked(db, min_residence="perimeter", min_age=16)
    person = make_resident(db, ResidenceLevel.PERIMETER, birth_year=birth_year)
    found = standing.of(db, asked, person, stated_age=stated_age)
    assert lacks(asked, found) == expected


def test_a_vote_over_new_year_counts_the_year_of_its_end(db: Session) -> None:
    asked = _asked(db, min_age=16, closes_at=clock.now() + 220 * DAY)
    assert lacks(asked, Standing(birth_year=2011)) == ()
    assert lacks(asked, Standing(birth_year=2012)) == (Lack.TOO_YOUNG,)


def test_where_residence_is_declared_voting_declares_the_age_too(db: Session) -> None:
    asked = _asked(db, min_age=16)
    _vote(db, asked, make_resident(db))
    with pytest.raises(Denied):
        _vote(db, asked, make_resident(db, birth_year=2012))


def test_both_are_asked_for_when_both_are_missing(db: Session) -> None:
    asked = _asked(db, min_residence="letter", min_age=16)
    assert lacks(asked, DECLARING) == (Lack.RESIDENCE, Lack.AGE)


def test_the_code_of_a_dwelling_votes_whatever_is_asked_of_people(db: Session) -> None:
    asked = _asked(db, min_residence="council", min_age=99, electorate=Electorate.DWELLING_CODE)
    keep_codes(db, asked, KEY, [CODE])
    unit = unit_of_code(db.scalars(select(VotingCode.id)).one())
    cast_ballot(db, asked.questions[0], unit=unit, choices=option_ids(asked.questions[0], "Oui"))
    assert _units(db) == 1


def test_the_standing_is_read_only_where_it_is_asked_for(database: Database) -> None:
    with database.transaction() as db:
        plain, proven = _asked(db, min_age=11), _asked(db, min_residence="letter")
        person = make_resident(db)
    with database.reading() as db:
        with count_statements(database) as seen:
            standing.of(db, plain, person)
        assert seen == []
        with count_statements(database) as seen:
            standing.of(db, proven, person)
        assert len([s for s in seen if s.startswith("SELECT")]) == 1


def test_the_transaction_that_casts_writes_nothing_of_the_person(database: Database) -> None:
    with database.transaction() as db:
        asked = _asked(db, min_residence="perimeter", min_age=16)
        person = make_resident(db, ResidenceLevel.PERIMETER)
    with count_statements(database) as seen, database.transaction() as db:
        _vote(db, asked, person, stated_age=16)
    written = [s for s in seen if not s.startswith(("SELECT", "BEGIN", "PRAGMA", "SET"))]
    assert written == []  # roll and ballot go past the statements that are counted here
    assert "FOR " not in " ".join(seen).upper()
    with database.reading() as db:
        assert _units(db) == 1


def test_a_concertation_names_a_level_that_exists(db: Session) -> None:
    asked = _asked(db, min_residence="passeport")
    with pytest.raises(InvalidInput):
        announce(db, asked, actor=make_person(db, Role.COORDINATOR))


def _letter(db: Session, **values: object) -> Consultation:
    asked = _asked(db, electorate=Electorate.DWELLING_CODE, **values)
    keep_codes(db, asked, KEY, [CODE])
    return asked


def _used(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(VotingCode.people_proven)).one()


def test_a_letter_proves_and_keeps_its_vote(database: Database) -> None:
    with database.transaction() as db:
        asked = _letter(db)
        person = make_person(db)
    arrived = letters.use_letter(database, KEY, "test 2222 abcd", SOMEBODY)
    with database.transaction() as db:
        mine = db.get_one(Person, person.id)
        letters.prove_by_letter(db, mine, arrived)
        assert residence.level_of(db, mine) is ResidenceLevel.LETTER
        assert mine.neighbourhood_id == asked.neighbourhood_id
        code = db.scalars(select(VotingCode)).one()
        choices = option_ids(asked.questions[0], "Oui")
        cast_ballot(db, asked.questions[0], unit=unit_of_code(code.id), choices=choices)
        assert _units(db) == 1


def test_nothing_says_which_code_somebody_typed(database: Database) -> None:
    with database.transaction() as db:
        _letter(db)
        person = make_person(db)
    arrived = letters.use_letter(database, KEY, CODE, SOMEBODY)
    with database.transaction() as db:
        letters.prove_by_letter(db, db.get_one(Person, person.id), arrived)
    with database.reading() as db:
        proof = db.scalars(select(ResidenceProof)).one()
        assert (proof.level, proof.proven_on) == ("letter", clock.today())
        assert {proof.place_id, proof.attested_by_id, proof.organisation_id} == {None}
        entries = db.scalars(select(AuditEntry).where(AuditEntry.actor_id == person.id)).all()
        assert [e.details for e in entries] == [{"level": "letter"}]
        columns = {c.name for c in VotingCode.__table__.columns}
        of_the_letter = {"batch", "serial", "neighbourhood_id"}
        assert columns - of_the_letter == {
            "id",
            "consultation_id",
            "code_hash",
            "cancelled_at",
            "people_proven",
        }


def test_a_code_proves_six_people_and_no_more_even_at_once(database: Database) -> None:
    with database.transaction() as db:
        _letter(db)

    def use(_number: int) -> bool:
        try:
            return letters.use_letter(database, KEY, CODE, SOMEBODY).neighbourhood_id is not None
        except InvalidInput:
            return False

    assert sum(in_parallel(use, range(12))) == letters.PEOPLE_A_CODE
    assert _used(database) == letters.PEOPLE_A_CODE


def test_who_sends_the_same_letter_twice_counts_once(database: Database) -> None:
    with database.transaction() as db:
        _letter(db)
        person = make_person(db)
    for _time in range(3):
        reader = letters.Reader(person.id, person.neighbourhood_id)
        arrived = letters.use_letter(database, KEY, CODE, reader)
        with database.transaction() as db:
            person = db.get_one(Person, person.id)
            letters.prove_by_letter(db, person, arrived)
    assert _used(database) == 1
    letters.use_letter(database, KEY, CODE, SOMEBODY)
    assert _used(database) == 2


def test_a_letter_that_says_no_neighbourhood_is_not_used_up_before_one_is_chosen(
    database: Database,
) -> None:
    with database.transaction() as db:
        _letter(db).neighbourhood_id = None
        home = neighbourhood(db).id
    with pytest.raises(InvalidInput, match="quartier"):
        letters.use_letter(database, KEY, CODE, SOMEBODY)
    assert _used(database) == 0
    assert letters.use_letter(database, KEY, CODE, letters.Reader(0, home)) == Arrived(None)
    assert _used(database) == 1


def test_only_the_code_of_a_vote_that_is_not_over_proves(database: Database) -> None:
    with database.transaction() as db:
        asked = _letter(db)
    for typed in ("", "ABCD-EFGH-JKLM", "x" * 300, "<script>", "\x00", "' OR 1=1 --"):
        with pytest.raises(InvalidInput):
            letters.use_letter(database, KEY, typed, SOMEBODY)
    with clock.at(asked.closes_at), pytest.raises(InvalidInput):
        letters.use_letter(database, KEY, CODE, SOMEBODY)
    with database.transaction() as db:
        db.execute(update(VotingCode).values(cancelled_at=clock.now()))
    with pytest.raises(InvalidInput):
        letters.use_letter(database, KEY, CODE, SOMEBODY)
    assert _used(database) == 0


def test_a_letter_for_all_neighbourhoods_needs_a_chosen_one(db: Session) -> None:
    with pytest.raises(InvalidInput):
        letters.prove_by_letter(db, make_person(db), Arrived(None))
    person = make_resident(db)
    letters.prove_by_letter(db, person, Arrived(None))
    assert residence.level_of(db, person) is ResidenceLevel.LETTER


def test_a_letter_from_elsewhere_moves_its_reader_and_drops_older_proofs(db: Session) -> None:
    person = make_resident(db, ResidenceLevel.ATTESTED)
    letters.prove_by_letter(db, person, Arrived(neighbourhood(db, "escales").id))
    assert residence.level_of(db, person) is ResidenceLevel.LETTER
    assert person.neighbourhood_id == neighbourhood(db, "escales").id
