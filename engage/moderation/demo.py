"""Fills the demo with ideas: sent, read by the council, supported, as its file says."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.moderation import authoring, commands, settling
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
        reader = _reader(proposal, row, people)
        with clock.at(sent_at + READ_AFTER):
            commands.take(db, item, moderator=reader)
            commands.publish(db, item, moderator=reader, version=item.version)
        with clock.at(sent_at + READ_AFTER + commands.UNDO_WITHIN):
            settling.settle(db)
        proposals.endorse(db, row, proposal, supporters=supporters)
        follow_up_demo.live_on(db, row, proposal, people=people, now=now)
        made[row["code"]] = proposal
        for addition in row.get("additions", ()):
            _add(db, proposal, addition, people, now=now)
    follow_up_demo.end(db, made, data, people=people)


def _reader(proposal: Proposal, row: dict[str, Any], people: dict[str, Person]) -> Person:
    """One of the two members: nobody reads their own idea, and one of them reads Arabic."""
    readers = ["conseil" if proposal.id % 2 and row["lang"] == "fr" else "conseil2"]
    readers += ["conseil2", "conseil"]
    return people[next(code for code in readers if code != row["author"])]


def _add(
    db: Session,
    proposal: Proposal,
    row: dict[str, Any],
    people: dict[str, Person],
    *,
    now: datetime,
) -> None:
    """Add what the author said later; the council reads it, or it waits."""
    author = next(p for p in people.values() if p.id == proposal.author_id)
    sent_at = now - timedelta(days=row["days_ago"], hours=2)
    with clock.at(sent_at):
        addition = authoring.add(db, proposal, row["text"], language=row["lang"], author=author)
    item = authoring.newest_item(db, authoring.ADDITION, addition.id)
    assert item is not None
    if row["visibility"] != "public":
        return
    with clock.at(sent_at + READ_AFTER):
        commands.take(db, item, moderator=people["conseil2"])
        commands.publish(db, item, moderator=people["conseil2"], version=item.version)
    with clock.at(sent_at + READ_AFTER + commands.UNDO_WITHIN):
        settling.settle(db)
