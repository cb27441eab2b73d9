"""Fills the demo around the queue: refusals, an appeal, a report, an alert, another language."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.moderation import alerts, appeals, commands, notices, settling
from engage.moderation.choices import Grounds
from engage.moderation.models import ModerationItem, RefusalReason
from engage.moderation.notices import Complaint
from engage.moderation.notices_targets import REPORTABLE
from engage.proposals import commands as proposals
from engage.proposals.models import Proposal, ProposalRevision
from engage.territory.models import Neighbourhood

Row = dict[str, Any]


def load(db: Session, data: Row, *, people: dict[str, Person]) -> None:
    """What the file says under "moderation", on its days."""
    for row in data["moderation"]["refused"]:
        _refused(db, row, people)
    for row in data["moderation"]["alerts"]:
        _alert(db, row, people)
    for row in data["moderation"]["reported"]:
        _reported(db, row, people)
    for row in data["moderation"]["proposed_refusals"]:
        _proposed(db, row, people["conseil2"], people)
    for row in data["moderation"]["foreign"]:
        with clock.at(clock.now() - timedelta(days=row["days_ago"])):
            _sent(db, row, people)


def _sent(db: Session, row: Row, people: dict[str, Person]) -> ModerationItem:
    """An idea that waits in the queue."""
    hood = db.scalars(select(Neighbourhood.id).filter_by(code=row["neighbourhood"])).one()
    idea = proposals.Idea(
        title=row["title"], text=row["text"], neighbourhood_id=hood, language=row["lang"]
    )
    return commands.receive_idea(db, proposals.submit(db, idea, author=people[row["author"]]))


def _proposed(db: Session, row: Row, first: Person, people: dict[str, Person]) -> ModerationItem:
    """One member would not publish it: it waits for a second one."""
    sent_at = clock.now() - timedelta(days=row["days_ago"])
    with clock.at(sent_at):
        item = _sent(db, row, people)
    grounds = Grounds(_reason(db, row["reason"]), "", row["note"])
    with clock.at(sent_at + timedelta(hours=9)):
        commands.take(db, item, moderator=first)
        commands.propose_refusal(db, item, moderator=first, version=item.version, grounds=grounds)
    _settle(db, sent_at + timedelta(hours=9))
    return item


def _refused(db: Session, row: Row, people: dict[str, Person]) -> None:
    """Two members agree; the author asks for a new reading."""
    sent_at = clock.now() - timedelta(days=row["days_ago"])
    item = _proposed(db, row, people["conseil"], people)
    with clock.at(sent_at + timedelta(hours=30)):
        second = people["conseil2"]
        commands.take(db, item, moderator=second)
        commands.second_refusal(db, item, moderator=second, version=item.version, grounds=None)
    _settle(db, sent_at + timedelta(hours=30))
    with clock.at(sent_at + timedelta(days=3)):
        appeals.ask(db, item, row["appeal"], author=people[row["author"]])


def _settle(db: Session, moment: Any) -> None:
    with clock.at(moment + commands.UNDO_WITHIN):
        settling.settle(db)


def _reason(db: Session, code: str) -> RefusalReason:
    return db.scalars(select(RefusalReason).filter_by(code=code)).one()


def _alert(db: Session, row: Row, people: dict[str, Person]) -> None:
    """A member was threatened; the coordinator took it, acted and closed it."""
    then = clock.now() - timedelta(days=row["days_ago"])
    with clock.at(then):
        raised = alerts.raise_threat(db, None, member=people["conseil"])
    claire = people["coordinatrice"]
    with clock.at(then + timedelta(minutes=12)):
        alerts.take(db, raised, person=claire, version=raised.version)
    with clock.at(then + timedelta(hours=3)):
        alerts.close(
            db, raised, person=claire, version=raised.version, word=row["word"], give_back=False
        )


def _reported(db: Session, row: Row, people: dict[str, Person]) -> None:
    """Neighbours report a public idea; the council has not read it yet."""
    idea_id = db.scalar(
        select(Proposal.id)
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .where(ProposalRevision.title == row["title"])
    )
    assert idea_id is not None, "the file reports what it publishes"
    for hours, by in enumerate(row["by"], 2):
        with clock.at(clock.now() - timedelta(hours=hours)):
            target = REPORTABLE["proposals"].find(db, idea_id)
            if target is not None:
                complaint = Complaint(_reason(db, row["reason"]), row["explanation"])
                notices.send(db, target, complaint, reporter=people[by])
