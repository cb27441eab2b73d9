"""The fictive calls of the demo, prepared and answered by the real commands on their days."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.proposals import call_commands as commands
from engage.proposals.call_models import Call
from engage.proposals.models import Proposal, ProposalRevision
from engage.territory.models import Neighbourhood, Organisation

Row = dict[str, Any]


def load(db: Session, data: Row, people: dict[str, Person]) -> None:
    """Prepare each call of the file, name the ideas that answer it, publish its answer."""
    titles = {row["code"]: row["title"] for row in data["proposals"]}
    for row in data["calls"]:
        call = _prepared(db, row, people["coordinatrice"])
        _answer_with(db, call, [titles[code] for code in row["ideas"]])
        if row["answer"]:
            with clock.at(clock.now() - timedelta(days=row["answer"]["days_ago"])):
                commands.answer(
                    db,
                    call,
                    words=row["answer"]["text"],
                    decided_by=row["answer"]["decided_by"],
                    version=call.version,
                    actor=people["coordinatrice"],
                )


def _prepared(db: Session, row: Row, coordinator: Person) -> Call:
    today = clock.today()
    first = today + timedelta(days=row["opens_in_days"])
    hood = row["neighbourhood"]
    asked = commands.Asked(
        title=row["title"],
        theme=row["theme"],
        question=row["question"],
        explanation=row["explanation"],
        organisation_id=_id(db, Organisation, row["organisation"]),
        neighbourhood_id=_id(db, Neighbourhood, hood) if hood else None,
        opens_on=first,
        closes_on=today + timedelta(days=row["closes_in_days"]),
    )
    with clock.at(clock.now() + timedelta(days=min(row["opens_in_days"], 0) - 3)):
        call = commands.prepare(db, asked, actor=coordinator)
    call.is_demo = True
    db.flush()
    return call


def _id(db: Session, model: type[Organisation] | type[Neighbourhood], code: str) -> int:
    return db.scalars(select(model.id).where(model.code == code)).one()


def _answer_with(db: Session, call: Call, titles: list[str]) -> None:
    """Ideas were sent before the calls are made here, so they are given theirs afterwards."""
    sent = select(ProposalRevision.proposal_id).where(ProposalRevision.title.in_(titles))
    db.execute(update(Proposal).where(Proposal.id.in_(sent)).values(call_id=call.id))
