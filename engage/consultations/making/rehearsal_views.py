"""Pages of a rehearsal: the real pages of the vote, on a draft, and its results as an example."""

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue

from engage.consultations import way
from engage.consultations import words as public_words
from engage.consultations.counting import words as counting
from engage.consultations.counting.chosen import chosen
from engage.consultations.counting.rules import rule
from engage.consultations.forms import BallotForm, ballot_form
from engage.consultations.making import desk, policy, rehearsal
from engage.consultations.making.rehearsal import INVENTED
from engage.consultations.models import Consultation, Question, QuestionKind
from engage.consultations.outcome.charts import figure
from engage.core import i18n
from engage.core.errors import InvalidInput
from engage.core.forms import SeenForm
from engage.core.i18n import _
from engage.core.web import form_page, see_other

bp = Blueprint("rehearsal", __name__)

HERE = "/concertations/<ref:consultation_id>/repetition"


def _draft(consultation_id: int) -> Consultation:
    """What can be tried out: all that is not open yet."""
    consultation = desk.found(consultation_id)
    policy.require_stage(policy.can_rehearse, desk.maker(), consultation)
    if not consultation.questions:
        raise InvalidInput("", "Écrivez d’abord une question.")
    return consultation


def _home(consultation: Consultation) -> str:
    return f"/concertations/{consultation.id}/repetition"


@bp.get(HERE)
def show(consultation_id: int) -> ResponseReturnValue:
    """One question of it, or the end: what was tried, and what its results would look like."""
    draft = _draft(consultation_id)
    if "question" not in request.args:
        return _end(draft)
    question = way.asked(draft)
    held = rehearsal.found(session, draft).answer_to(question)
    return _question_page(draft, question, ballot_form(question, held))


def _question_page(
    draft: Consultation, question: Question, form: BallotForm
) -> ResponseReturnValue:
    home = _home(draft)
    return form_page(
        "consultations/making/rehearse.html",
        form,
        consultation=draft,
        question=question,
        total=len(draft.questions),
        send_to=f"{home}?question={question.position}",
        keep=f"repetition-{question.id}",
        skip=_following(draft, question),
        home=home,
        lacking=(),
        known=True,
        is_last=False,
        by_code=draft.electorate.by_code,
        declaration=public_words.declaration(draft),
        until=i18n.moment(draft.closes_at),
        is_text=question.kind is QuestionKind.TEXT,
        rule=rule(question),
    )


def _following(draft: Consultation, question: Question) -> str:
    """The question after this one; after the last one the end."""
    return way_to(draft, question.position + 1) or f"{_home(draft)}?fin=1"


def way_to(draft: Consultation, position: int) -> str:
    """The page of the question at `position`; empty where there is none."""
    there = any(question.position == position for question in draft.questions)
    return f"{_home(draft)}?question={position}" if there else ""


@bp.post(HERE)
def cast(consultation_id: int) -> ResponseReturnValue:
    """Keep an answer in the cookie, checked like a real one: no table is written."""
    draft = _draft(consultation_id)
    question = way.asked(draft)
    form = ballot_form(question)
    if form.validate_on_submit():
        with form.refusals():
            rehearsal.answer(session, draft, question, form.choix.given)
            flash(_("Répétition\xa0: rien n’est compté."), "info")
            return see_other(_following(draft, question))
    draft = _draft(consultation_id)
    return _question_page(draft, way.asked(draft), form)


def _end(draft: Consultation) -> ResponseReturnValue:
    i18n.speak("fr")
    tried = rehearsal.found(session, draft)
    invented = INVENTED if request.args.get("inventes") else 0
    return form_page(
        "consultations/making/rehearsal.html",
        SeenForm(version=draft.version),
        consultation=draft,
        tried=tried,
        lines={q.id: chosen(q, tried.answer_to(q)) for q in draft.questions if _has(tried, q)},
        invented=invented,
        outcomes=rehearsal.outcomes(draft, tried, invented=invented),
        begin=way_to(draft, draft.questions[0].position),
        home=_home(draft),
        counting=counting,
        figure=figure,
    )


def _has(tried: rehearsal.Rehearsal, question: Question) -> bool:
    """Whether the ballot in hand answers it in a way that still makes sense."""
    given = tried.answer_to(question)
    known = {option.id for option in question.options}
    named = {each[0] if isinstance(each, list) else each for each in given}
    return bool(given) and (question.kind is QuestionKind.TEXT or named <= known)


@bp.post(f"{HERE}/suivant")
def another(consultation_id: int) -> ResponseReturnValue:
    """Put this ballot to the others; somebody else tries."""
    draft = _draft(consultation_id)
    _require_sent()
    rehearsal.finish(session, draft)
    return see_other(way_to(draft, draft.questions[0].position))


@bp.post(f"{HERE}/compter")
def finish(consultation_id: int) -> ResponseReturnValue:
    """Put this ballot to the others and show what results would look like."""
    draft = _draft(consultation_id)
    _require_sent()
    rehearsal.finish(session, draft)
    return see_other(f"{_home(draft)}#exemple")


@bp.post(f"{HERE}/effacer")
def clear(consultation_id: int) -> ResponseReturnValue:
    """Forget what was tried."""
    draft = _draft(consultation_id)
    _require_sent()
    rehearsal.clear(session)
    return see_other(_home(draft))


def _require_sent() -> None:
    if not SeenForm().validate_on_submit():
        raise InvalidInput("", "Rechargez la page et recommencez.")
