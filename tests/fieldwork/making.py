"""A mediator with an open counter, and whom she serves, for tests of the counter."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts.models import Person, Role
from engage.core.audit import AuditEntry
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import ContributionChannel
from engage.fieldwork.commands import Capture
from tests.browsing import Browser
from tests.factories import make_person, make_place

CARD = "K7QM-2DXA-PR4T"


def capture(db: Session, person: Person | None = None, **values: Any) -> Capture:
    """A mediator who enters for `person`."""
    actor = values.pop("actor", None) or make_person(db, Role.MEDIATOR)
    channel = values.pop("channel", ContributionChannel.IN_PERSON)
    return Capture(actor, channel, person)


def open_counter(client: Browser, town: Services, channel: str = "in_person") -> Person:
    """A mediator signs in and begins the day."""
    with town.database.transaction() as db:
        mediator = make_person(db, Role.MEDIATOR, public_name="Médiatrice")
    client.sign_in(mediator)
    client.submit("/guichet", {"canal": channel})
    return mediator


def serve_nobody(client: Browser) -> None:
    client.submit("/guichet", action="/guichet/pour/personne")


def serve(client: Browser, first_name: str = "Amina") -> None:
    client.submit("/guichet", {"prenom": first_name, "accord": "y"})


def next_person(client: Browser) -> None:
    client.submit("/guichet", action="/guichet/suivant")


def place_code(town: Services) -> str:
    with town.database.transaction() as db:
        return make_place(db).code


def report(client: Browser, place: str, kind: str = "ECL01", **values: str) -> str:
    """Enter a problem; returns the address of its ticket."""
    answer = client.submit("/guichet/probleme", {"choix": kind, "lieu": place, **values})
    return answer.headers["Location"]


def ticket(client: Browser, address: str) -> tuple[str, str]:
    """Number and word of the ticket on this page."""
    client.get(address)
    found = re.search(r"Numéro ([GPQ]-\d+) Mot ([A-Z]{6})", client.text)
    assert found is not None, client.text
    return found[1], found[2]


def card_holder(app: Engage, town: Services, **values: Any) -> Person:
    """Somebody with a printed card."""
    with town.database.transaction() as db:
        person = make_person(db, **values)
        accounts.issue_card(db, person, CARD, key=app.services.secret_key)
    return person


def acts(db: Session, prefix: str) -> list[AuditEntry]:
    """What the audit trail says of these acts, oldest first."""
    return list(
        db.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith(prefix)).order_by(AuditEntry.id)
        )
    )
