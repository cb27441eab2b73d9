"""What somebody is told when a role is given to them, ends or lasts longer."""

from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from engage.accounts import queries
from engage.accounts.addresses import ContactAddress
from engage.accounts.mandate_words import role_word
from engage.accounts.models import STAFF, ContactKind, Mandate, Person, Role
from engage.core import clock, outbox
from engage.core.i18n import label
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.territory.models import Neighbourhood, Organisation


class Change(StrEnum):
    """What happened to a mandate, as the message says it."""

    GIVEN = "given"
    ENDED = "ended"
    PROLONGED = "prolonged"


def mandate_changed(db: Session, mandate: Mandate, person: Person, change: Change) -> None:
    """Queue the news to all addresses of `person`: a mandate nobody asked for is seen at once."""
    until = mandate.ends_on.isoformat() if mandate.ends_on else None
    what = f"{mandate.id}:{change}:{until}:{clock.now().isoformat()}"
    for point in queries.contact_points_of(db, person):
        if point.kind == ContactKind.CARD:
            continue
        outbox.post(
            db,
            "mandate_notice",
            channel=ContactAddress(ContactKind(point.kind), point.value).channel,
            recipient=point.value,
            dedupe_key=f"mandate:{what}:{point.id}",
            person_id=person.id,
            language=person.language,
            mandate_id=mandate.id,
            change=change.value,
            until=until,
        )


def render_notice(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the news; None when the mandate is not theirs any more (merged accounts)."""
    mandate = db.get(Mandate, message.payload["mandate_id"])
    if mandate is None:
        return None
    until = message.payload["until"]
    return rendered(
        "accounts/mandate_notice",
        message,
        change=message.payload["change"],
        role=role_word(mandate.role),
        scope=_scope(db, mandate),
        since=mandate.starts_on,
        until=date.fromisoformat(until) if until else None,
        over=until is not None and date.fromisoformat(until) < clock.today(),
        staff=Role(mandate.role) in STAFF,
        rights=f"{base_url}/compte/droits",
    )


def _scope(db: Session, mandate: Mandate) -> str:
    """For whom and where, as far as it is said."""
    organisation = db.get(Organisation, mandate.organisation_id or 0)
    hood = db.get(Neighbourhood, mandate.neighbourhood_id or 0)
    parts = [organisation.name if organisation else "", label(hood.name) if hood else ""]
    return ", ".join(part for part in parts if part)


RENDERERS = {"mandate_notice": render_notice}
