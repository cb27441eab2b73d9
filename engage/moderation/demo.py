"""Fills the demo with ideas: sent, read by the council, supported, as its file says."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.moderation import commands, settling
from engage.moderation.models import Moderator
from engage.proposals import demo as proposals
from engage.proposals import follow_up_demo
from engage.proposals.models import Proposal

READ_AFTER = timedelta(hours=20)


def load(db: Session, data: dict[str, Any], *, people: dict[str, Person]) -> None:
    """Send every idea on its day, oldest first; what waits stays in the queue."""
    now, made = clock.now(), dict[str, Proposal]()
    supporters = [person for code, person in people.items() if code.startswith("soutien-")]
    db.add(Moderator(person_id=people["conseil2"].id, languages=["fr", "ar"]))
    for row in sorted(data["proposals"], key=lambda r: -r["days_ago"]):
        sent_at = now - timedelta(days=row["days_ago"], hours=3)
        with clock.at(sent_at):
            proposal = proposals.submit(db, row, people=people)
            item = commands.receive_idea(db, proposal)
        if row["visibility"] != "public":
            continue
        reader = people["conseil" if proposal.id % 2 and row["lang"] == "fr" else "conseil2"]
        with clock.at(sent_at + READ_AFTER):
            commands.take(db, item, moderator=reader)
            commands.publish(db, item, moderator=reader, version=item.version)
        with clock.at(sent_at + READ_AFTER + commands.UNDO_WITHIN):
            settling.settle(db)
        proposals.endorse(db, row, proposal, supporters=supporters)
        follow_up_demo.live_on(db, row, proposal, people=people, now=now)
        made[row["code"]] = proposal
    follow_up_demo.end(db, made, data, people=people)
