"""The demo: be anybody with one button, read every message sent; absent outside the demo."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engage.accounts import commands, gate
from engage.accounts.demo import personas
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Opening, Person, Role
from engage.consultations.demo import DEMO_CARD, DEMO_CODES
from engage.core.errors import NotFound
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.web import form_page, get_db, page, see_other, services

bp = Blueprint("demo", __name__)

SHOWN = 200
FIRST_PAGE = {
    Role.COUNCIL: "/moderation",
    Role.AGENT: "/gup",
    Role.COORDINATOR: "/gup",
    Role.MEDIATOR: "/guichet",
}
"""Where somebody with this role starts the day."""


@bp.before_request
def _only_in_demo() -> None:
    if not services().config.demo:
        raise NotFound


@bp.get("/demo")
def people() -> ResponseReturnValue:
    return form_page(
        "demo/people.html",
        EmptyForm(),
        personas=personas(get_db()),
        codes=DEMO_CODES,
        card=DEMO_CARD,
    )


@bp.post("/demo/entrer")
def enter() -> ResponseReturnValue:
    chosen = request.form.get("persona", "")
    found = {demo.code: person for demo, person in personas(get_db())}.get(chosen)
    if found is None:
        raise NotFound
    token = commands.sign_in_fully(get_db(), found, Opening.DEMO)
    gate.remember(commands.Entered(found, token, None))
    return see_other(_first_page(found))


def _first_page(person: Person) -> str:
    return next((path for role, path in FIRST_PAGE.items() if person.holds(role)), "/")


def _sent() -> list[OutboxMessage]:
    sent = (Delivery.SENT.value, Delivery.KEPT.value)
    return list(
        get_db().scalars(
            select(OutboxMessage)
            .where(OutboxMessage.delivery.in_(sent))
            .order_by(OutboxMessage.sent_at.desc(), OutboxMessage.id.desc())
            .limit(SHOWN)
        )
    )


@bp.get("/demo/courrier")
def mail() -> ResponseReturnValue:
    return page("demo/mail.html", messages=_sent())


@bp.get("/demo/courrier.json")
def mail_json() -> ResponseReturnValue:
    return jsonify(
        [
            {
                "id": message.id,
                "channel": message.channel,
                "to": message.recipient,
                "subject": message.subject,
                "text": message.body,
                "sent_at": message.sent_at.isoformat() if message.sent_at else None,
            }
            for message in _sent()
        ]
    )
