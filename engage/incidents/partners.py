"""What an organisation without account says about a report it has: repaired, planned, not ours.

The caller has checked the signed link; here the organisation must be the one that has the report.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.i18n import _
from engage.core.policy import require
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.incidents import commands, owing
from engage.incidents.models import Incident
from engage.incidents.policy import can_act_for
from engage.incidents.queries import FACTS
from engage.incidents.workflow import Action
from engage.territory.models import Organisation


def report(db: Session, incident_id: int) -> Incident | None:
    """The report as the commands below need it, held until this transaction ends."""
    return db.scalar(
        select(Incident)
        .options(*FACTS)
        .where(Incident.id == incident_id)
        .with_for_update(of=Incident)
    )


def resolve(db: Session, incident: Incident, *, partner: Organisation, at: datetime) -> None:
    """They repaired it, now or `at` an earlier moment; the resident confirms from today on.

    No photo is asked for: a link in a mail takes none.
    """
    require(can_act_for, partner, incident)
    incident.resolved_at = clock.now()
    incident.scheduled_on = None
    word = _("Réparé, dit {name}.").format(name=partner.name)
    commands.decide(db, incident, Action.RESOLVE, None, word=word)
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident, at=at)
    deadlines.meet(db, DeadlineKind.RESOLVE, incident, at=at)


def schedule(db: Session, incident: Incident, *, partner: Organisation, day: date) -> None:
    """They promise a day: until its end no reminder is made about this report."""
    require(can_act_for, partner, incident)
    incident.scheduled_on = day
    word = _("Prévu, dit {name}.").format(name=partner.name)
    commands.decide(db, incident, Action.SCHEDULE, None, word=word)
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident)
    owing.promise(db, incident, until=end_of_day(day))


def send_back(db: Session, incident: Incident, *, partner: Organisation, whose: str) -> None:
    """It is not theirs: back to the coordinator, with what they say about whose it is."""
    require(can_act_for, partner, incident)
    word = _("Ce n’est pas chez nous, dit {name}.").format(name=partner.name)
    if whose:
        word += " " + _("Plutôt : {whose}").format(whose=whose)
    incident.organisation_id = None
    incident.scheduled_on = None
    commands.decide(db, incident, Action.SEND_BACK, None, word=word, organisation_id=partner.id)
    deadlines.withdraw_all(db, incident)
