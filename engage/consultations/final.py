"""What was counted when a vote was sealed: pages read it and never count again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engage.consultations import queries
from engage.consultations.counting.outcome import Outcome
from engage.consultations.policy import can_see_results
from engage.consultations.queries import Turnout
from engage.consultations.sheets import Listed
from engage.core.policy import require


def turnouts(db: Session, consultations: Sequence[Listed]) -> dict[int, Turnout]:
    """How many took part in each, as stored at sealing, or counted while there are none stored."""
    stored = {c.id: _turnout(json.loads(c.counts)["channels"]) for c in consultations if c.counts}
    others = [c.id for c in consultations if not c.counts]
    return stored | queries.turnouts(db, others) if others else stored


def _turnout(channels: Sequence[Any]) -> Turnout:
    return Turnout(sum(n for _, n in channels), tuple((name, n) for name, n in channels))


def results(sealed: Sequence[Listed]) -> dict[int, Outcome]:
    """The count of each question, by its id; raises `Denied` before a vote is sealed."""
    found: dict[int, Outcome] = {}
    for each in sealed:
        require(can_see_results, each)
        found |= outcomes(json.loads(each.counts or '{"outcomes": []}'))
    return found


def outcomes(counts: Mapping[str, Any]) -> dict[int, Outcome]:
    """The outcomes in a row of `FinalCounts`, by question id."""
    return {question_id: Outcome.from_row(row) for question_id, row in counts["outcomes"]}
