"""Pages about one person: staff find them by what they hold; each sees who looked at them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import gate, looks
from engage.accounts.admin_policy import can_find_person, can_reveal_contact
from engage.accounts.mandate_words import role_word
from engage.accounts.models import Person, Role
from engage.core import throttle
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, page, services
from engage.pages import rights
from engage.pages.admin_forms import FindForm, RevealForm
from engage.territory import queries as territory

bp = Blueprint("people", __name__)

SEARCHES, REVEALS = 30, 20
"""Of one member of staff in an hour: enough for a help desk, too few to walk through numbers."""


def _staff() -> Person:
    person = gate.signed_in()
    require(can_find_person, person)
    return person


@bp.get("/admin/personnes")
def ask() -> ResponseReturnValue:
    _staff()
    return form_page("admin/people.html", FindForm(formdata=None))


@bp.post("/admin/personnes")
def find() -> ResponseReturnValue:
    """Answers on the spot: a person has no address that could be kept, guessed or counted up."""
    by, form = _staff(), FindForm()
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"find:{by.id}", limit=SEARCHES)
            found = looks.find(
                get_db(),
                form.contact.data or "",
                by=by,
                region=territory.town(get_db()).phone_region,
                key=services().secret_key,
            )
            reveal = RevealForm(formdata=None, ticket=found.ticket if found else "")
            return form_page("admin/found.html", reveal, found=found, points=None)
    return form_page("admin/people.html", form)


@bp.post("/admin/personnes/coordonnees")
def reveal() -> ResponseReturnValue:
    by = gate.signed_in()
    require(can_reveal_contact, by)
    form, key = RevealForm(), services().secret_key
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"reveal:{by.id}", limit=REVEALS)
            ticket = form.ticket.data or ""
            found, points = looks.reveal(get_db(), ticket, by=by, reason=form.chosen(), key=key)
            return form_page("admin/found.html", form, found=found, points=points)
    again = looks.found_again(get_db(), form.ticket.data or "", by=by, key=key)
    return form_page("admin/found.html", form, found=again, points=None)


@bp.get("/compte/consultations-de-mes-donnees")
def looks_at_me() -> ResponseReturnValue:
    person = gate.signed_in()
    return page(
        "accounts/looks.html",
        looks=looks.looks_at(get_db(), person),
        role_word=role_word,
        reasons=looks.REASON_WORDS,
    )


@bp.get("/compte/droits")
def rights_of_mine() -> ResponseReturnValue:
    person = gate.signed_in()
    roles = sorted({Role(m.role) for m in person.mandates_of_today}, key=rights.ROLES.index)
    return page(
        "accounts/rights.html",
        roles=roles,
        half=person.half_signed_in,
        mine=rights.open_to(roles),
        table=rights.table(),
        everybody=len(rights.ROLES),
        role_word=role_word,
    )
