"""Printed tickets: the number of a thing and six letters that open the person's own page.

The letters are made of the town's key, the secret of one visit at the counter and the number of
the thing. So the page with the ticket can be shown again during the visit and never afterwards,
and only a hash is stored.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.policy import require
from engage.core.secrets import keyed_hash
from engage.fieldwork.models import Enquiry, Ticket
from engage.fieldwork.policy import can_capture
from engage.incidents.models import Incident
from engage.proposals.models import Proposal

LETTERS = "BCDFGHJKLMNPRSTVWXZ"
"""No vowel, so that no word comes out; none that looks like another or like a digit."""

LENGTH = 6
NUMBER = re.compile(r"\s*([GPQgpq])\s*[-.]?\s*([0-9]{1,9})\s*")
"""G-1042 a problem, P-12 an idea, Q-7 a question."""

TABLES = {"G": "incidents", "P": "proposals", "Q": "enquiries"}

Subject = Incident | Proposal | Enquiry


def reference_of(subject: Subject) -> str:
    """The number that stands on the ticket."""
    if isinstance(subject, Incident):
        return subject.reference
    return f"{'P' if isinstance(subject, Proposal) else 'Q'}-{subject.id}"


def clean_number(typed: str) -> str:
    """A number as people type it, brought to the printed form; empty when it is none."""
    found = NUMBER.fullmatch(typed)
    return f"{found[1].upper()}-{int(found[2])}" if found else ""


def clean_word(typed: str) -> str:
    """The letters that were typed, in capitals."""
    return "".join(c for c in typed.upper() if c.isalpha())[: LENGTH + 1]


def word_for(key: bytes, visit: str, reference: str) -> str:
    """The six letters of one thing in one visit; without the visit nobody finds them again."""
    digest = hmac.new(key, f"ticket-word:{visit}:{reference}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)


def issue(db: Session, subject: Subject, key: bytes, *, visit: str, actor: Person) -> Ticket:
    """Let number and word open the person's own page from now on."""
    require(can_capture, actor)
    reference = reference_of(subject)
    ticket = Ticket(
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        word_hash=_hash(key, reference, word_for(key, visit, reference)),
        issued_by_id=actor.id,
        created_at=clock.now(),
    )
    db.add(ticket)
    db.flush()
    audit.record(db, "ticket.issue", subject, actor_id=actor.id)
    return ticket


@dataclass(frozen=True)
class Printed:
    """What stands on one ticket."""

    reference: str
    word: str


def printed(db: Session, key: bytes, visit: str, references: Sequence[str]) -> list[Printed]:
    """The tickets of these numbers that were made in this visit; others are left out."""
    made = [Printed(r, word_for(key, visit, r)) for r in references]
    hashes = {_hash(key, one.reference, one.word): one for one in made}
    standing = set(db.scalars(select(Ticket.word_hash).where(Ticket.word_hash.in_(hashes))))
    return [one for hash_, one in hashes.items() if hash_ in standing]


def opened_by(db: Session, key: bytes, number: str, word: str) -> Ticket | None:
    """The ticket with this number and word; the same one statement whatever was typed."""
    reference = clean_number(number)
    if not reference:
        return None
    return db.scalar(
        select(Ticket)
        .where(
            Ticket.subject_type == TABLES[reference[0]],
            Ticket.subject_id == _subject_id(reference),
            Ticket.word_hash == _hash(key, reference, clean_word(word)),
        )
        .limit(1)
    )


def _subject_id(reference: str) -> int | ScalarSelect[int]:
    if reference[0] == "G":
        return select(Incident.id).where(Incident.reference == reference).scalar_subquery()
    return int(reference[2:])


def _hash(key: bytes, reference: str, word: str) -> str:
    return keyed_hash(key, f"ticket:{reference}", word)
