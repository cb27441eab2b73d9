"""What people are told of questions that they asked at the counter."""

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.fieldwork.models import Enquiry


def answered(db: Session, enquiry: Enquiry) -> None:
    """Queue the answer to who asked, where there is an address; others read it by number."""
    person = db.get(Person, enquiry.person_id) if enquiry.person_id else None
    address = accounts.address_of(db, person) if person else None
    if person is None or address is None:
        return
    outbox.post(
        db,
        "enquiry_answered",
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"enquiry_answered:{enquiry.id}:{enquiry.created_at.isoformat()}",
        person_id=person.id,
        language=enquiry.language,
        enquiry_id=enquiry.id,
    )


def render_answered(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The question and its answer; None when the question is gone."""
    enquiry = db.get(Enquiry, message.payload["enquiry_id"])
    if enquiry is None:
        return None
    return rendered(
        "fieldwork/enquiry_answered",
        message,
        question=enquiry.question,
        answer=enquiry.answer,
        reference=f"Q-{enquiry.id}",
        link=f"{base_url}/suivi?numero=Q-{enquiry.id}",
    )


RENDERERS = {"enquiry_answered": render_answered}
