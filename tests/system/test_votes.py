"""Votes by letter over HTTP while processes are killed: none is lost, none counts twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from engage.consultations.models import Ballot, RollEntry
from engage.core.db import Database
from tests import live
from tests.system.making import Poll, a_poll
from tests.system.processes import killed_now_and_then
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system

PHONES, LETTERS_EACH = 8, 5


def vote_with_letter(visitor: Visitor, poll: Poll, number: int) -> list[tuple[int, int]]:
    """Answer all questions, each form sent twice; returns (question, option) as acknowledged."""
    visitor.enter_letter(poll.codes[number])
    told = []
    for position, (question, options) in enumerate(poll.options.items(), 1):
        option = options[number % len(options)]
        path = f"{poll.path}?question={position}"
        form = visitor.fill_in(path, {"choix": str(option)})
        status, _, text = visitor.insist("POST", path, form)
        assert status == 303, text
        assert visitor.insist("POST", path, form)[0] == 303  # the same answer in the same place
        told.append((question, option))
    return told


def test_votes_survive_kills_of_web_and_clock(
    program: live.Program, database: Database, settings: dict[str, str]
) -> None:
    """Eight phones vote while processes die; each sends its form again until it is answered."""
    letters = PHONES * LETTERS_EACH
    poll = a_poll(settings, database, letters=letters)

    def phone(first: int) -> list[tuple[int, int]]:
        told = []
        for number in range(first, letters, PHONES):
            told += vote_with_letter(Visitor(program.base), poll, number)
        return told

    with killed_now_and_then(program), ThreadPoolExecutor(PHONES) as pool:
        told = [vote for votes in pool.map(phone, range(PHONES)) for vote in votes]
    with database.reading() as db:
        kept = db.execute(select(Ballot.question_id, Ballot.answers)).all()
        used = db.execute(
            select(RollEntry.question_id, func.count()).group_by(RollEntry.question_id)
        ).all()
    assert Counter((question, answers[0]) for question, answers in kept) == Counter(told)
    assert {row[0]: row[1] for row in used} == dict.fromkeys(poll.options, letters)
    assert len(told) == len(kept) == letters * len(poll.options)
    live.command(settings, "verify")
