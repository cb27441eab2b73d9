"""A vote that is tried out: answers stay in the cookie of who tries, none reaches a table."""

import json
import random
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from engage.consultations.casting import checked
from engage.consultations.counting.answers import (
    GRADED,
    Answers,
    is_countable,
    none_of,
    real_options,
)
from engage.consultations.counting.outcome import Outcome, count
from engage.consultations.models import Consultation, Question, QuestionKind
from engage.core.errors import InvalidInput

KEY = "rehearsal"
LARGEST = 1_400
"""Characters in the cookie, which holds other things too; the oldest ballots go first."""

LONGEST = 80
"""Characters kept of words written freely."""

INVENTED = 30
"""Voters who never were, to see what results look like."""

Ballot = dict[str, Answers]
"""Answers by question id (as text, for JSON)."""


@dataclass(frozen=True)
class Rehearsal:
    """What was tried in one concertation: finished ballots, and the one being filled in."""

    ballots: tuple[Ballot, ...] = ()
    open: Mapping[str, Answers] | None = None

    def answer_to(self, question: Question) -> Answers:
        """What the ballot in hand says; empty when it says nothing yet."""
        return list((self.open or {}).get(str(question.id), []))


def found(session: Mapping[str, Any], consultation: Consultation) -> Rehearsal:
    """What this browser tried here; of another concertation nothing is kept."""
    kept = session.get(KEY) or {}
    if kept.get("of") != consultation.id:
        return Rehearsal()
    return Rehearsal(tuple(kept["done"]), kept["open"])


def answer(
    session: MutableMapping[str, Any], consultation: Consultation, question: Question, sent: Any
) -> None:
    """Check an answer as a real one is checked, and keep it; raises `InvalidInput` on "choix"."""
    given = checked(question, sent)
    if question.kind is QuestionKind.TEXT:
        given = [str(given[0])[:LONGEST]]
    before = found(session, consultation)
    in_hand = {**(before.open or {}), str(question.id): given}
    _keep(session, consultation, list(before.ballots), in_hand)


def finish(session: MutableMapping[str, Any], consultation: Consultation) -> None:
    """Put the ballot in hand to the others: the next one is somebody else's."""
    before = found(session, consultation)
    if before.open:
        _keep(session, consultation, [*before.ballots, dict(before.open)], {})


def clear(session: MutableMapping[str, Any]) -> None:
    """Forget all that was tried."""
    session.pop(KEY, None)


def _keep(
    session: MutableMapping[str, Any],
    consultation: Consultation,
    ballots: list[Ballot],
    in_hand: Ballot,
) -> None:
    while True:
        kept = {"of": consultation.id, "done": ballots, "open": in_hand}
        if len(json.dumps(kept)) <= LARGEST or not (ballots or in_hand):
            session[KEY] = kept
            return
        ballots, in_hand = (ballots[1:], in_hand) if ballots else ([], {})


def outcomes(
    consultation: Consultation, tried: Rehearsal, *, invented: int = 0
) -> dict[int, Outcome]:
    """The count of each question but free ones: what was tried, and `invented` voters."""
    found: dict[int, Outcome] = {}
    for question in consultation.questions:
        if question.kind is QuestionKind.TEXT:
            continue
        mine = [ballot[str(question.id)] for ballot in tried.ballots if str(question.id) in ballot]
        answers = [each for each in mine if is_countable(question, each)]
        answers += _invent(question, invented)
        found[question.id] = count(question, [(each, 1) for each in answers])
    return found


def _invent(question: Question, number: int) -> list[Answers]:
    """Answers drawn at random, the same ones each time the page is loaded."""
    drawn = random.Random(question.id)  # noqa: S311 - an example, nothing is decided by it
    made = []
    for _voter in range(number):
        try:
            made.append(checked(question, _draw(question, drawn)))
        except InvalidInput:  # a draw that chose nothing
            made.append([none_of(question)])
    return made


def _draw(question: Question, drawn: random.Random) -> list[Any]:
    ids = [option.id for option in real_options(question)]
    drawn.shuffle(ids)
    if question.kind in GRADED:
        grades = GRADED[question.kind]
        return [[id_, drawn.choice(grades)] for id_ in ids]
    if question.kind is not QuestionKind.BUDGET:
        return ids[: drawn.randint(1, max(1, question.max_choices))]
    chosen: list[Any] = []
    left = question.budget or 0
    costs = {option.id: option.cost or 0 for option in question.options}
    for id_ in ids:
        if costs[id_] <= left and drawn.random() < 0.6:
            chosen, left = [*chosen, id_], left - costs[id_]
    return chosen
