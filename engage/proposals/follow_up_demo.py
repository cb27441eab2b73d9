"""What became of the fictive ideas of the demo, by the real commands, at the days of its file."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock
from engage.proposals import follow_up, follows, joining
from engage.proposals.answers import Verdict
from engage.proposals.follow_up import Statement
from engage.proposals.models import Proposal
from engage.proposals.news import ProposalNews
from engage.territory.models import Organisation

Row = dict[str, Any]
DAY = timedelta(days=1)
VERDICTS = {
    "planned": Verdict.ACCEPTED,
    "in_progress": Verdict.ACCEPTED,
    "done": Verdict.ACCEPTED,
    "partly": Verdict.PARTLY,
    "not_now": Verdict.NOT_NOW,
    "declined": Verdict.NO,
}
"""State of the file → the answer that came first."""

ANSWERED_BEFORE, STARTED_BEFORE = 12 * DAY, 6 * DAY
"""How long before the last step an idea that goes on was answered and begun."""


def live_on(
    db: Session, row: Row, proposal: Proposal, *, people: dict[str, Person], now: datetime
) -> None:
    """Let everything happen to one public idea that the file says."""
    became = row["follow_up"]
    if became is None:
        return
    at = now - became["days_ago"] * DAY
    partner = db.scalars(
        select(Organisation).where(Organisation.code == became["organisation"])
    ).one()
    if became["state"] == "under_study":
        with clock.at(at):
            day = clock.today() + timedelta(days=became.get("within_days", 30))
            council = people["conseil"]
            follow_up.entrust(db, proposal, partner=partner, day=day, person=council)
        return
    _answer(db, proposal, became, partner, at, people["coordinatrice"])


def _answer(
    db: Session, proposal: Proposal, became: Row, partner: Organisation, at: datetime, who: Person
) -> None:
    state = became["state"]
    goes_on = state in ("in_progress", "done")
    verdict = VERDICTS[state]
    with clock.at(at - ANSWERED_BEFORE if goes_on else at):
        promised = verdict in (Verdict.ACCEPTED, Verdict.PARTLY)
        day = clock.today() + timedelta(days=90) if promised else None
        statement = Statement(verdict, partner.name, became["text"], partner, day)
        follow_up.answer(db, proposal, statement, person=who)
    if goes_on:
        with clock.at(at - STARTED_BEFORE if state == "done" else at):
            follow_up.start(db, proposal, person=who)
    if state == "done":
        with clock.at(at):
            follow_up.finish(db, proposal, person=who)


def end(db: Session, made: dict[str, Proposal], data: Row, *, people: dict[str, Person]) -> None:
    """Join what says the same, let the residents of the demo follow, tell nobody of the past."""
    for row in data["proposals"]:
        target = made.get(row.get("joins", ""))
        if target is not None:
            joining.join(db, made[row["code"]], target, person=people["conseil"])
        for code in row.get("followers", ()):
            follows.follow(db, made[row["code"]], person=people[code])
    db.execute(delete(ProposalNews))
