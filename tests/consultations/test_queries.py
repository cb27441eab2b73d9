"""What is read of concertations: states, turnout, results after the sealing only, self-checks."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.consultations import final, policy, queries, sheets, words
from engage.consultations.commands import cast_ballot, make_codes
from engage.consultations.counting.outcome import Outcome
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    Question,
    RollEntry,
    VotingCode,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.sealing.commands import seal_within
from engage.consultations.verify import check
from engage.core import clock
from engage.core.errors import Conflict, Denied
from engage.core.words import ContributionChannel
from tests.conftest import Moment
from tests.consultations.factories import DAY, make_consultation, make_question, option_ids
from tests.factories import make_person, neighbourhood

KEY = b"k" * 32


def _vote(db: Session, question: Question, voters: range, *labels: str) -> None:
    for number in voters:
        choices = option_ids(question, *labels)
        cast_ballot(db, question, unit=unit_of_person(number), choices=choices)


def _sheet(db: Session, consultation: Consultation) -> sheets.Sheet:
    found = sheets.sheet(db, consultation.id)
    assert found is not None
    return found


def test_open_ones_come_by_closing_and_unannounced_ones_stay_hidden(db: Session) -> None:
    now = clock.now()
    late = make_consultation(db, closes_at=now + 9 * DAY)
    soon = make_consultation(db, closes_at=now + 2 * DAY)
    coming = make_consultation(db, opens_at=now + DAY, closes_at=now + 20 * DAY)
    secret = make_consultation(db, announced_at=now + DAY, opens_at=now + 2 * DAY)
    make_consultation(db, closes_at=now)
    assert [c.id for c in sheets.running_and_coming(db)] == [soon.id, late.id, coming.id]
    assert sheets.sheet(db, secret.id) is None
    assert queries.consultation(db, secret.id) is None
    assert not policy.can_see(secret, now)


def test_ended_ones_are_paged_by_closing_each_once(db: Session) -> None:
    now = clock.now()
    for number in range(25):
        made = make_consultation(
            db,
            make_question("Oui"),
            opens_at=now - 40 * DAY,
            announced_at=now - 50 * DAY,
            closes_at=now - (number % 5 + 1) * DAY,
        )
    made.cancelled_at = now
    db.flush()
    first = sheets.over(db)
    second = sheets.over(db, before_id=first.next_key)
    seen = [c.id for page in (first, second) for c in page.items]
    assert len(seen) == len(set(seen)) == 25
    assert second.next_key is None
    closings = [c.closes_at for page in (first, second) for c in page.items]
    assert closings == sorted(closings, reverse=True)


def test_turnout_counts_each_unit_once_whatever_it_answered(db: Session) -> None:
    consultation = make_consultation(db)
    activities, day = consultation.questions
    _vote(db, activities, range(1, 9), "Repas")
    _vote(db, day, range(5, 11), "Samedi")
    for number in range(11, 14):
        cast_ballot(
            db,
            day,
            unit=unit_of_person(number),
            choices=option_ids(day, "Dimanche"),
            channel=ContributionChannel.PAPER,
        )
    cast_ballot(
        db,
        activities,
        unit=unit_of_person(13),
        choices=option_ids(activities, "Jeux"),
        channel=ContributionChannel.WEB,
    )
    turnout = queries.turnouts(db, [consultation.id])[consultation.id]
    assert turnout.total == 13
    assert dict(turnout.by_channel) == {"web": 10, "paper": 3}
    assert turnout.shown_by_channel


def test_below_ten_nothing_is_broken_down(db: Session) -> None:
    consultation = make_consultation(db)
    _vote(db, consultation.questions[0], range(9), "Repas")
    assert not queries.turnouts(db, [consultation.id])[consultation.id].shown_by_channel


def _counted(db: Session, consultation: Consultation) -> dict[int, Outcome]:
    return final.results([_sheet(db, consultation)])


def test_results_are_for_nobody_before_the_sealing(db: Session, moment: Moment) -> None:
    consultation = make_consultation(db)
    question = consultation.questions[0]
    _vote(db, question, range(4), "Repas", "Jeux")
    _vote(db, question, range(4, 6), "Jeux")
    for when in (consultation.closes_at - timedelta(microseconds=1), consultation.closes_at):
        moment.move_to(when)
        with pytest.raises(Denied):
            _counted(db, consultation)
    moment.forward(minutes=10)
    seal_within(db, consultation.id, None)
    found = _counted(db, consultation)[question.id]
    asked = sheets.questions(db, [consultation.id])[consultation.id][0]
    labels = {o.id: o.label["fr"] for o in asked.options}
    assert [(labels[c.option_id], c.voices, c.rank) for c in found.lines] == [
        ("Jeux", 6, 1),
        ("Repas", 4, 2),
        ("Musique", 0, 3),
        ("Aucune", 0, 3),
    ]
    assert words.why(asked, found) == (
        "«\xa0Jeux\xa0» arrive en tête\xa0: 6 votants sur 6 l’ont choisi."
    )


def test_a_cancelled_concertation_has_no_results(db: Session, moment: Moment) -> None:
    consultation = make_consultation(db, cancelled_at=clock.now())
    moment.move_to(consultation.closes_at)
    with pytest.raises(Conflict):
        seal_within(db, consultation.id, None)
    with pytest.raises(Denied):
        _counted(db, consultation)


def test_equal_answers_are_said_to_be_equal(db: Session, moment: Moment) -> None:
    consultation = make_consultation(db)
    asked = consultation.questions[1]
    _vote(db, asked, range(3), "Dimanche")
    _vote(db, asked, range(3, 6), "Samedi")
    moment.move_to(consultation.closes_at + timedelta(minutes=10))
    seal_within(db, consultation.id, None)
    tallies = _counted(db, consultation)
    activities, day = sheets.questions(db, [consultation.id])[consultation.id]
    assert words.why(day, tallies[day.id]).startswith(
        "«\xa0Samedi\xa0» et «\xa0Dimanche\xa0» sont à égalité."
    )
    assert "Personne n’a répondu" in words.why(activities, tallies[activities.id])


def test_what_was_answered_is_known_by_unit_and_never_the_answer(db: Session) -> None:
    consultation = make_consultation(db)
    _vote(db, consultation.questions[1], range(1, 2), "Samedi")
    found = queries.answered(db, consultation.questions, unit_of_person(1))
    assert found == {consultation.questions[1].id}
    assert queries.answered(db, consultation.questions, unit_of_person(2)) == frozenset()


def test_who_votes_and_until_when_is_said_in_plain_words(db: Session, moment: Moment) -> None:
    everybody = make_consultation(db, min_age=11)
    here = make_consultation(db, neighbourhood=neighbourhood(db))
    dwellings = make_consultation(db, electorate=Electorate.DWELLING_CODE)
    sheet = _sheet(db, here)
    assert "À partir de 11 ans" in words.electorate(_sheet(db, everybody))
    assert "Terre-Rouge" in words.electorate(sheet)
    assert "Terre-Rouge" in words.declaration(here)
    assert "par logement" in words.electorate(_sheet(db, dwellings))
    assert words.declaration(dwellings) == ""
    assert words.time_left(sheet, clock.now()) == "Encore 7 jours pour voter"
    moment.move_to(here.closes_at - timedelta(hours=1))
    assert words.time_left(sheet, clock.now()) == "Dernier jour pour voter"
    moment.move_to(here.decision_due_at + DAY)
    assert "attendue depuis" in words.decision_awaited(sheet, clock.now())


@pytest.mark.parametrize("role", [None, *Role])
def test_no_role_opens_results_early_or_announces_without_a_mandate(
    db: Session, role: Role | None
) -> None:
    person = make_person(db, *([role] if role else []))
    asking = {Role.COORDINATOR, Role.COUNCIL}
    assert policy.can_announce(person) is (role in asking)
    assert not policy.can_see_results(make_consultation(db))


def _voted(db: Session) -> Consultation:
    consultation = make_consultation(db)
    _vote(db, consultation.questions[0], range(1, 4), "Repas")
    assert check(db) == []
    return consultation


def _tamper_lost_ballot(db: Session, consultation: Consultation) -> None:
    db.execute(
        insert(RollEntry).values(
            question_id=consultation.questions[0].id,
            unit="person:99",
            consultation_id=consultation.id,
            channel="web",
        )
    )


def _tamper_foreign_option(db: Session, consultation: Consultation) -> None:
    foreign = option_ids(consultation.questions[1], "Samedi")
    db.execute(update(Ballot).values(answers=foreign))


def _tamper_too_many(db: Session, consultation: Consultation) -> None:
    db.execute(
        update(Ballot).values(
            answers=option_ids(consultation.questions[0], "Repas", "Musique", "Jeux")
        )
    )


def _tamper_none_and_more(db: Session, consultation: Consultation) -> None:
    both = sorted(option_ids(consultation.questions[0], "Repas", "Aucune"))
    db.execute(update(Ballot).values(answers=both))


def _tamper_empty(db: Session, consultation: Consultation) -> None:
    db.execute(update(Ballot).values(answers=[]))


def _tamper_electorate(db: Session, consultation: Consultation) -> None:
    db.execute(update(Consultation).values(electorate=Electorate.DWELLING_CODE))


def _tamper_consultation(db: Session, consultation: Consultation) -> None:
    db.execute(update(RollEntry).values(consultation_id=make_consultation(db).id))


def _tamper_code(db: Session, consultation: Consultation) -> None:
    _tamper_electorate(db, consultation)
    make_codes(db, make_consultation(db, electorate=Electorate.DWELLING_CODE), KEY, 1)
    code = db.query(VotingCode).one()
    first = db.query(RollEntry).first()
    assert first is not None
    db.execute(
        update(RollEntry).where(RollEntry.unit == first.unit).values(unit=unit_of_code(code.id))
    )


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (_tamper_lost_ballot, "4 rights used, 3 ballots"),
        (_tamper_foreign_option, "3 ballots that cannot be counted"),
        (_tamper_too_many, "3 ballots that cannot be counted"),
        (_tamper_none_and_more, "3 ballots that cannot be counted"),
        (_tamper_empty, "3 ballots that cannot be counted"),
        (_tamper_electorate, "3 votes from outside its electorate"),
        (_tamper_consultation, "3 roll entries of another concertation"),
        (_tamper_code, "1 votes by codes that are not valid"),
    ],
)
def test_the_self_check_finds_what_was_tampered_with(
    db: Session, tamper: object, fault: str
) -> None:
    consultation = _voted(db)
    tamper(db, consultation)  # type: ignore[operator]
    found = check(db)
    assert any(fault in line for line in found), found
    assert not any("person:" in line or "code:" in line for line in found)
