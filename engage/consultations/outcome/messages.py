"""What people who follow a concertation are sent: that its results are out, what was decided."""

from enum import StrEnum

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.consultations.models import Consultation, Purpose
from engage.consultations.outcome.models import ResultFollow
from engage.core import outbox
from engage.core.i18n import label, speak
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered


class News(StrEnum):
    """What there is to hear, and the kind of its message."""

    RESULTS = "vote_results"
    DECISION = "vote_decision"


def tell(db: Session, news: News, consultation_id: int, person: Person, *, token: str) -> bool:
    """Queue one message, once for each person; False for who has no address to write to."""
    address = accounts.address_of(db, person)
    if address is None:
        return False
    return outbox.post(
        db,
        news.value,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{news.value}:{consultation_id}:{person.id}",
        person_id=person.id,
        language=person.language,
        secret=token,
        consultation_id=consultation_id,
    )


def render_results(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """That the results are out; None once it is stopped, or when it was cancelled meanwhile."""
    found = _wanted(db, message)
    if found is None or found.sealed_at is None:
        return None
    has_decision = found.purpose is not Purpose.SURVEY
    return _worded("consultations/results", message, found, base_url, has_decision=has_decision)


def render_decision(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """What was decided; None once it is stopped."""
    found = _wanted(db, message)
    if found is None or found.decided_on is None:
        return None
    return _worded("consultations/decision", message, found, base_url)


def _wanted(db: Session, message: OutboxMessage) -> Consultation | None:
    """What it is about, as long as its reader follows it."""
    consultation_id = message.payload["consultation_id"]
    if db.get(ResultFollow, (consultation_id, message.person_id)) is None:
        return None
    found = db.get(Consultation, consultation_id)
    return None if found is None or found.cancelled_at else found


def _worded(
    template: str, message: OutboxMessage, of: Consultation, base_url: str, **context: object
) -> Rendered:
    speak(message.language)
    stop = f"{base_url}/concertations/arret/{message.secret}"
    headers = (
        ("List-Unsubscribe", f"<{stop}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    return rendered(
        template,
        message,
        headers=headers,
        title=label(of.title),
        consultation=of,
        link=f"{base_url}/concertations/{of.id}/resultats",
        stop=stop,
        **context,
    )


RENDERERS = {
    News.RESULTS.value: render_results,
    News.DECISION.value: render_decision,
}
