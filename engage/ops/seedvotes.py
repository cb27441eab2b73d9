"""Invented concertations that are over, with their roll and ballots as rows."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    Option,
    Question,
    QuestionKind,
    RollEntry,
    unit_of_person,
)
from engage.ops.seedrows import Made, Town

VOTERS = 10_000
"""Answers to one question of a well attended vote; more ballots make more concertations."""

ENDED = 25
"""Concertations at least, however few the ballots: more than a page of the list."""

QUESTIONS = 2
OPTIONS = 5
MOST = 3


def votes(town: Town, number: int) -> Iterator[Made]:
    """Concertations of two questions, one after the other; the ballots are spread evenly."""
    rounds = max(ENDED, -(-number // (VOTERS * QUESTIONS))) if number else 0
    shares = evenly(number, rounds * QUESTIONS)
    for closing in town.moments(rounds):
        id_ = town.new_id(Consultation)
        yield _consultation(town, id_, closing)
        for position in range(1, QUESTIONS + 1):
            yield from _question(town, id_, position, next(shares))


def evenly(number: int, parts: int) -> Iterator[int]:
    """As many parts as asked for, as equal as whole numbers can be, that add up to `number`."""
    return (number * (i + 1) // parts - number * i // parts for i in range(parts))


def _consultation(town: Town, id_: int, closing: datetime) -> Made:
    text = {"fr": town.words(6)}
    return Made(
        Consultation,
        {
            "id": id_,
            "title": text,
            "summary": text,
            "notice": text,
            "already_decided": text,
            "asked_by": text,
            "decided_by": text,
            "neighbourhood_id": town.chance.choice(town.neighbourhoods),
            "electorate": Electorate.DECLARED,
            "announced_at": closing - timedelta(days=40),
            "opens_at": closing - timedelta(days=30),
            "closes_at": closing,
            "decision_due_at": closing + timedelta(days=30),
            "decision_statement": {},
            "is_demo": True,
        },
    )


def _question(town: Town, consultation: int, position: int, voters: int) -> Iterator[Made]:
    id_ = town.new_id(Question)
    kind = (QuestionKind.APPROVAL, QuestionKind.SINGLE)[position % 2]
    most = MOST if kind is QuestionKind.APPROVAL else 1
    yield Made(
        Question,
        {
            "id": id_,
            "consultation_id": consultation,
            "position": position,
            "kind": kind,
            "max_choices": most,
            "title": {"fr": town.words(6)},
            "help": {},
        },
    )
    options = [town.new_id(Option) for _ in range(OPTIONS + 1)]
    for place, option in enumerate(options, 1):
        yield Made(
            Option,
            {
                "id": option,
                "question_id": id_,
                "position": place,
                "label": {"fr": town.words(2)},
                "details": {},
                "is_none": place > OPTIONS,
            },
        )
    for person in town.chance.sample(town.people, voters):
        values = {"question_id": id_, "unit": unit_of_person(person), "channel": town.channel()}
        yield Made(RollEntry, values | {"consultation_id": consultation})
        answers = sorted(town.chance.sample(options[:OPTIONS], town.chance.randint(1, most)))
        key = secrets.token_hex(16)
        yield Made(Ballot, {"key": key, "question_id": id_, "answers": answers})
