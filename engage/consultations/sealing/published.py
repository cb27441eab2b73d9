"""The files by which anybody recounts a sealed vote, written as they are read.

The same rows give the same bytes each time: their checksums stand on the page of the proof.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session, selectinload

from engage.consultations import final
from engage.consultations.counting.outcome import Outcome
from engage.consultations.models import Consultation, FinalCounts, Option, Question, QuestionKind
from engage.consultations.policy import can_see_results
from engage.consultations.sealing.cells import SMALLEST
from engage.consultations.sealing.models import SealedBallot, SealedReceipt
from engage.core import spreadsheet
from engage.core.policy import require

CHUNK = 5_000

Parts = Iterator[str]


class Numbers(NamedTuple):
    """Of one question: ballots with a receipt, valid ones on paper, those without a receipt."""

    receipts: int
    paper: int
    lost: int


@dataclass(frozen=True)
class Vote:
    """A sealed concertation with its questions and options, and what was counted."""

    asked: Consultation
    outcomes: dict[int, Outcome]
    numbers: dict[int, Numbers]

    def has_list(self, question: Question) -> bool:
        """Whether its ballots are published: ten at least, and no texts."""
        enough = self.outcomes[question.id].voters >= SMALLEST
        return enough and question.kind is not QuestionKind.TEXT


def vote(db: Session, consultation_id: int) -> Vote:
    """Raises `Denied` before the ballots are sealed."""
    asked = db.scalars(
        select(Consultation)
        .options(selectinload(Consultation.questions).selectinload(Question.options))
        .where(Consultation.id == consultation_id)
    ).one()
    require(can_see_results, asked)
    counts = db.get_one(FinalCounts, consultation_id).counts
    numbers = {row[0]: Numbers(*row[1:]) for row in counts["receipts"]}
    return Vote(asked, final.outcomes(counts), numbers)


def whole(db: Session, found: Vote) -> Parts:
    """`preuve.json`: questions, answers, receipts and what was counted."""
    head = {
        "concertation": found.asked.id,
        "title": found.asked.title,
        "closed_at": found.asked.closes_at.isoformat(),
    }
    yield _dumped(head)[:-1] + ',\n"questions": ['
    for number, question in enumerate(found.asked.questions):
        yield (",\n" if number else "\n") + _dumped(_head(question))[:-1]
        yield ',\n"result": ' + _dumped(_result(found.outcomes[question.id]))
        yield ',\n"answers": '
        yield from _listed(_answers(db, question)) if found.has_list(question) else ["null"]
        yield ',\n"receipts": '
        yield from _listed(map(_dumped, _receipts(db, question)))
        yield "}"
    yield "\n]}\n"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _head(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "position": question.position,
        "kind": question.kind.value,
        "title": question.title,
        "budget": question.budget,
        "counting": question.counting.value if question.counting else None,
        "options": [_option(option) for option in question.options],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "id": option.id,
        "label": option.label,
        "is_none": option.is_none,
        "cost": option.cost,
    }


def _result(outcome: Outcome) -> dict[str, Any]:
    voters, lines, winners, _steps, tie = outcome.to_row()
    return {"voters": voters, "lines": lines, "winners": winners, "tie": tie}


def _listed(rows: Iterable[str]) -> Parts:
    """A JSON list, a line for each."""
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + row
    yield "]"


def _answers(db: Session, question: Question) -> Iterator[str]:
    """As JSON, in the order of keys that were drawn by lot."""
    return _streamed(
        db,
        select(cast(SealedBallot.answers, Text))
        .where(SealedBallot.question_id == question.id)
        .order_by(SealedBallot.key),
    )


def _receipts(db: Session, question: Question) -> Iterator[str]:
    """Sorted letter by letter, as a program compares them, whatever the language of the server."""
    order = {"sqlite": "BINARY", "postgresql": "C"}[db.get_bind().dialect.name]
    return _streamed(
        db,
        select(SealedReceipt.receipt)
        .where(SealedReceipt.question_id == question.id)
        .order_by(SealedReceipt.receipt.collate(order)),
    )


def _streamed(db: Session, statement: Any) -> Iterator[Any]:
    yield from db.scalars(statement.execution_options(yield_per=CHUNK))


def receipts(db: Session, found: Vote) -> Parts:
    """`recus.csv`: what voters look for."""
    yield spreadsheet.BYTE_ORDER_MARK + spreadsheet.written([("question", "recu")])
    for question in found.asked.questions:
        for receipt in _receipts(db, question):
            yield spreadsheet.written([(str(question.position), receipt)])


def answers(db: Session, found: Vote) -> Parts:
    """`reponses.csv`: an answer a line, as options by number and in words."""
    yield spreadsheet.BYTE_ORDER_MARK + spreadsheet.written([("question", "options", "reponse")])
    for question in found.asked.questions:
        if not found.has_list(question):
            continue
        texts = {option.id: option.label["fr"] for option in question.options}
        for given in _answers(db, question):
            row = (str(question.position), given, _said(json.loads(given), texts))
            yield spreadsheet.written([row])


def _said(given: list[Any], texts: dict[int, str]) -> str:
    """`Bancs ; Jeux`, and with grades `Bancs = 5 ; Jeux = 3`."""
    named = (
        f"{texts[each[0]]} = {each[1]}" if isinstance(each, list) else texts[each] for each in given
    )
    return " ; ".join(named)


FILES: dict[str, Callable[[Session, Vote], Parts]] = {
    "preuve.json": whole,
    "reponses.csv": answers,
    "recus.csv": receipts,
}
"""Name in the address → what writes it."""


@dataclass(frozen=True)
class Sum:
    """The checksum of a file, and how long it is in bytes."""

    name: str
    sha256: str
    size: int


def sums(db: Session, found: Vote) -> tuple[Sum, ...]:
    """Of all files; reads everything, so pages keep it."""
    return tuple(_sum(name, write(db, found)) for name, write in FILES.items())


def _sum(name: str, parts: Parts) -> Sum:
    digest, size = hashlib.sha256(), 0
    for part in parts:
        content = part.encode()
        digest.update(content)
        size += len(content)
    return Sum(name, digest.hexdigest(), size)


def has_receipt(db: Session, question_ids: Iterable[int], typed: str) -> int | None:
    """The id of the question whose list has this receipt, typed in any way; None when none has."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    wanted = "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    return db.scalar(
        select(SealedReceipt.question_id).where(
            SealedReceipt.question_id.in_(list(question_ids)), SealedReceipt.receipt == wanted
        )
    )
