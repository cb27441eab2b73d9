"""What those in charge are told of an alert: that there is one, and where; no word of the text."""

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import ContactKind, Person
from engage.core import outbox
from engage.core.outbox import Channel, OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation.alerts_models import Alert
from engage.moderation.alerts_workflow import Status

KIND = "moderation_alert"

CHANNELS = {ContactKind.EMAIL: Channel.EMAIL, ContactKind.PHONE: Channel.SMS}


def call(db: Session, alert: Alert, person: Person, *, by_sms: bool, again: bool = False) -> None:
    """Write to every address of `person`, at any hour."""
    turn = "again" if again else "first"
    for number, point in enumerate(accounts.reachable_points(db, person)):
        channel = CHANNELS[ContactKind(point.kind)]
        if channel is Channel.SMS and not by_sms:
            continue
        outbox.post(
            db,
            KIND,
            channel=channel.value,
            recipient=point.value,
            dedupe_key=f"alert:{alert.id}:{turn}:p{person.id}:{number}",
            person_id=person.id,
            alert_id=alert.id,
            again=int(again),
        )


def render(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the call; None when the alert is closed, or was taken before the second one."""
    alert = db.get(Alert, message.payload["alert_id"])
    again = bool(message.payload["again"])
    if alert is None or alert.status is Status.CLOSED:
        return None
    if again and alert.status is not Status.OPEN:
        return None
    return rendered(
        "moderation/alert",
        message,
        kind=alert.kind.value,
        again=again,
        link=f"{base_url}/moderation/alertes",
    )


RENDERERS = {KIND: render}
