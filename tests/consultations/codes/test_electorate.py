"""Who votes in each mode: by codes, with a verified account, with a declared one, in some homes."""

import pytest
from sqlalchemy.orm import Session

from engage.accounts import residence
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.consultations import sheets, standing, words
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Consultation, Electorate, unit_of_person
from engage.consultations.standing import Lack, lacks
from engage.core.errors import Denied
from tests.accounts.test_residence import make_resident
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.factories import make_person, make_place, neighbourhood


def make_vote(db: Session, mode: Electorate, **values: object) -> Consultation:
    return make_consultation(
        db,
        make_question("Oui", "Non"),
        electorate=mode,
        neighbourhood=neighbourhood(db),
        **values,
    )


def vote(db: Session, asked: Consultation, person: Person) -> None:
    question = asked.questions[0]
    cast_ballot(
        db,
        question,
        unit=unit_of_person(person.id),
        choices=option_ids(question, "Oui"),
        standing=standing.of(db, asked, person),
    )


@pytest.mark.parametrize("level", ResidenceLevel)
def test_a_verified_account_has_shown_its_address_at_the_least(
    db: Session, level: ResidenceLevel
) -> None:
    asked, person = make_vote(db, Electorate.VERIFIED), make_resident(db, level)
    if level is not ResidenceLevel.DECLARED:
        vote(db, asked, person)
        return
    assert lacks(asked, standing.of(db, asked, person)) == (Lack.RESIDENCE,)
    with pytest.raises(Denied):
        vote(db, asked, person)


def test_a_declared_account_says_where_it_lives_by_voting(db: Session) -> None:
    asked = make_vote(db, Electorate.DECLARED)
    vote(db, asked, make_person(db))
    assert "j’habite ici" in words.declaration(asked)


def test_where_some_homes_vote_alone_a_proof_names_one_of_them(db: Session) -> None:
    hood = neighbourhood(db)
    home, part = make_place(db), make_place(db)
    other = make_place(db)
    part.parent_id = home.id
    asked = make_vote(db, Electorate.VERIFIED, places=[home.id])
    for place, may in ((home, True), (part, True), (other, False)):
        person = make_person(db)
        person.neighbourhood_id = hood.id
        residence.prove(db, person, ResidenceLevel.PERIMETER, place_id=place.id)
        assert (lacks(asked, standing.of(db, asked, person)) == ()) is may
    by_letter = make_resident(db, ResidenceLevel.LETTER)
    assert lacks(asked, standing.of(db, asked, by_letter)) == (Lack.RESIDENCE,)


def test_the_page_says_in_words_who_votes(db: Session) -> None:
    home = make_place(db)
    person_code = make_vote(db, Electorate.PERSON_CODE)
    verified = make_vote(db, Electorate.VERIFIED, places=[home.id])

    def said(asked: Consultation, *homes: dict[str, str]) -> str:
        sheet = sheets.sheet(db, asked.id)
        assert sheet is not None
        return words.electorate(sheet, homes)

    assert "Un vote par personne" in said(person_code)
    assert "habitez" not in said(person_code)
    assert home.name["fr"] in said(verified, home.name)
    assert "votre adresse" in said(verified, home.name)
    assert words.declaration(person_code) == ""
    assert "un des lieux de ce vote" in words.declaration(verified)
