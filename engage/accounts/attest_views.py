"""`/compte/attester`: mediators and landlords confirm that somebody present lives here.

No list and no search: the person says their card, number or address, and nothing of theirs is
shown. What is typed is counted before it is looked up.
"""

from itertools import groupby

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import addresses, attesting, gate, homes, queries, residence
from engage.accounts.addresses import ContactAddress
from engage.accounts.commands import card_hash
from engage.accounts.models import ContactKind, Person
from engage.accounts.residence_forms import AttestForm, number
from engage.accounts.residence_views import named
from engage.core import throttle
from engage.core.errors import Denied, InvalidInput
from engage.core.i18n import _, label
from engage.core.policy import require
from engage.core.secrets import clean_printed_code
from engage.core.web import apart, form_page, get_db, see_other, services
from engage.territory.models import Place

bp = Blueprint("attesting", __name__)

TRIES_AN_HOUR = 60
"""By one person at a stand; enough for a queue, too little to try a directory."""


@bp.get("/compte/attester")
def ask() -> ResponseReturnValue:
    return _page(AttestForm())


@bp.post("/compte/attester")
def confirm() -> ResponseReturnValue:
    by, form = gate.signed_in(), AttestForm()
    require(attesting.can_attest_somewhere, by, attesting.landlords_of(get_db(), by))
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"attest:{by.id}", limit=TRIES_AN_HOUR)
            _attest(get_db(), by, form)
            flash(_("C’est attesté pour trois ans. La personne peut continuer."), "ok")
            return see_other("/compte/attester")
    return _page(form)


def _attest(db: Session, by: Person, form: AttestForm) -> None:
    person = _present(db, form.contact.data or "")
    place = next((p for p in homes.homes(db) if p.id == number(form.place.data)), None)
    if place is None:
        raise InvalidInput("place", _("Choisissez où la personne habite."))
    if person is None:
        raise InvalidInput("contact", _("Rien ne correspond. Demandez encore à la personne."))
    landlord = None if residence.mediates(by, place.neighbourhood_id) else _landlord(db, by, place)
    try:
        residence.attest(db, person, by=by, organisation_id=landlord, place_id=place.id)
    except Denied:
        raise InvalidInput("place", _("Vous ne pouvez pas attester cela.")) from None


def _landlord(db: Session, by: Person, place: Place) -> int | None:
    """The landlord that an agent speaks for: the owner of the place when it is theirs."""
    mine = [landlord.id for landlord in attesting.landlords_of(db, by)]
    return place.owner_id if place.owner_id in mine else next(iter(mine), None)


def _present(db: Session, typed: str) -> Person | None:
    """The person with exactly this card, number or address."""
    code = clean_printed_code(typed)
    if code and "@" not in typed and not typed.strip().startswith("+"):
        card = ContactAddress(ContactKind.CARD, card_hash(services().secret_key, code))
        return queries.person_at(db, card)
    return queries.person_at(db, addresses.parse(typed))


def _page(form: AttestForm) -> ResponseReturnValue:
    db, by = get_db(), gate.signed_in()
    landlords = attesting.landlords_of(db, by)
    require(attesting.can_attest_somewhere, by, landlords)
    groups = {
        label(hood.name): named(list(found))
        for hood, found in groupby(homes.homes(db), key=lambda place: place.neighbourhood)
    }
    form.place.choices = {"": [("", _("Choisissez dans la liste"))], **groups}
    counts = attesting.counts(db) if attesting.can_count(by) else None
    return form_page("accounts/attest.html", form, counts=counts)
