"""Messages about reports: state and date, never a resident's words or photo."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import ContactKind, ContactPoint, Mandate, Person, Role
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.incidents import links
from engage.incidents.models import Circuit, Incident, IncidentEvent, IncidentFollower
from engage.incidents.workflow import Status

BY_SMS = frozenset(Status) - {Status.ASSIGNED, Status.ACKNOWLEDGED, Status.IN_PROGRESS}
"""A text message costs money: it says dates and ends, not each step."""

CHANNELS = {ContactKind.EMAIL: "email", ContactKind.PHONE: "sms"}


def news(db: Session, incident: Incident, event: IncidentEvent) -> None:
    """Tell followers and the signed-in reporter about a step; nobody in the closed circuit."""
    if incident.kind.circuit is not Circuit.OPEN:
        return
    told = set()
    for follower in followers_of(db, incident):
        told.add((follower.channel, follower.address))
        if follower.channel == "sms" and event.status not in BY_SMS:
            continue
        outbox.post(
            db,
            "incident_news",
            channel=follower.channel,
            recipient=follower.address,
            dedupe_key=f"incident:{incident.id}:e{event.id}:f{follower.id}",
            language=follower.language,
            secret=links.follower_link(db, incident, follower),
            event_id=event.id,
        )
    _news_to_reporter(db, incident, event, told)


def _news_to_reporter(
    db: Session, incident: Incident, event: IncidentEvent, told: set[tuple[str, str]]
) -> None:
    point = _first_address(db, incident.reporter_id)
    if point is None:
        return
    channel = CHANNELS[ContactKind(point.kind)]
    if (channel, point.value) in told or (channel == "sms" and event.status not in BY_SMS):
        return
    outbox.post(
        db,
        "incident_news",
        channel=channel,
        recipient=point.value,
        dedupe_key=f"incident:{incident.id}:e{event.id}:p{incident.reporter_id}",
        person_id=incident.reporter_id,
        language=incident.language,
        secret=links.reporter_link(db, incident),
        event_id=event.id,
    )


def followers_of(db: Session, incident: Incident) -> list[IncidentFollower]:
    """Those who asked to be told, in the order they came."""
    return list(
        db.scalars(
            select(IncidentFollower)
            .where(IncidentFollower.incident_id == incident.id)
            .order_by(IncidentFollower.id)
        )
    )


def _first_address(db: Session, person_id: int | None) -> ContactPoint | None:
    if person_id is None:
        return None
    return db.scalar(
        select(ContactPoint)
        .where(
            ContactPoint.person_id == person_id,
            ContactPoint.kind != ContactKind.CARD,
            ContactPoint.verified_at.is_not(None),
        )
        .order_by(ContactPoint.id)
        .limit(1)
    )


def followed(db: Session, incident: Incident, follower: IncidentFollower) -> None:
    """Give a new follower the address of the page, once."""
    outbox.post(
        db,
        "incident_followed",
        channel=follower.channel,
        recipient=follower.address,
        dedupe_key=f"{followed_on(incident)}{follower.id}",
        language=follower.language,
        secret=links.follower_link(db, incident, follower),
        incident_id=incident.id,
    )


def followed_on(incident: Incident) -> str:
    """What the key of a first message starts with; the id of its follower comes behind."""
    return f"incident:{incident.id}:follow:"


def urgent_to_qualify(db: Session, incident: Incident) -> None:
    """Nobody is known for an urgent report: the coordinators hear at once, day and night."""
    today = clock.today()
    rows = db.scalars(
        select(Person)
        .join(Mandate, Mandate.person_id == Person.id)
        .options(joinedload(Person.mandates))
        .where(Mandate.role == Role.COORDINATOR.value, Mandate.starts_on <= today)
    ).unique()
    for person in rows:
        point = _first_address(db, person.id)
        if point is None or not person.holds(Role.COORDINATOR):
            continue
        outbox.post(
            db,
            "incident_urgent",
            channel=CHANNELS[ContactKind(point.kind)],
            recipient=point.value,
            dedupe_key=f"incident:{incident.id}:urgent:p{person.id}",
            person_id=person.id,
            language=person.language,
            incident_id=incident.id,
        )


def render_news(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of one step."""
    event = db.scalar(
        select(IncidentEvent)
        .options(joinedload(IncidentEvent.organisation))
        .where(IncidentEvent.id == message.payload["event_id"])
    )
    if event is None:
        return None
    incident = _incident(db, event.incident_id)
    return rendered(
        "incidents/news",
        message,
        incident=incident,
        event=event,
        status=event.status.value,
        follower=message.person_id is None,
        link=f"{base_url}/suivi/{message.secret}",
    )


def render_followed(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words that welcome a follower."""
    incident = _incident(db, message.payload["incident_id"])
    link = f"{base_url}/suivi/{message.secret}"
    return rendered("incidents/followed", message, incident=incident, link=link)


def render_urgent(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words to a coordinator; None when somebody has taken it meanwhile."""
    incident = _incident(db, message.payload["incident_id"])
    if incident.status is not Status.TO_QUALIFY:
        return None
    link = f"{base_url}/gup/{incident.reference}"
    return rendered("incidents/urgent", message, incident=incident, link=link)


def _incident(db: Session, incident_id: int) -> Incident:
    return db.scalars(
        select(Incident)
        .options(
            joinedload(Incident.kind),
            joinedload(Incident.coarse_place),
            joinedload(Incident.neighbourhood),
            joinedload(Incident.place),
        )
        .where(Incident.id == incident_id)
    ).one()


RENDERERS = {
    "incident_news": render_news,
    "incident_followed": render_followed,
    "incident_urgent": render_urgent,
}
