"""Votes on paper: the stand and the phone, sheets read by two, a count that is not forced."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations import queries as consultations
from engage.consultations.codes import queries as codes
from engage.consultations.commands import AlreadyVoted, NotOpen, cast_ballot
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    Question,
    QuestionKind,
    RollEntry,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.paper import commands, printing, queries, reading, stand
from engage.consultations.paper.models import PaperReading, PaperSheet
from engage.consultations.paper.queries import SheetState
from engage.consultations.paper.reading import Mark, Marks
from engage.consultations.sealing import jobs
from engage.consultations.sealing.commands import seal
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Conflict, Denied, InvalidInput
from tests import printed
from tests.conftest import Moment
from tests.consultations.codes.test_letters import KEY, make_letters
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.factories import make_person
from tests.parallel import in_parallel


def make_vote(db: Session, **values: object) -> Consultation:
    return make_consultation(
        db,
        make_question("Repas", "Musique", "Jeux", most=2, title="Quelles activités ?"),
        make_question("Samedi", "Dimanche", position=2, title="Quel jour ?"),
        electorate=values.pop("electorate", Electorate.DWELLING_CODE),  # type: ignore[arg-type]
        takes_paper=True,
        **values,
    )


def units(db: Session, asked: Consultation, count: int) -> list[str]:
    """The units of new letters."""
    typed = make_letters(db, asked, count, make_person(db, Role.COORDINATOR))
    found = [codes.in_hand(db, asked.id, KEY, code) for code in typed]
    return [unit_of_code(code.id) for code in found if code is not None]


def valid(question: Question, *labels: str) -> list[object]:
    return [question.id, "valid", sorted(option_ids(question, *labels))]


def marks(asked: Consultation, first: str = "Repas", second: str = "Samedi") -> Marks:
    """A sheet with one answer to each question; "blank", "void" and "struck" are marks."""
    return [
        [question.id, text, []] if text in list(Mark) else valid(question, text)
        for question, text in zip(asked.questions, (first, second), strict=True)
    ]


class Count:
    """An urn of `found` sheets of one batch, and people who read them."""

    def __init__(self, db: Session, asked: Consultation, found: int, moment: Moment) -> None:
        self.db, self.asked = db, asked
        self.coordinator = make_person(db, Role.COORDINATOR)
        self.readers = [make_person(db, Role.COUNCIL), make_person(db, Role.MEDIATOR)]
        commands.print_batch(db, asked, 50, actor=self.coordinator)
        moment.move_to(asked.closes_at)
        batch = queries.batch(db, asked.id, 1)
        assert batch is not None
        commands.open_urn(db, asked, batch, found, actor=self.coordinator)

    def sheet(self, number: int) -> PaperSheet:
        found = queries.sheet(self.db, self.asked.id, 1, number)
        assert found is not None
        return found

    def read(self, number: int, seen: Marks, by: Person, **values: str) -> SheetState:
        return commands.read_sheet(
            self.db, self.asked, self.sheet(number), seen, actor=by, **values
        )

    def both(self, number: int, seen: Marks) -> None:
        for person in self.readers:
            self.read(number, seen, person)

    def close(self, **reasons: str) -> None:
        told = {int(name.removeprefix("q")): text for name, text in reasons.items()}
        commands.close_count(self.db, self.asked, reasons=told, actor=self.coordinator)


def test_a_code_used_on_paper_is_closed_online_at_once_and_the_other_way_round(
    db: Session,
) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    paper, online = units(db, asked, 2)
    first = asked.questions[0]
    handed = commands.hand_out(db, asked, paper, actor=mediator)
    assert handed.before == ()
    with pytest.raises(AlreadyVoted):
        cast_ballot(db, first, unit=paper, choices=option_ids(first, "Jeux"))
    for question, text in zip(asked.questions, ("Jeux", "Samedi"), strict=True):
        cast_ballot(db, question, unit=online, choices=option_ids(question, text))
    with pytest.raises(Conflict):
        commands.hand_out(db, asked, online, actor=mediator)
    with pytest.raises(Conflict):
        commands.hand_out(db, asked, paper, actor=mediator)


def test_the_roll_says_paper_and_who_stood_there_and_nothing_says_when(db: Session) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    (unit,) = units(db, asked, 1)
    entries = db.scalar(select(func.count()).select_from(AuditEntry))
    commands.hand_out(db, asked, unit, actor=mediator)
    rows = db.execute(select(RollEntry.unit, RollEntry.channel, RollEntry.captured_by_id)).all()
    assert rows == [(unit, "paper", mediator.id)] * 2
    assert db.scalar(select(func.count()).select_from(AuditEntry)) == entries
    assert db.scalar(select(func.count()).select_from(Ballot)) == 0


def test_who_has_answered_one_question_online_gets_a_ballot_with_that_one_struck_out(
    db: Session,
) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    (unit,) = units(db, asked, 1)
    first, second = asked.questions
    cast_ballot(db, first, unit=unit, choices=option_ids(first, "Jeux"))
    handed = commands.hand_out(db, asked, unit, actor=mediator)
    assert (handed.questions, handed.before) == ((second,), (first,))


@pytest.mark.parametrize("by_code", [True, False])
def test_of_the_phone_and_the_stand_at_the_same_moment_one_gets_the_right(
    database: Database, *, by_code: bool
) -> None:
    with database.transaction() as db:
        mode = Electorate.PERSON_CODE if by_code else Electorate.DECLARED
        asked, mediator = make_vote(db, electorate=mode), make_person(db, Role.MEDIATOR)
        people = [make_person(db) for _number in range(8)]
        rights = units(db, asked, 8) if by_code else [unit_of_person(p.id) for p in people]

    def at_the_stand(unit: str) -> str:
        with database.transaction() as db:
            loaded = codes.asked(db, asked.id)
            assert loaded is not None
            handed = commands.hand_out(db, loaded, unit, actor=mediator)
            return "paper" if asked.questions[0].id in {q.id for q in handed.questions} else "no"

    def on_the_phone(unit: str) -> str:
        with database.transaction() as db:
            question = consultations.question(db, asked.questions[0].id)
            assert question is not None
            cast_ballot(db, question, unit=unit, choices=option_ids(question, "Jeux"))
            return "online"

    def tried(act: Callable[[str], str], unit: str) -> str:
        try:
            return act(unit)
        except (AlreadyVoted, Conflict):
            return "no"

    for unit in rights:
        ends = in_parallel(lambda act, unit=unit: tried(act, unit), [at_the_stand, on_the_phone])
        assert sorted(ends) in (["no", "online"], ["no", "paper"])
    with database.reading() as db:
        first = RollEntry.question_id == asked.questions[0].id
        channels = Counter(db.scalars(select(RollEntry.channel).where(first)))
        assert channels.total() == 8
        assert db.scalar(select(func.count()).select_from(Ballot)) == channels["web"]


def test_a_card_at_the_stand_uses_the_right_of_its_holder(db: Session) -> None:
    from engage.accounts.commands import issue_card

    asked, mediator = make_vote(db, electorate=Electorate.DECLARED), make_person(db, Role.MEDIATOR)
    person = make_person(db)
    issue_card(db, person, "CARD-2222-ABCD", key=KEY, actor_id=mediator.id)
    holder = stand.holder(db, asked, KEY, "card 2222 abcd", of_age=False)
    assert holder.unit == unit_of_person(person.id)
    with pytest.raises(InvalidInput):
        stand.holder(db, asked, KEY, "CARD-3333-ABCD", of_age=False)
    with pytest.raises(Denied):
        commands.hand_out(db, asked, "code:1", actor=mediator)


def test_nobody_gets_a_ballot_when_the_vote_is_not_open(db: Session, moment: Moment) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    (unit,) = units(db, asked, 1)
    with pytest.raises(Denied):
        commands.hand_out(db, asked, unit, actor=make_person(db, Role.COUNCIL))
    moment.move_to(asked.closes_at)
    with pytest.raises(NotOpen):
        commands.hand_out(db, asked, unit, actor=mediator)


def test_a_ballot_has_all_kinds_of_questions_both_scripts_its_batch_and_no_number(
    db: Session,
) -> None:
    kinds = [
        _of_kind(kind, position)
        for position, kind in enumerate([k for k in QuestionKind if k is not QuestionKind.TEXT], 1)
    ]
    said = _of_kind(QuestionKind.TEXT, len(kinds) + 1)
    asked = make_consultation(db, *kinds, said, takes_paper=True, title="Travaux #1 *vite*")
    document = printing.ballot_pdf(asked, 7, town="Mon quartier")
    words = "\n".join(printed.pages(document))
    assert printed.says_accessible(document)
    assert "Travaux #1 *vite*" in words
    for question in kinds:
        assert f"{question.position}. Question {question.kind.value}" in words
    assert "À dire au médiateur" in words
    assert words.count("Lot 7") == len(printed.pages(document))
    assert b"NotoSansArabic" in document


def _of_kind(kind: QuestionKind, position: int) -> Question:
    """A question of this kind with two answers, a price each, and one in Arabic."""
    made = make_question("Un", "Deux", position=position, title=f"Question {kind.value}")
    made.kind, made.budget = kind, 100
    made.options[0].label = {"fr": "Un", "ar": "واحد"}
    for option in made.options:
        option.cost = None if option.is_none else 50
    return made


def test_nothing_is_read_before_the_vote_is_over(db: Session, moment: Moment) -> None:
    asked = make_vote(db)
    before = moment.now
    count = Count(db, asked, 1, moment)
    moment.move_to(before)
    with pytest.raises(Conflict):
        count.read(1, marks(asked), count.readers[0])


def test_two_people_read_each_sheet_and_never_the_same_person_twice(
    db: Session, moment: Moment
) -> None:
    count = Count(db, make_vote(db), 2, moment)
    seen, (first, second) = marks(count.asked), count.readers
    assert count.read(1, seen, first) is SheetState.SECOND
    with pytest.raises(Conflict):
        count.read(1, seen, first)
    assert count.read(1, seen, second) is SheetState.SETTLED
    with pytest.raises(Conflict):
        count.read(1, seen, count.coordinator)
    with pytest.raises(Denied):
        count.read(2, seen, make_person(db, Role.AGENT))


def test_the_same_person_in_two_tabs_at_once_reads_once(database: Database, moment: Moment) -> None:
    with database.transaction() as db:
        count = Count(db, make_vote(db), 1, moment)
        asked, reader = count.asked, count.readers[0]

    def read(_tab: int) -> bool:
        try:
            with database.transaction() as db:
                sheet = queries.sheet(db, asked.id, 1, 1)
                assert sheet is not None
                commands.read_sheet(db, asked, sheet, marks(asked), actor=reader)
        except Conflict:
            return False
        return True

    assert sum(in_parallel(read, range(4))) == 1
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(PaperReading)) == 1


def test_differences_are_settled_by_a_third_person_who_says_why(
    db: Session, moment: Moment
) -> None:
    count = Count(db, make_vote(db), 1, moment)
    asked, (first, second) = count.asked, count.readers
    count.read(1, marks(asked, "Repas"), first)
    assert count.read(1, marks(asked, "void"), second) is SheetState.THIRD
    looks = [look.marks for look in count.sheet(1).readings]
    assert reading.differing(*looks) == [asked.questions[0].id]
    decided = marks(asked, "Repas")
    with pytest.raises(Conflict):
        count.read(1, decided, first, reason="Je reste sur mon avis.")
    with pytest.raises(InvalidInput):
        count.read(1, decided, count.coordinator)
    state = count.read(1, decided, count.coordinator, reason="La croix est dans la case.")
    assert state is SheetState.SETTLED
    settled = db.scalars(select(AuditEntry).where(AuditEntry.action == "paper.settle")).one()
    assert settled.actor_id == count.coordinator.id
    assert count.sheet(1).readings[2].reason == "La croix est dans la case."


def test_valid_ballots_go_into_the_count_and_the_roll_is_what_was_found(
    db: Session, moment: Moment
) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    rights = units(db, asked, 4)
    first, second = asked.questions
    cast_ballot(db, first, unit=rights[0], choices=option_ids(first, "Jeux"))
    for unit in rights:
        commands.hand_out(db, asked, unit, actor=mediator)
    count = Count(db, asked, 4, moment)
    count.both(1, marks(asked, "struck", "Dimanche"))
    count.both(2, marks(asked, "Repas", "blank"))
    count.both(3, marks(asked, "void", "Samedi"))
    count.both(4, marks(asked, "Repas", "Samedi"))
    assert not queries.is_settled(db, asked.id)
    count.close()
    assert queries.is_settled(db, asked.id)
    told = queries.counted(db, asked.id)
    one, two = told[first.id], told[second.id]
    assert (one.handed, one.valid, one.blank, one.void, one.struck) == (3, 2, 0, 1, 1)
    assert (two.handed, two.valid, two.blank, two.void, two.struck) == (4, 3, 1, 0, 0)
    found = db.execute(select(Ballot.question_id, Ballot.answers)).all()
    assert Counter((q, tuple(a)) for q, a in found) == {
        (first.id, tuple(option_ids(first, "Jeux"))): 1,
        (first.id, tuple(option_ids(first, "Repas"))): 2,
        (second.id, tuple(option_ids(second, "Samedi"))): 2,
        (second.id, tuple(option_ids(second, "Dimanche"))): 1,
    }
    with pytest.raises(Conflict):
        count.close()


def test_a_difference_is_told_with_its_reason_and_nothing_is_made_to_fit(
    db: Session, moment: Moment
) -> None:
    asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
    for unit in units(db, asked, 2):
        commands.hand_out(db, asked, unit, actor=mediator)
    count = Count(db, asked, 1, moment)
    with pytest.raises(Conflict):
        count.close()
    count.both(1, marks(asked))
    first, second = asked.questions
    with pytest.raises(InvalidInput) as refusal:
        count.close(**{f"q{first.id}": "Une personne est partie."})
    assert refusal.value.field == f"q{second.id}"
    gone = "Une personne est partie avec son bulletin."
    count.close(**{f"q{first.id}": gone, f"q{second.id}": gone})
    report = queries.report(db, asked.id)
    assert report is not None
    assert report.reasons == {str(first.id): gone, str(second.id): gone}
    data = printing.report(
        asked, report, queries.packs(db, asked.id), queries.readers(db, asked.id), town="Ville"
    )
    words = "\n".join(printed.pages(printing.pdf.render(printing.REPORT, **data)))
    assert gone in " ".join(words.split())
    assert "Procès-verbal de dépouillement" in words


def test_paper_and_phones_are_sealed_as_one_vote(database: Database, moment: Moment) -> None:
    with database.transaction() as db:
        asked, mediator = make_vote(db), make_person(db, Role.MEDIATOR)
        rights, first = units(db, asked, 3), asked.questions[0]
        cast_ballot(db, first, unit=rights[0], choices=option_ids(first, "Jeux"))
        for unit in rights[1:]:
            commands.hand_out(db, asked, unit, actor=mediator)
        count = Count(db, asked, 2, moment)
        count.both(1, marks(asked))
        count.both(2, marks(asked, "blank"))
        coordinator = count.coordinator
    with database.transaction() as db:
        loaded = codes.asked(db, asked.id)
        assert loaded is not None
        commands.close_count(db, loaded, reasons={}, actor=coordinator)
    moment.move_to(asked.closes_at + jobs.AFTER)
    seal(database, asked.id, coordinator)
    with database.reading() as db:
        sealed = db.get_one(Consultation, asked.id)
        assert sealed.sealed_at is not None
        assert consultations.turnouts(db, [asked.id])[asked.id].total == 3


def test_an_urn_that_was_miscounted_is_mended_before_its_sheets_are_read(
    db: Session, moment: Moment
) -> None:
    count = Count(db, make_vote(db), 3, moment)
    batch = queries.batch(db, count.asked.id, 1)
    assert batch is not None
    count.read(2, marks(count.asked), count.readers[0])
    commands.open_urn(db, count.asked, batch, 2, actor=count.coordinator)
    with pytest.raises(InvalidInput):
        commands.open_urn(db, count.asked, batch, 1, actor=count.coordinator)
    commands.open_urn(db, count.asked, batch, 5, actor=count.coordinator)
    (shown,) = queries.batches(db, count.asked.id, count.readers[0])
    assert [row.number for row in shown.sheets] == [1, 2, 3, 4, 5]
    assert queries.next_for([shown]) == (1, 1)
