"""Casting a ballot: once a unit and question, only while open, and without a trace."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts.models import Role
from engage.consultations import queries
from engage.consultations.commands import (
    AlreadyVoted,
    NotOpen,
    cast_ballot,
    keep_codes,
    make_codes,
)
from engage.consultations.making.commands import announce
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
from engage.consultations.sealing import secrets
from engage.consultations.verify import check
from engage.core import clock
from engage.core.db import Database
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.words import ContributionChannel
from tests.conftest import Moment
from tests.consultations.factories import DAY, make_consultation, make_question, option_ids
from tests.factories import make_person

KEY = b"k" * 32
VOTERS_AT_ONCE = 20


def _counts(db: Session) -> tuple[int, int]:
    roll = db.scalar(select(func.count()).select_from(RollEntry))
    ballots = db.scalar(select(func.count()).select_from(Ballot))
    return roll or 0, ballots or 0


def _code(db: Session, consultation: Consultation) -> VotingCode:
    make_codes(db, consultation, KEY, 1)
    return db.scalars(select(VotingCode).order_by(VotingCode.id.desc()).limit(1)).one()


def test_a_ballot_holds_the_sorted_choices_and_a_random_key(db: Session) -> None:
    question = make_consultation(db).questions[0]
    chosen = option_ids(question, "Musique", "Repas")
    cast_ballot(db, question, unit=unit_of_person(4), choices=chosen)
    ballot = db.scalars(select(Ballot)).one()
    assert (ballot.question_id, ballot.answers) == (question.id, sorted(chosen))
    assert len(ballot.key) == 32
    entry = db.scalars(select(RollEntry)).one()
    assert (entry.unit, entry.channel, entry.captured_by_id) == ("person:4", "web", None)


def test_a_second_vote_takes_the_place_of_the_first(db: Session) -> None:
    question = make_consultation(db).questions[1]
    first, second = option_ids(question, "Samedi"), option_ids(question, "Dimanche")
    counted = cast_ballot(db, question, unit=unit_of_person(4), choices=first)
    again = cast_ballot(
        db,
        question,
        unit=unit_of_person(4),
        choices=second,
        channel=ContributionChannel.IN_PERSON,
        captured_by=4,
    )
    assert (counted.changed, again.changed) == (False, True)
    assert counted.receipt == again.receipt
    assert db.scalars(select(Ballot.answers)).all() == [second]
    assert db.scalars(select(RollEntry.channel)).all() == ["web"]


def test_each_question_is_a_right_of_its_own(db: Session) -> None:
    consultation = make_consultation(db)
    for question in consultation.questions:
        cast_ballot(db, question, unit=unit_of_person(4), choices=[question.options[0].id])
    assert _counts(db) == (2, 2)
    assert check(db) == []


def test_a_vote_that_nobody_can_find_again_stands(db: Session) -> None:
    question = make_consultation(db).questions[1]
    first, second = option_ids(question, "Samedi"), option_ids(question, "Dimanche")
    cast_ballot(db, question, unit=unit_of_person(4), choices=first)
    secrets.destroy(db, question.consultation_id)
    with pytest.raises(AlreadyVoted):
        cast_ballot(db, question, unit=unit_of_person(4), choices=second)
    assert db.scalars(select(Ballot.answers)).all() == [first]
    assert not cast_ballot(db, question, unit=unit_of_person(5), choices=second).changed


def test_twenty_votes_of_one_unit_at_once_leave_one(database: Database) -> None:
    with database.transaction() as db:
        question = make_consultation(db).questions[0]
        question_id, choices = question.id, option_ids(question, "Jeux")
    moment = clock.now()

    def vote(_number: int) -> bool:
        with clock.at(moment), database.transaction() as db:
            loaded = queries.question(db, question_id)
            assert loaded is not None
            return cast_ballot(db, loaded, unit=unit_of_person(1), choices=choices).changed

    with ThreadPoolExecutor(VOTERS_AT_ONCE) as pool:
        changed = list(pool.map(vote, range(VOTERS_AT_ONCE)))
    assert changed.count(False) == 1
    with database.reading() as db:
        assert _counts(db) == (1, 1)
        assert check(db) == []


def test_a_vote_before_the_opening_or_after_the_closing_is_refused(
    db: Session, moment: Moment
) -> None:
    consultation = make_consultation(db, opens_at=moment.now + DAY, closes_at=moment.now + 2 * DAY)
    question = consultation.questions[1]
    choices = option_ids(question, "Samedi")
    with pytest.raises(NotOpen, match="pas encore ouvert"):
        cast_ballot(db, question, unit=unit_of_person(1), choices=choices)
    moment.move_to(consultation.closes_at - timedelta(microseconds=1))
    cast_ballot(db, question, unit=unit_of_person(1), choices=choices)
    moment.move_to(consultation.closes_at)
    with pytest.raises(NotOpen, match="fini depuis"):
        cast_ballot(db, question, unit=unit_of_person(2), choices=choices)
    assert _counts(db) == (1, 1)


def test_a_cancelled_concertation_takes_no_vote(db: Session) -> None:
    consultation = make_consultation(db, cancelled_at=clock.now(), cancel_reason="Doublon")
    question = consultation.questions[0]
    with pytest.raises(NotOpen, match="annulée"):
        cast_ballot(db, question, unit=unit_of_person(1), choices=[question.options[0].id])


def test_what_changed_since_the_question_was_read_is_seen(database: Database) -> None:
    """A page may hold a question that was cancelled a moment ago by somebody else."""
    with database.transaction() as db:
        consultation = make_consultation(db)
        question_id = consultation.questions[0].id
    with database.reading() as db:
        stale = queries.question(db, question_id)
        assert stale is not None
    with database.transaction() as db:
        db.execute(text("UPDATE consultations SET cancelled_at = closes_at"))
    with database.transaction() as db, pytest.raises(NotOpen, match="annulée"):
        cast_ballot(db, stale, unit=unit_of_person(1), choices=[stale.options[0].id])
    with database.reading() as db:
        assert _counts(db) == (0, 0)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (lambda q, _other: [], "Choisissez une réponse"),
        (lambda q, _other: option_ids(q, "Repas", "Musique", "Jeux"), "2 au plus"),
        (lambda q, _other: option_ids(q, "Repas", "Aucune"), "tout seul"),
        (lambda q, other: option_ids(other, "Samedi"), "pas dans la liste"),
        (lambda q, _other: [*option_ids(q, "Repas"), 0], "pas dans la liste"),
        (lambda q, _other: [-1], "pas dans la liste"),
        (lambda q, _other: [999_999_999], "pas dans la liste"),
    ],
)
def test_choices_that_do_not_fit_are_refused_with_a_sentence(
    db: Session, wanted: Callable[[Question, Question], list[int]], sentence: str
) -> None:
    question, other = make_consultation(db).questions
    with pytest.raises(InvalidInput, match=sentence) as refused:
        cast_ballot(db, question, unit=unit_of_person(1), choices=wanted(question, other))
    assert refused.value.field == "choix"
    assert _counts(db) == (0, 0)


def test_a_single_choice_takes_one_answer(db: Session) -> None:
    question = make_consultation(db).questions[1]
    with pytest.raises(InvalidInput, match="une seule"):
        cast_ballot(
            db, question, unit=unit_of_person(1), choices=option_ids(question, "Samedi", "Dimanche")
        )


def test_none_of_these_alone_is_an_answer(db: Session) -> None:
    question = make_consultation(db).questions[0]
    cast_ballot(db, question, unit=unit_of_person(1), choices=option_ids(question, "Aucune"))
    assert _counts(db) == (1, 1)


def test_units_of_another_electorate_are_refused(db: Session) -> None:
    by_account = make_consultation(db).questions[0]
    by_code = make_consultation(db, electorate=Electorate.DWELLING_CODE).questions[0]
    for question, unit in ((by_account, unit_of_code(1)), (by_code, unit_of_person(1))):
        with pytest.raises(Denied):
            cast_ballot(db, question, unit=unit, choices=[question.options[0].id])


def test_a_code_votes_once_in_its_own_concertation_only(db: Session) -> None:
    mine = make_consultation(db, electorate=Electorate.DWELLING_CODE)
    other = make_consultation(db, electorate=Electorate.DWELLING_CODE).questions[0]
    unit = unit_of_code(_code(db, mine).id)
    question = mine.questions[0]
    cast_ballot(db, question, unit=unit, choices=[question.options[0].id])
    assert cast_ballot(db, question, unit=unit, choices=[question.options[1].id]).changed
    with pytest.raises(Denied):
        cast_ballot(db, other, unit=unit, choices=[other.options[0].id])
    assert check(db) == []


def test_a_cancelled_code_votes_no_more(db: Session) -> None:
    consultation = make_consultation(db, electorate=Electorate.DWELLING_CODE)
    code = _code(db, consultation)
    code.cancelled_at = clock.now()
    db.flush()
    question = consultation.questions[0]
    with pytest.raises(Denied, match="ne vote plus"):
        cast_ballot(db, question, unit=unit_of_code(code.id), choices=[question.options[0].id])
    assert _counts(db) == (0, 0)


def test_only_hashes_of_codes_are_kept(db: Session) -> None:
    consultation = make_consultation(db, electorate=Electorate.DWELLING_CODE)
    codes = make_codes(db, consultation, KEY, 50)
    assert len(set(codes)) == 50
    kept = set(db.scalars(select(VotingCode.code_hash)))
    assert len(kept) == 50
    assert not any(code in hashed for code in codes for hashed in kept)
    found = queries.voting_code(db, KEY, codes[7].lower().replace("-", " "))
    assert found is not None
    assert found[1] is consultation
    assert queries.voting_code(db, b"another town's key", codes[7]) is None


def test_where_accounts_vote_no_code_is_made(db: Session) -> None:
    with pytest.raises(Conflict):
        keep_codes(db, make_consultation(db), KEY, ["TEST-2222-ABCD"])


def test_no_column_of_a_ballot_can_hold_a_person_or_a_time(database: Database) -> None:
    columns = {c["name"]: c for c in inspect(database.engine).get_columns("ballots")}
    assert set(columns) == {"key", "question_id", "answers"}
    roll = {c["name"] for c in inspect(database.engine).get_columns("roll_entries")}
    assert roll == {"question_id", "unit", "consultation_id", "channel", "captured_by_id"}
    targets = {k["referred_table"] for k in inspect(database.engine).get_foreign_keys("ballots")}
    assert targets == {"questions"}
    if database.is_sqlite:
        with database.reading() as db:
            for table in ("ballots", "roll_entries"):
                asked = text("SELECT sql FROM sqlite_master WHERE name = :name")
                words = db.scalar(asked, {"name": table})
                assert "WITHOUT ROWID" in words


def test_a_vote_writes_two_rows_and_nothing_else_anywhere(database: Database) -> None:
    with database.transaction() as db:
        person = make_person(db)
        question = make_consultation(db).questions[0]
        question_id, unit = question.id, unit_of_person(person.id)
    before = _everything(database)
    with database.transaction() as db:
        loaded = queries.question(db, question_id)
        assert loaded is not None
        cast_ballot(db, loaded, unit=unit, choices=[loaded.options[0].id])
    after = _everything(database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"roll_entries", "ballots"}


def _everything(database: Database) -> dict[str, str]:
    with database.reading() as db:
        return {
            table.name: json.dumps(sorted(str(tuple(row)) for row in db.execute(table.select())))
            for table in schema.metadata.sorted_tables
        }


def test_entry_for_others_says_by_which_channel(db: Session) -> None:
    mediator = make_person(db, Role.MEDIATOR)
    question = make_consultation(db).questions[0]
    cast_ballot(
        db,
        question,
        unit=unit_of_person(1),
        choices=[question.options[0].id],
        channel=ContributionChannel.PAPER,
        captured_by=mediator.id,
    )
    entry = db.scalars(select(RollEntry)).one()
    assert (entry.channel, entry.captured_by_id) == ("paper", mediator.id)


def _unsaved(**values: object) -> Consultation:
    now = clock.now()
    fields = {
        "title": {"fr": "Bancs"}, "summary": {}, "notice": {}, "already_decided": {},
        "asked_by": {}, "decided_by": {}, "decision_statement": {},
        "electorate": Electorate.DECLARED, "announced_at": now, "opens_at": now + DAY,
        "closes_at": now + 8 * DAY, "decision_due_at": now + 38 * DAY,
        "questions": [make_question("Oui", "Non")],
    }  # fmt: skip
    return Consultation(**(fields | values))


def test_announcing_is_audited_and_needs_a_mandate(db: Session) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    announce(db, _unsaved(), actor=coordinator)
    assert db.scalar(select(func.count(Consultation.id))) == 1
    with pytest.raises(Denied):
        announce(db, _unsaved(), actor=make_person(db, Role.AGENT))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda now: {"closes_at": now},
        lambda now: {"decision_due_at": now + 39 * DAY},
        lambda now: {"questions": [make_question("Oui", most=3)]},
        lambda now: {"questions": [make_question()]},
    ],
)
def test_a_concertation_that_does_not_hold_together_is_refused(
    db: Session, wrong: Callable[..., dict[str, object]]
) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    with pytest.raises(InvalidInput):
        announce(db, _unsaved(**wrong(clock.now())), actor=coordinator)
