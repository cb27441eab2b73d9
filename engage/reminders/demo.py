"""The fictive partners of the demo: the yearly reports they owe, one day of mails, one answer."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.db import Database
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day, next_office_hour, previous_working_day
from engage.reminders import commands, queries
from engage.reminders.models import AnswerKind
from engage.territory.models import Action, Organisation

ASKED_BEFORE = timedelta(days=40)


def load(db: Session, data: dict[str, Any]) -> None:
    """Owe the reports of the file, asked for 40 days before today."""
    today = clock.today()
    with clock.at(clock.now() - ASKED_BEFORE):
        for row in data["action_reports"]:
            action = db.scalars(select(Action).where(Action.code == row["action"])).one()
            partner = select(Organisation.id).where(Organisation.code == row["organisation"])
            deadlines.owe(
                db,
                DeadlineKind.ACTION_REPORT,
                action,
                organisation_id=db.scalars(partner).one(),
                due_at=end_of_day(today + timedelta(days=row["due_in_days"])),
                title=row["title"]["fr"],
            )


def yesterday() -> datetime:
    """The morning of the last working day, when the demo's first mails leave."""
    day = previous_working_day(clock.today())
    return next_office_hour(end_of_day(day) - timedelta(hours=9))


def answer_one(database: Database, *, partner: str) -> None:
    """Let a contact of `partner` promise a day for the first thing in the mail."""
    with database.transaction() as db:
        link = queries.first_link_of(db, partner)
        if link is None:
            return
        deadline = next((r.deadline for r in link.digest.reminders if r.deadline.is_open), None)
        if deadline is not None:
            day = clock.today() + timedelta(days=6)
            commands.answer(db, link, deadline, commands.Given(AnswerKind.PLANNED, day=day))
