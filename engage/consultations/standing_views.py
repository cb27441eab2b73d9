"""What is missing before an answer can be sent, and the code of a letter as a proof."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.residence_views import HOME, done
from engage.consultations import letters, queries, waiting, way, words
from engage.consultations.forms import LetterForm
from engage.consultations.models import Consultation
from engage.consultations.standing import Lack, lacks, wanted
from engage.core import clock, throttle
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.web import apart, form_page, get_db, page, see_other, services, visitor_address

bp = Blueprint("standing", __name__)

TRIES_AN_HOUR = 10
NETWORK_TRIES_AN_HOUR = 200
"""A whole estate may share one address."""


@bp.get("/concertations/<ref:consultation_id>/voter/avant")
def before(consultation_id: int) -> ResponseReturnValue:
    consultation = queries.consultation(get_db(), consultation_id)
    if consultation is None:
        raise NotFound
    lacking = lacks(consultation, waiting.standing(consultation))
    position = _position(consultation)
    back, waits = f"{way.start(consultation.id)}?question={position}", waiting.answers(consultation)
    if not lacking or not consultation.is_open(clock.now()):
        return see_other(way.waiting(consultation.id) if waits else back)
    return page(
        "consultations/before.html",
        consultation=consultation,
        lacking=lacking,
        Lack=Lack,
        level=wanted(consultation).value,
        back=back,
        here=way.before(consultation.id, position),
        lives_here=_lives_here(consultation),
        waits=bool(waits),
        words=words,
    )


def _position(consultation: Consultation) -> int:
    """The question whose answer waits; the first one when the address names none."""
    number = request.args.get("question", type=int)
    positions = [question.position for question in consultation.questions]
    return number if number in positions else positions[0]


def _lives_here(consultation: Consultation) -> bool:
    """Whether who asks has chosen the neighbourhood that votes, or any when all do."""
    chosen = gate.signed_in().neighbourhood_id
    return chosen is not None and consultation.neighbourhood_id in (None, chosen)


@bp.get(f"{HOME}/lettre")
def letter() -> ResponseReturnValue:
    return form_page("consultations/letter.html", LetterForm(suite=request.args.get("suite", "")))


@bp.post(f"{HOME}/lettre")
def prove_by_letter() -> ResponseReturnValue:
    person, form = gate.signed_in(), LetterForm()
    if form.validate_on_submit():
        with form.refusals():
            reader = letters.Reader(person.id, person.neighbourhood_id)
            throttle.hit_hourly(apart(), f"letter:{person.id}", limit=TRIES_AN_HOUR)
            throttle.hit_hourly(
                apart(), f"letter-net:{visitor_address()}", limit=NETWORK_TRIES_AN_HOUR
            )
            key, typed = services().secret_key, form.code.data or ""
            arrived = letters.use_letter(apart(), key, typed, reader)
            letters.prove_by_letter(get_db(), person, arrived)
            return done(form.suite.data, _("C’est noté. Le code de la lettre peut encore voter."))
    return form_page("consultations/letter.html", form)
