"""The three concertations of the demo: as the file says, votable with the documented codes."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage import contract
from engage.accounts import demo as people
from engage.accounts.commands import enter_with_card
from engage.accounts.demo import PERSONAS
from engage.accounts.models import Person
from engage.consultations import demo, final, queries
from engage.consultations.models import (
    Consultation,
    FinalCounts,
    RollEntry,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.sealing import secrets
from engage.consultations.verify import check
from engage.core import clock
from engage.core.contractrows import Difference, Loader
from engage.core.secrets import CODE_ALPHABET, clean_printed_code
from engage.territory import contract as territory

KEY = b"k" * 32
DATA = contract.read(contract.DEMO_FILE)
ROWS = {row["code"]: row for row in DATA["consultations"]}


@pytest.fixture
def loaded(db: Session) -> tuple[dict[str, Consultation], dict[str, Person]]:
    loader = Loader(db, Difference())
    territory.load_demo(loader, DATA)
    everybody = people.load(loader, DATA, joined_at=clock.now() - timedelta(days=200))
    return demo.load(db, DATA, everybody, key=KEY), everybody


Loaded = tuple[dict[str, Consultation], dict[str, Person]]


def test_turnout_and_results_are_those_of_the_file(db: Session, loaded: Loaded) -> None:
    made, _everybody = loaded
    for code, row in ROWS.items():
        turnout = queries.turnouts(db, [made[code].id])[made[code].id]
        expected = {channel: n for channel, n in row["turnout"].items() if n}
        assert dict(turnout.by_channel) == expected
    closed, told = made["C3"], ROWS["C3"]["results"]["choix"]
    stored = db.get_one(FinalCounts, closed.id)
    found = final.outcomes(stored.counts)[closed.questions[0].id]
    by_position = {o.id: o.position for o in closed.questions[0].options}
    voices = {by_position[line.option_id]: line.voices for line in found.lines}
    assert found.voters == told["voters"]
    assert [voices[place] for place in sorted(voices)] == list(told["tallies"].values())
    assert closed.decision_statement["fr"]
    assert closed.decided_on == clock.today() - timedelta(days=8)


def test_two_are_open_and_all_hold_together(db: Session, loaded: Loaded) -> None:
    made, _everybody = loaded
    now = clock.now()
    assert [made[code].is_open(now) for code in ("C1", "C2", "C3")] == [True, True, False]
    for asked in made.values():
        if asked.sealed_at:  # the transaction of this test never ends: the clock finds nothing
            secrets.destroy(db, asked.id)
    assert check(db) == []


def test_the_documented_codes_and_the_card_are_unused_and_work(db: Session, loaded: Loaded) -> None:
    made, everybody = loaded
    used = set(db.scalars(select(RollEntry.unit)))
    for code in demo.DEMO_CODES:
        assert clean_printed_code(code) == code
        assert set(code) <= set(CODE_ALPHABET) | {"-"}
        found = queries.voting_code(db, KEY, code)
        assert found is not None
        assert found[1] is made["C1"]
        assert unit_of_code(found[0].id) not in used
    entered = enter_with_card(db, KEY, demo.DEMO_CARD)
    assert entered.person is everybody[demo.CARD_HOLDER]
    assert unit_of_person(entered.person.id) not in used
    assert not used & {unit_of_person(everybody[code].id) for code in PERSONAS}
