"""A member says when to be written to, and until when to pause."""

from datetime import timedelta

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.moderation import rota
from engage.moderation.policy import can_look
from engage.moderation.rota import Habits
from engage.moderation.rota_models import Rhythm

LONGEST_PAUSE = timedelta(days=366)


def choose(db: Session, habits: Habits, *, person: Person) -> None:
    """Keep what was chosen; raises `InvalidInput` for a pause that ended or lasts over a year."""
    require(can_look, person)
    today, until = clock.today(), habits.paused_until
    if until is not None and until <= today:
        raise InvalidInput("paused_until", _("Choisissez un jour à venir, ou laissez vide."))
    if until is not None and until > today + LONGEST_PAUSE:
        raise InvalidInput("paused_until", _("Une pause dure un an au plus."))
    db.merge(
        Rhythm(
            person_id=person.id,
            quiet_from=habits.quiet_from,
            quiet_until=habits.quiet_until,
            weekends=habits.weekends,
            duty_days=rota.duty_bits(habits.duty),
            paused_until=until,
        )
    )
    audit.record(db, "person.choose_rhythm", person, actor_id=person.id)
    db.flush()
