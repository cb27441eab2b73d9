"""The stand: a code or card is typed or scanned, its right is used on paper at once."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.consultations.commands import NotOpen
from engage.consultations.models import Consultation
from engage.consultations.paper import commands, policy, stand
from engage.consultations.paper.commands import HandedOut
from engage.consultations.paper.forms import StandForm
from engage.consultations.paper.views import known
from engage.consultations.standing import Lack, asks_for_proof, lacks
from engage.core import clock, throttle
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, services

bp = Blueprint("stand", __name__)

CODES_AN_HOUR = 600

ADDRESS = "/concertations/stand/<ref:consultation_id>"


@bp.get(ADDRESS)
def show(consultation_id: int) -> ResponseReturnValue:
    _actor()
    return _page(known(consultation_id), StandForm(formdata=None))


@bp.post(ADDRESS)
def hand_out(consultation_id: int) -> ResponseReturnValue:
    """Use the right, then say that the ballot may be given; the code is not shown again."""
    actor, asked, form = _actor(), known(consultation_id), StandForm()
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"stand:{actor.id}", limit=CODES_AN_HOUR)
            handed = _hand_out(asked, form, actor)
            return _page(asked, StandForm(formdata=None), handed)
    return _page(known(consultation_id), form)


def _hand_out(asked: Consultation, form: StandForm, actor: Person) -> HandedOut:
    """Raises `InvalidInput` with the sentence for the mediator."""
    db, key, typed = get_db(), services().secret_key, form.code.data or ""
    holder = stand.holder(db, asked, key, typed, of_age=bool(form.age.data))
    lacking = lacks(asked, holder.standing)
    if Lack.RESIDENCE in lacking:
        raise InvalidInput("code", _("Il manque une preuve d’adresse. Passez par le guichet."))
    if Lack.TOO_YOUNG in lacking:
        raise InvalidInput("code", _("Cette personne est trop jeune pour ce vote."))
    if Lack.AGE in lacking:
        raise InvalidInput("age", _("Demandez son âge à la personne, puis cochez."))
    try:
        return commands.hand_out(db, asked, holder.unit, actor=actor, standing=holder.standing)
    except (Conflict, NotOpen) as refusal:
        raise InvalidInput("code", refusal.message) from None


def _page(asked: Consultation, form: StandForm, handed: HandedOut | None = None) -> Response:
    return form_page(
        "consultations/paper/stand.html",
        form,
        consultation=asked,
        handed=handed,
        is_open=asked.is_open(clock.now()),
        asks_age=bool(asked.min_age) and asks_for_proof(asked),
    )


def _actor() -> Person:
    person = gate.signed_in()
    require(policy.can_hand_out, person)
    return person
