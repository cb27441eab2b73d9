"""Letters with codes: printed once, kept as hashes, cancelled and replaced; no list of the used."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts.models import Person, Role
from engage.consultations import queries as consultations
from engage.consultations.codes import addresses, commands, printing, queries
from engage.consultations.codes.queries import CodeState
from engage.consultations.commands import cast_ballot
from engage.consultations.models import (
    Consultation,
    Electorate,
    FinalCounts,
    VotingCode,
    unit_of_code,
)
from engage.consultations.sealing import jobs
from engage.core.audit import AuditEntry
from engage.core.db import Database
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.territory.models import Neighbourhood
from tests import printed
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.factories import make_person, neighbourhood
from tests.parallel import in_parallel

KEY = b"k" * 32


def make_vote(db: Session, **values: object) -> Consultation:
    return make_consultation(
        db,
        make_question("Oui", "Non"),
        electorate=values.pop("electorate", Electorate.DWELLING_CODE),  # type: ignore[arg-type]
        **values,
    )


def make_letters(db: Session, asked: Consultation, count: int, actor: Person) -> list[str]:
    codes = commands.draw(count)
    batch = queries.next_batch(db, asked.id)
    commands.keep_letters(db, asked, codes, key=KEY, batch=batch, actor=actor)
    return codes


def vote(db: Session, asked: Consultation, code: str, answer: str = "Oui") -> None:
    found = consultations.voting_code(db, KEY, code)
    assert found is not None
    question = asked.questions[0]
    unit, chosen = unit_of_code(found[0].id), option_ids(question, answer)
    cast_ballot(db, question, unit=unit, choices=chosen)


def test_a_letter_has_a_page_a_number_and_a_qr_code_that_a_phone_reads(db: Session) -> None:
    asked = make_vote(db, takes_paper=True)
    letters = [
        printing.Letter(2, serial, code, ["Logement *12* #a", "46000 Cahors"])
        for serial, code in enumerate(commands.draw(3), 1)
    ]
    data = printing.sheet(asked, letters, base_url="https://example.fr", town="Mon quartier")
    document = printing.letters_pdf(data)
    pages = printed.pages(document)
    assert len(pages) == 3
    for page, letter in zip(pages, letters, strict=True):
        assert letter.code in page
        assert f"2-00{letter.serial}" in page
        assert "Logement *12* #a" in page
    assert printed.says_accessible(document)
    first = printed.pictures(printing.TEMPLATE, **data)[0]
    assert printed.qr_codes(first) == [f"https://example.fr/code#{letters[0].code}"]


def test_no_table_holds_a_code_in_plain(db: Session) -> None:
    asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
    codes = make_letters(db, asked, 5, actor)
    vote(db, asked, codes[0])
    commands.check_code(db, asked, queries.in_hand(db, asked.id, KEY, codes[1]), actor=actor)
    db.flush()
    everything = "\n".join(
        str(row)
        for table in schema.metadata.sorted_tables
        for row in db.execute(text(f'SELECT * FROM "{table.name}"'))  # noqa: S608
    )
    for code in codes:
        assert code not in everything
        assert code.replace("-", "") not in everything


def test_a_code_in_hand_is_used_unused_or_cancelled(db: Session) -> None:
    asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
    mediator = make_person(db, Role.MEDIATOR)
    used, unused, lost = make_letters(db, asked, 3, actor)
    vote(db, asked, used)
    lost_code = queries.in_hand(db, asked.id, KEY, lost)
    assert lost_code is not None
    commands.cancel_code(db, asked, lost_code, actor=actor)

    def state(typed: str) -> CodeState:
        found = queries.in_hand(db, asked.id, KEY, typed)
        return commands.check_code(db, asked, found, actor=mediator)

    assert state(used) is CodeState.USED
    assert state(unused.lower().replace("-", " ")) is CodeState.UNUSED
    assert state(f"https://example.fr/code#{unused}") is CodeState.UNUSED
    assert state(lost) is CodeState.CANCELLED
    assert state("XXXX-XXXX-XXXX") is CodeState.UNKNOWN


def test_the_audit_says_that_somebody_looked_and_never_at_which_code(db: Session) -> None:
    asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
    first, second = make_letters(db, asked, 2, actor)
    for code in (first, second):
        found = queries.in_hand(db, asked.id, KEY, code)
        assert found is not None
        commands.check_code(db, asked, found, actor=actor)
        commands.cancel_code(db, asked, found, actor=actor)
    db.flush()
    looked = db.scalars(select(AuditEntry).where(AuditEntry.action.like("consultation.c%_code")))
    assert {(e.subject_id, e.subject_type, str(e.details)) for e in looked} == {
        (asked.id, "consultations", "{}")
    }


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AGENT, Role.ADMIN])
def test_landlords_and_others_learn_nothing_of_a_code(db: Session, role: Role) -> None:
    asked = make_vote(db)
    (code,) = make_letters(db, asked, 1, make_person(db, Role.COORDINATOR))
    found = queries.in_hand(db, asked.id, KEY, code)
    with pytest.raises(Denied):
        commands.check_code(db, asked, found, actor=make_person(db, role))


def test_a_used_code_is_never_cancelled(db: Session) -> None:
    asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
    (code,) = make_letters(db, asked, 1, actor)
    vote(db, asked, code)
    found = queries.in_hand(db, asked.id, KEY, code)
    assert found is not None
    with pytest.raises(Conflict):
        commands.cancel_code(db, asked, found, actor=actor)
    commands.cancel_batch(db, asked, 1, actor=actor)
    db.expire_all()
    assert db.scalars(select(VotingCode.cancelled_at)).all() == [None]


def test_a_lost_letter_is_cancelled_by_its_number_and_replaced_in_its_batch(db: Session) -> None:
    asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
    codes = make_letters(db, asked, 3, actor)
    lost = queries.by_number(db, asked.id, 1, 2)
    assert lost is not None
    commands.cancel_code(db, asked, lost, actor=actor)
    serial = queries.next_serial(db, asked.id, 1)
    new = commands.draw(1)
    commands.keep_letters(db, asked, new, key=KEY, batch=1, actor=actor, first=serial)
    with pytest.raises(Denied):
        vote(db, asked, codes[1])
    vote(db, asked, new[0])
    assert serial == 4
    assert [(b.made, b.standing) for b in queries.letters(db, asked.id)] == [(4, 3)]


def test_a_code_that_votes_while_it_is_cancelled_ends_as_one_of_both(database: Database) -> None:
    with database.transaction() as db:
        asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
        codes = make_letters(db, asked, 8, actor)

    def cast(code: str) -> str:
        try:
            with database.transaction() as db:
                loaded = queries.asked(db, asked.id)
                assert loaded is not None
                vote(db, loaded, code)
        except (Denied, Conflict):
            return "refused"
        return "voted"

    def cancel(code: str) -> str:
        try:
            with database.transaction() as db:
                found = queries.in_hand(db, asked.id, KEY, code)
                assert found is not None
                commands.cancel_code(db, asked, found, actor=actor)
        except Conflict:
            return "refused"
        return "cancelled"

    for code in codes:
        ends = in_parallel(lambda act, code=code: act(code), [cast, cancel])
        assert sorted(ends) in (["refused", "voted"], ["cancelled", "refused"])


def test_a_code_stands_for_the_neighbourhood_that_its_letter_went_to(db: Session) -> None:
    asked, actor, hood = make_vote(db), make_person(db, Role.COORDINATOR), neighbourhood(db)
    commands.keep_letters(
        db, asked, commands.draw(1), key=KEY, batch=1, actor=actor, neighbourhood_id=hood.id
    )
    assert db.scalars(select(VotingCode.neighbourhood_id)).all() == [hood.id]


def test_sealing_tells_where_dwellings_took_part_by_their_letters(
    database: Database, moment: Moment
) -> None:
    with database.transaction() as db:
        asked, actor = make_vote(db), make_person(db, Role.COORDINATOR)
        hoods = db.scalars(select(Neighbourhood.id).order_by(Neighbourhood.id).limit(2)).all()
        for batch, hood in enumerate(hoods, 1):
            codes = commands.draw(10 + batch)
            commands.keep_letters(
                db, asked, codes, key=KEY, batch=batch, actor=actor, neighbourhood_id=hood
            )
            for code in codes:
                vote(db, asked, code)
    moment.move_to(asked.closes_at + jobs.AFTER)
    assert jobs.run(database) == 1
    with database.reading() as db:
        told = db.scalars(select(FinalCounts.counts)).one()
    assert told["neighbourhoods"] == [[[hoods[1]], 12], [[hoods[0]], 11]]


def test_no_letters_where_accounts_vote_or_after_sealing(db: Session) -> None:
    actor = make_person(db, Role.COORDINATOR)
    with pytest.raises(Denied):
        make_letters(db, make_vote(db, electorate=Electorate.DECLARED), 1, actor)
    with pytest.raises(Denied):
        make_letters(db, make_vote(db), 1, make_person(db, Role.MEDIATOR))
    asked = make_vote(db)
    db.execute(update(Consultation).values(sealed_at=asked.opens_at))
    db.refresh(asked)
    with pytest.raises(Denied):
        make_letters(db, asked, 1, actor)


def test_dwellings_come_typed_or_out_of_a_spreadsheet() -> None:
    assert addresses.typed("Logement 1 ; 3 rue A\n\n Logement 2;3 rue A ") == [
        ["Logement 1", "3 rue A"],
        ["Logement 2", "3 rue A"],
    ]
    rows = 'Nom;Adresse\r\nÉtage 1;"3, rue A"\r\n;\r\n'
    for content in (rows.encode("utf-8-sig"), rows.encode("cp1252")):
        assert addresses.exported(content) == [["Étage 1", "3, rue A"]]
    with pytest.raises(InvalidInput):
        addresses.exported(b"PK\x03\x04\x00\x00")
