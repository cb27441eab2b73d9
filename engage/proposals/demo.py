"""The fictive ideas of the demo, sent through the real commands at the days of its file."""

from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.core.words import ContributionChannel
from engage.proposals import commands
from engage.proposals import supporters as counted
from engage.proposals.models import Endorsement, Proposal, Voice
from engage.territory.models import Action, Neighbourhood, Organisation, Place

Row = dict[str, Any]


def submit(db: Session, row: Row, *, people: dict[str, Person]) -> Proposal:
    """Send one idea of the file as its author did; call it under the clock of that day."""
    captured_by = people.get(row["captured_by"] or "")
    return commands.submit(
        db,
        commands.Idea(
            title=row["title"],
            text=row["text"],
            neighbourhood_id=_id(db, Neighbourhood, row["neighbourhood"]),
            action_id=_id(db, Action, row["action"]),
            place_id=_id(db, Place, row["place"]) if row.get("place") else None,
            language=row["lang"],
            voice=row.get("voice", Voice.RESIDENT.value),
            organisation_id=_id(db, Organisation, row["organisation"])
            if row.get("organisation")
            else None,
        ),
        author=people[row["author"]],
        channel=ContributionChannel(row["channel"]),
        captured_by_id=captured_by.id if captured_by else None,
    )


def _id(db: Session, model: type[Action | Neighbourhood | Organisation | Place], code: str) -> int:
    return db.scalars(select(model.id).where(model.code == code)).one()


def endorse(db: Session, row: Row, proposal: Proposal, *, supporters: list[Person]) -> None:
    """Let `supporters` support a published idea, on the days since then.

    Written as rows at once: 2,000 calls of the command would take half of the demo's start.
    """
    first = clock.local(proposal.published_at or clock.now()).date()
    days = max(1, (clock.today() - first).days)
    offset = proposal.id * 7  # other neighbours for each idea
    chosen = islice(cycle(supporters), offset, offset + row["endorsements"])
    rows = [
        {
            "proposal_id": proposal.id,
            "person_id": person.id,
            "channel": "in_person" if number < row["endorsements_in_person"] else "web",
            "created_on": first + timedelta(days=number % days),
        }
        for number, person in enumerate(chosen)
    ]
    if rows:
        db.execute(insert(Endorsement), rows)
        counted.add(db, proposal.id, len(rows))
