"""Pages of answers that wait: whose they are, what is still missing, and counting them."""

from contextlib import suppress

from flask import Blueprint, Response, flash, request, session
from flask.typing import ResponseReturnValue

from engage.accounts.forms import EmptyForm
from engage.consultations import queries, waiting, way, words
from engage.consultations.casting import cast
from engage.consultations.commands import NotOpen, Waited, cast_waiting
from engage.consultations.counting.answers import Answers
from engage.consultations.counting.chosen import chosen
from engage.consultations.forms import WhoseForm
from engage.consultations.models import Consultation
from engage.consultations.standing import lacks
from engage.core import clock
from engage.core.errors import DomainError, InvalidInput
from engage.core.i18n import _, label
from engage.core.web import SAFE, apart, form_page, get_db, page, see_other

bp = Blueprint("waiting", __name__)
bp.before_app_request(waiting.drop_old)


@bp.get("/concertations/<ref:consultation_id>/voter/reponses")
def show(consultation_id: int) -> ResponseReturnValue:
    """What waits, to who is known and may vote; others are asked for what is missing first."""
    consultation, held = way.known(consultation_id), waiting.found()
    answers = waiting.answers(consultation)
    if not answers or not consultation.is_open(clock.now()):
        return see_other(way.start(consultation.id))
    if held and not waiting.is_certain(held):
        return ask_whose(consultation, held)
    first = next(q.position for q in consultation.questions if q.id in answers)
    unit = way.unit(consultation)
    missing = what_is_missing(consultation, unit, first)
    return missing or _waiting_page(consultation, answers, unit or "")


@bp.post("/concertations/<ref:consultation_id>/voter/reponses")
def count(consultation_id: int) -> ResponseReturnValue:
    consultation = way.known(consultation_id)
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    answers, unit = waiting.answers(consultation), way.unit(consultation)
    if not answers or unit is None or lacks(consultation, waiting.standing(consultation)):
        return see_other(way.waiting(consultation.id))
    try:
        _count(consultation, unit, answers)
    except NotOpen as refusal:
        waiting.drop()
        return page("consultations/not_open.html", 409, consultation=consultation, why=refusal)
    return see_other(way.end(consultation.id))


def _count(consultation: Consultation, unit: str, answers: dict[int, Answers]) -> None:
    counted = cast_waiting(
        apart(),
        consultation,
        unit=unit,
        answers=answers,
        standing=lambda db: waiting.standing(consultation, db),
        how=cast,
    )
    waiting.drop()
    _name(consultation, counted)


@bp.after_app_request
def count_on_arrival(response: Response) -> Response:
    """Count what waits as soon as its voter is known: no button to forget after the code.

    Who sent the last question from under the sentence that says what voting declares has agreed.
    Runs after whatever made her known is committed; nothing of hers is in the transactions of the
    ballots. Where something is still missing, or it is not certain whose the answers are, the page
    of what waits goes on as ever.
    """
    if request.method in SAFE or response.status_code != 303 or waiting.KEY not in session:
        return response
    held = waiting.found()
    if held is None or not held.agreed or not waiting.is_certain(held):
        return response
    if response.headers.get("Location") == way.waiting(held.consultation_id):
        with suppress(DomainError):  # the page of what waits says why
            _count_arrived(response, way.known(held.consultation_id))
    return response


def _count_arrived(response: Response, consultation: Consultation) -> None:
    answers, unit = waiting.answers(consultation), way.unit(consultation)
    if answers and unit and not lacks(consultation, waiting.standing(consultation)):
        _count(consultation, unit, answers)
        response.headers["Location"] = way.end(consultation.id)


def _name(consultation: Consultation, counted: Waited) -> None:
    """Say calmly which questions this voter had answered already."""
    changed = _("«\xa0{question}\xa0»\xa0: votre nouvelle réponse remplace l’ancienne.")
    stood = _("«\xa0{question}\xa0»\xa0: vous aviez déjà voté. Votre première réponse compte.")
    for question in consultation.questions:
        for text, ids in ((changed, counted.changed), (stood, counted.stood)):
            if question.id in ids:
                flash(text.format(question=label(question.title)), "info")


@bp.post("/concertations/<ref:consultation_id>/voter/reponses/qui")
def say_whose(consultation_id: int) -> ResponseReturnValue:
    """Go on with what waits on this device, or erase it; the vote of the address was asked for."""
    form, held = WhoseForm(), waiting.found()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    if held is None or form.reponse.data != WhoseForm.MINE:
        waiting.drop()
        return see_other(way.start(way.known(consultation_id).id))
    waiting.claim(held)
    consultation = way.known(held.consultation_id)
    counted = way.counted(consultation, way.unit(consultation))
    return see_other(after(consultation, 0, counted))


def ask_whose(consultation: Consultation, held: waiting.Waiting) -> ResponseReturnValue:
    """Answers wait here, of this vote or another one: whoever holds the device says whose."""
    other = consultation
    if held.consultation_id != consultation.id:
        found = queries.consultation(get_db(), held.consultation_id)
        other = found or consultation
    return form_page(
        "consultations/whose.html", WhoseForm(), consultation=consultation, waiting_in=other
    )


def what_is_missing(
    consultation: Consultation, unit: str | None, position: int
) -> ResponseReturnValue | None:
    """Where a voter shows what is missing before anything counts; None when nothing is."""
    if unit is None:
        return _identify(consultation)
    if lacks(consultation, waiting.standing(consultation)):
        return see_other(way.before(consultation.id, position))
    return None


def _identify(consultation: Consultation) -> ResponseReturnValue:
    if consultation.electorate.by_code:
        flash(_("Vos réponses attendent ici. Tapez votre code, puis comptez-les."), "info")
        return see_other(f"/code?pour={consultation.id}")
    flash(_("Vos réponses attendent ici. Dites qui vous êtes, puis comptez-les."), "info")
    return see_other(f"/compte/connexion?suite={way.waiting(consultation.id)}")


def after(consultation: Consultation, position: int, counted: frozenset[int]) -> str:
    """The next question without an answer, else what waits, else the last page."""
    answers = waiting.answers(consultation)
    following = way.after(consultation, position, counted | answers.keys())
    if following is not None:
        return following
    return way.waiting(consultation.id) if answers else way.end(consultation.id)


def _waiting_page(
    consultation: Consultation, answers: dict[int, Answers], unit: str
) -> ResponseReturnValue:
    counted = way.counted(consultation, unit)
    return form_page(
        "consultations/waiting.html",
        EmptyForm(),
        consultation=consultation,
        chosen={
            question.id: chosen(question, answers[question.id])
            for question in consultation.questions
            if question.id in answers
        },
        counted=counted,
        declaration=words.declaration(consultation),
    )
