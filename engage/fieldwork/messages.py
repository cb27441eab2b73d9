"""What people are told of questions that they asked at the counter."""

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.fieldwork.models import Enquiry
from engage.incidents import links
from engage.incidents.models import Incident


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


def became_report(db: Session, incident: Incident, author: Person | None, *, token: str) -> None:
    """Tell the author of an idea that it became a report, with the link to its follow page."""
    _about_report(db, incident, author, "idea_became_report", token)


def may_become_idea(db: Session, incident: Incident) -> None:
    """Ask the reporter who has an account; others are asked on their follow page."""
    reporter = db.get(Person, incident.reporter_id) if incident.reporter_id else None
    if reporter is not None:
        token = links.reporter_link(db, incident)
        _about_report(db, incident, reporter, "report_may_become_idea", token)


def _about_report(
    db: Session, incident: Incident, person: Person | None, kind: str, token: str
) -> None:
    address = accounts.address_of(db, person) if person else None
    if person is None or address is None:
        return
    outbox.post(
        db,
        kind,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{kind}:{incident.reference}:{clock.now().isoformat()}",
        person_id=person.id,
        language=person.language,
        secret=token,
        reference=incident.reference,
    )


def render_became_report(
    db: Session,
    message: OutboxMessage,
    base_url: str,
) -> Rendered:
    link = f"{base_url}/suivi/{message.secret}"
    reference = message.payload["reference"]
    return rendered("fieldwork/became_report", message, link=link, reference=reference)


def render_may_become_idea(
    db: Session,
    message: OutboxMessage,
    base_url: str,
) -> Rendered:
    link = f"{base_url}/suivi/{message.secret}/idee"
    reference = message.payload["reference"]
    return rendered("fieldwork/may_become_idea", message, link=link, reference=reference)


RENDERERS = {
    "enquiry_answered": render_answered,
    "idea_became_report": render_became_report,
    "report_may_become_idea": render_may_become_idea,
}
