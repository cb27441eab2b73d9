"""`/suivi`: the number of a ticket opens the public page, number and word the person's own."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from engage.accounts.models import Person
from engage.core import clock, throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.web import (
    apart,
    form_page,
    get_db,
    page,
    secret_page,
    see_other,
    services,
    visitor_address,
)
from engage.fieldwork import commands, finding, queries, tickets
from engage.fieldwork.follow_forms import NumberForm
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents.models import Incident
from engage.moderation.queries import refusal_of
from engage.proposals import queries as proposals
from engage.proposals.addresses import path_of
from engage.proposals.life import life_of
from engage.proposals.models import Proposal
from engage.proposals.workflow import Status

bp = Blueprint("tickets", __name__)

WORDS_AN_HOUR = 300
"""Of one network: a whole estate, or the library's computers, may stand behind it."""

OPEN_FOR = 3600
"""Seconds that the address of a personal page works; number and word open a new one."""


@bp.get("/suivi")
def ask() -> ResponseReturnValue:
    number = tickets.clean_number(request.args.get("numero", "")[:20])
    return form_page("tickets/number.html", NumberForm(formdata=None, numero=number))


@bp.post("/suivi")
def follow() -> ResponseReturnValue:
    """Open the person's own page, or the public one when no word was typed."""
    form = NumberForm()
    if form.validate_on_submit():
        with form.refusals():
            number, word = form.numero.data or "", form.mot.data or ""
            if not word:
                return see_other(_public_page(number))
            throttle.hit_hourly(apart(), f"ticket-net:{visitor_address()}", limit=WORDS_AN_HOUR)
            finding.count_word(number)
            return see_other(_own_page(number, word))
    return form_page("tickets/number.html", form)


def _public_page(number: str) -> str:
    """What everybody may see of this number; questions have no public page."""
    reference = tickets.clean_number(number)
    if reference.startswith("G"):
        return f"/signalements/{reference}"
    if reference.startswith("P"):
        return path_of(int(reference[2:]))
    if reference:
        raise InvalidInput("mot", _("Tapez aussi le mot du ticket."))
    raise InvalidInput("numero", _("Tapez le numéro comme sur le ticket. Exemple : G-1042."))


def _own_page(number: str, word: str) -> str:
    """The address of the person's own page; raises `InvalidInput`, always with the same words."""
    db = get_db()
    ticket = tickets.opened_by(db, services().secret_key, number, word)
    subject = queries.subject_of(db, ticket) if ticket else None
    if ticket is None or subject is None:
        raise InvalidInput("mot", _("Ce numéro et ce mot ne vont pas ensemble. Vérifiez-les."))
    if isinstance(subject, Incident):
        return f"/suivi/{commands.open_report(db, ticket, subject)}"
    commands.open_ticket(db, ticket)
    return f"/suivi/ma-page/{_signer().dumps([ticket.id, _seconds()])}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().secret_key, salt="ticket-page")


def _seconds() -> int:
    return int(clock.now().timestamp())


@bp.get("/suivi/ma-page/<token>")
def own(token: str) -> ResponseReturnValue:
    """The person's own idea, public or not yet, or the answer to a question."""
    db = get_db()
    ticket = db.get(Ticket, _ticket_id(token))
    subject = queries.subject_of(db, ticket) if ticket else None
    if isinstance(subject, Proposal):
        return _idea_page(subject)
    if isinstance(subject, Enquiry):
        return secret_page(page("tickets/question.html", enquiry=subject))
    raise NotFound(_("Cette page est fermée. Tapez encore le numéro et le mot de votre ticket."))


def _ticket_id(token: str) -> int:
    """Which ticket opened this page; 0 when the address is too old or was made up."""
    try:
        id_, made = _signer().loads(token)
    except BadSignature:
        return 0
    return int(id_) if _seconds() - made <= OPEN_FOR else 0


def _idea_page(proposal: Proposal) -> ResponseReturnValue:
    db = get_db()
    author = db.get(Person, proposal.author_id) if proposal.author_id else None
    shown = proposals.proposal(db, proposal.id, author)
    if shown is None:
        raise NotFound
    return secret_page(
        page(
            "tickets/idea.html",
            proposal=shown,
            revision=proposals.shown_revision(db, shown),
            life=life_of(db, shown, author),
            refusal=refusal_of(db, shown) if shown.status is Status.REFUSED else None,
        )
    )
