"""Who deletes an account during a vote and comes back is one voter, and unknown once it is over."""

import pytest
from sqlalchemy import func, select

from engage.accounts import commands as accounts
from engage.accounts.addresses import parse
from engage.accounts.departures import Departure
from engage.accounts.models import ContactPoint, Person
from engage.consultations import queries
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Ballot, unit_of_person
from engage.core import clock
from engage.core.services import Services
from engage.privacy.commands import Ideas, close_account
from engage.privacy.purge import purge
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids
from tests.factories import make_person

EMAIL, PHONE = parse("nour@example.org"), parse("06 39 98 00 77")


@pytest.fixture
def asked(town: Services) -> int:
    """The id of a question of a vote that is open."""
    with town.database.transaction() as db:
        return make_consultation(db).questions[0].id


def voter(town: Services) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, email=EMAIL.value)
        db.add(
            ContactPoint(
                person_id=person.id, kind="phone", value=PHONE.value, verified_at=clock.now()
            )
        )
        return person


def vote(town: Services, question_id: int, person: Person) -> None:
    with town.database.transaction() as db:
        question = queries.question(db, question_id)
        assert question is not None
        unit = unit_of_person(person.id)
        cast_ballot(db, question, unit=unit, choices=option_ids(question, "Repas"))


def leave(town: Services, person: Person) -> None:
    with town.database.transaction() as db:
        close_account(
            db,
            db.get_one(Person, person.id),
            ideas=Ideas.STAY,
            identity_key=None,
            town_key=town.secret_key,
        )


def come_back(town: Services) -> list[Person]:
    """With the e-mail first, then with the phone."""
    with town.database.transaction() as db:
        return [accounts.arrive(db, town.secret_key, address) for address in (EMAIL, PHONE)]


def test_leaving_and_coming_back_gives_no_second_vote(town: Services, asked: int) -> None:
    person = voter(town)
    vote(town, asked, person)
    leave(town, person)
    for back in come_back(town):
        assert back.id == person.id
        assert back.closed_at is None
        vote(town, asked, back)
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Ballot)) == 1


def test_who_did_not_vote_is_somebody_new(town: Services, asked: int) -> None:
    person = voter(town)
    leave(town, person)
    with town.database.reading() as db:
        assert not db.scalars(select(Departure)).all()
    assert all(back.id != person.id for back in come_back(town))


def test_after_the_vote_nothing_is_left_to_recognise(
    town: Services, asked: int, moment: Moment
) -> None:
    person = voter(town)
    vote(town, asked, person)
    leave(town, person)
    with town.database.reading() as db:
        kept = db.scalars(select(Departure)).all()
        assert len(kept) == 2
        assert not any(EMAIL.value in repr(vars(row)) for row in kept)
        question = queries.question(db, asked)
        assert question is not None
        moment.move_to(question.consultation.closes_at)
    purge(town.database, town.storage)
    with town.database.reading() as db:
        assert not db.scalars(select(Departure)).all()
    assert all(back.id != person.id for back in come_back(town))
