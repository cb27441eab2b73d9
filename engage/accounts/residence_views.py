"""`/compte/quartier`: where one lives, what is known of it, and how to show more."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate, homes, residence
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.accounts.residence_forms import NOWHERE, AddressForm, NeighbourhoodForm, number
from engage.accounts.views import safe_next
from engage.core.i18n import _, label
from engage.core.web import form_page, get_db, see_other
from engage.territory import queries as territory
from engage.territory.models import Neighbourhood, Place

bp = Blueprint("residence", __name__)

HOME = "/compte/quartier"


@bp.get(HOME)
def show() -> ResponseReturnValue:
    chosen = gate.signed_in().neighbourhood_id
    return _page(
        NeighbourhoodForm(
            quartier=str(chosen) if chosen else "", suite=request.args.get("suite", "")
        )
    )


@bp.post(HOME)
def choose() -> ResponseReturnValue:
    person, form = gate.signed_in(), NeighbourhoodForm()
    if form.validate_on_submit():
        chosen = number(form.quartier.data)
        if chosen in [hood.id for hood in territory.neighbourhoods(get_db())]:
            residence.declare(get_db(), person, chosen)
            return done(form.suite.data, _("C’est noté."))
        if form.quartier.data == NOWHERE:
            residence.declare(get_db(), person, None)
            return done(None, _("C’est noté."))
        form.quartier.errors = [_("Choisissez une réponse.")]
    return _page(form)


def _page(form: NeighbourhoodForm) -> ResponseReturnValue:
    person, db = gate.signed_in(), get_db()
    hoods = territory.neighbourhoods(db)
    form.quartier.choices = [(str(hood.id), label(hood.name)) for hood in hoods]
    form.quartier.choices.append((NOWHERE, _("Dans aucun de ces quartiers")))
    level = residence.level_of(db, person)
    return form_page(
        "accounts/residence.html",
        form,
        level=level.value,
        reached=[each.value for each in ResidenceLevel if level.reaches(each)],
        hood=_name(person, hoods),
    )


def _name(person: Person, hoods: list[Neighbourhood]) -> str:
    return next((label(hood.name) for hood in hoods if hood.id == person.neighbourhood_id), "")


@bp.get(f"{HOME}/adresse")
def address() -> ResponseReturnValue:
    if gate.signed_in().neighbourhood_id is None:
        return see_other(HOME)
    return _address_page(AddressForm(suite=request.args.get("suite", "")))


@bp.post(f"{HOME}/adresse")
def choose_address() -> ResponseReturnValue:
    form = AddressForm()
    if form.validate_on_submit():
        with form.refusals():
            homes.choose_address(get_db(), gate.signed_in(), number(form.place.data))
            return done(form.suite.data, _("C’est noté. Personne ne voit votre adresse."))
    return _address_page(form)


def _address_page(form: AddressForm) -> ResponseReturnValue:
    found = homes.homes(get_db(), gate.signed_in().neighbourhood_id)
    form.place.choices = [("", _("Choisissez dans la liste")), *named(found)]
    return form_page("accounts/address.html", form, empty=not found)


def named(places: list[Place]) -> list[tuple[str, str]]:
    """The choices of a list of homes: a building is said with its residence."""
    names = {home.id: label(home.name) for home in places}
    return [
        (str(home.id), f"{names[home.parent_id]}, {names[home.id]}")
        if home.parent_id in names
        else (str(home.id), names[home.id])
        for home in places
    ]


def done(suite: str | None, sentence: str) -> ResponseReturnValue:
    """Say that it is done and go on where the person came from."""
    flash(sentence, "ok")
    return see_other(safe_next(suite or HOME))
