"""The page of a ticket: shown and printed during the visit, never afterwards."""

import io

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engage.accounts.forms import EmptyForm
from engage.core.web import get_db, see_other, services
from engage.fieldwork import counter, queries, tickets
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.incidents import duty

bp = Blueprint("counter_tickets", __name__)

MOST = 20


def qr(address: str) -> Markup:
    """A QR code as SVG, without a style that the page's policy would refuse."""
    import segno

    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, border=2, svgclass="qr", omitsize=True
    )
    return Markup(out.getvalue().decode())  # noqa: S704  made of our own address


@bp.get("/guichet/ticket")
@at_counter
def show(visit: Visit) -> ResponseReturnValue:
    """The tickets of these numbers, when they were made in this visit."""
    town, db = services(), get_db()
    wanted = [tickets.clean_number(n) for n in request.args.getlist("n")[:MOST]]
    made = tickets.printed(db, town.secret_key, visit.token, [n for n in wanted if n])
    if not made:
        return see_other(counter.HOME)
    base = town.config.base_url
    urgent = queries.urgent_report(db, made[0].reference) if len(made) == 1 else None
    return counter_page(
        "ticket",
        EmptyForm(),
        visit,
        tickets=[(one, qr(f"{base}/suivi?numero={one.reference}")) for one in made],
        address=base.partition("://")[2],
        duty=duty.now_for(urgent.organisation) if urgent else None,
    )
