"""Notices that something changed about how somebody enters, sent to where they can be reached."""

from enum import StrEnum

from sqlalchemy.orm import Session

from engage.accounts import queries
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, ContactPoint, Person
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered


class Change(StrEnum):
    """What happened to an address, as the notice says it."""

    ADDED = "added"
    REMOVED = "removed"
    RELEASED = "released"
    MERGED = "merged"


def tell_everywhere(
    db: Session, person: Person, change: Change, changed: ContactAddress, *, language: str = ""
) -> None:
    """Queue the notice to all addresses of `person`; call it while the removed one is there."""
    for point in queries.contact_points_of(db, person):
        if point.kind != ContactKind.CARD:
            _tell(db, person, point, change, changed, language or person.language)


def _tell(
    db: Session,
    person: Person,
    to: ContactPoint,
    change: Change,
    changed: ContactAddress,
    language: str,
) -> None:
    """The changed address travels masked: who reads the old one need not learn the new one."""
    outbox.post(
        db,
        "address_notice",
        channel=ContactAddress(ContactKind(to.kind), to.value).channel,
        recipient=to.value,
        dedupe_key=f"address:{change}:{person.id}:{to.id}:{clock.now().isoformat()}",
        person_id=person.id,
        language=language,
        secret="" if changed.kind is ContactKind.CARD else changed.hint,
        change=change.value,
        way=changed.kind.value,
    )


def render_notice(db: Session, message: OutboxMessage, base_url: str) -> Rendered:
    """The words of a notice; it is wanted however late it leaves."""
    return rendered(
        "accounts/address_notice",
        message,
        change=message.payload["change"],
        way=message.payload["way"],
        hint=message.secret,
        when=message.created_at,
        addresses=f"{base_url}/compte/adresses",
        contact=f"{base_url}/mentions-legales",
    )


RENDERERS = {"address_notice": render_notice}
