"""Who published something and left: kept sealed for five years where the operator must.

Decree 2021-1362 (articles 2 to 5) asks hosts for it; whether it binds a town is for its lawyers to
say, so it is off by default. Each look is written down with its reason.
"""

import json
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import ContactKind, ContactPoint, Person
from engage.core import audit, clock
from engage.core.config import Config
from engage.core.errors import InvalidInput, NotFound
from engage.core.secrets import load_key, seal, unseal
from engage.discussions.models import Comment
from engage.privacy.models import RetainedIdentity
from engage.proposals.models import Proposal

YEARS = 5
PURPOSE = "identity"
KEY_FILE = "identities.key"
LONGEST_REASON = 200


def sealing_key(config: Config) -> bytes | None:
    """The key that seals identities, in a file of its own; None where they are not kept."""
    return load_key(config.secrets, KEY_FILE) if config.keep_identities else None


def keep(db: Session, person: Person, key: bytes) -> bool:
    """Seal who `person` is before the account is emptied; False when nothing was published."""
    if not any(_has_published(db, table, person) for table in (Proposal, Comment)):
        return False
    today = clock.today()
    db.add(
        RetainedIdentity(
            person_id=person.id,
            sealed=seal(key, f"{PURPOSE}:{person.id}", _identity(db, person)),
            closed_on=today,
            expires_on=_years_later(today, YEARS),
        )
    )
    return True


def _has_published(db: Session, table: type[Proposal | Comment], person: Person) -> bool:
    mine = select(table.id).where(table.author_id == person.id, table.published_at.is_not(None))
    return db.scalar(mine.limit(1)) is not None


def _identity(db: Session, person: Person) -> str:
    """A card is left out: its hash leads to nobody once the account is gone."""
    points = db.scalars(
        select(ContactPoint)
        .where(
            ContactPoint.person_id == person.id,
            ContactPoint.kind != ContactKind.CARD.value,
            ContactPoint.verified_at.is_not(None),
        )
        .order_by(ContactPoint.id)
    )
    return json.dumps(
        {
            "name": person.public_name,
            "joined_on": clock.local(person.created_at).date().isoformat(),
            "contact_points": [point.value for point in points],
        },
        ensure_ascii=False,
    )


def _years_later(day: date, years: int) -> date:
    """The same day years later, 28 February for a leap day."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


def reveal(db: Session, person_id: int, key: bytes, *, reason: str) -> str:
    """What was sealed about a closed account, as JSON text; raises `NotFound`.

    `reason` names the demand of the judge, never a person: it stays in the audit trail.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInput("reason", f"say why, in {LONGEST_REASON} characters at most")
    row = db.scalar(
        select(RetainedIdentity)
        .where(RetainedIdentity.person_id == person_id, RetainedIdentity.expires_on > clock.today())
        .order_by(RetainedIdentity.id.desc())
    )
    opened = unseal(key, f"{PURPOSE}:{person_id}", row.sealed) if row else None
    if row is None or opened is None:
        raise NotFound(f"no identity of person {person_id} is kept")
    audit.record(db, "identity.reveal", row, reason=reason.strip())
    return opened
