"""Pages of the questions of a concertation: add, change, move, remove them and their answers."""

from collections.abc import Callable

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from engage.consultations.making import asking, desk, words
from engage.consultations.making.question_forms import OptionForm, QuestionForm
from engage.consultations.models import Consultation, Option, Question, QuestionKind
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import SeenForm, send_once
from engage.core.i18n import LANGUAGES
from engage.core.web import accepts_photos, form_page, get_db, see_other, sent_photo

bp = Blueprint("making_questions", __name__)
bp.before_request(desk.in_french)

QUESTIONS = "/concertations/<ref:consultation_id>/preparer/questions"
ONE = f"{QUESTIONS}/<int:question_id>"
ANSWER = f"{ONE}/reponses/<int:option_id>"


def _home(consultation: Consultation) -> str:
    return desk.step(consultation.id, "questions")


def _of(question: Question) -> str:
    return f"{_home(question.consultation)}/{question.id}"


@bp.get(QUESTIONS)
def index(consultation_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    return form_page(
        "consultations/making/questions.html",
        SeenForm(version=consultation.version),
        consultation=consultation,
        steps=words.steps(consultation.id),
        slug="questions",
        words=words,
    )


@bp.get(f"{QUESTIONS}/nouvelle")
def new(consultation_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    form = QuestionForm(_kind(), version=consultation.version)
    return _question_page(form, consultation, None)


def _kind() -> QuestionKind:
    """The kind of question that the address asks for; raises `NotFound`."""
    try:
        return QuestionKind(request.args.get("kind", ""))
    except ValueError:
        raise NotFound from None


def _question_page(
    form: QuestionForm, consultation: Consultation, question: Question | None
) -> ResponseReturnValue:
    return form_page(
        "consultations/making/question.html",
        form,
        small=SeenForm(formdata=None, version=consultation.version),
        consultation=consultation,
        question=question,
        typed=form.kind not in asking.MADE_BY_PROGRAM,
        words=words,
        QuestionKind=QuestionKind,
        languages=LANGUAGES,
    )


@bp.post(f"{QUESTIONS}/nouvelle")
@send_once
def add(consultation_id: int) -> ResponseReturnValue:
    consultation, form, person = desk.changeable(consultation_id), _empty(), desk.maker()
    if form.validate_on_submit():
        with form.refusals():
            question = asking.add_question(
                get_db(), consultation, form.to_input(), version=form.seen, actor=person
            )
            flash("La question est ajoutée.", "ok")
            return see_other(_of(question) if question.options[1:] else _home(consultation))
    return _question_page(form, desk.found(consultation_id), None)


def _empty() -> QuestionForm:
    return QuestionForm(_kind())


@bp.get(ONE)
def edit(consultation_id: int, question_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    question = desk.question_of(consultation, question_id)
    return _question_page(QuestionForm.showing(question), consultation, question)


@bp.post(ONE)
def change(consultation_id: int, question_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    form = QuestionForm(question.kind)
    if form.validate_on_submit():
        with form.refusals():
            given, who = form.to_input(), desk.maker()
            asking.edit_question(get_db(), question, given, version=form.seen, actor=who)
            flash("C’est enregistré.", "ok")
            return see_other(_of(question) if given.options else _home(question.consultation))
    consultation = desk.found(consultation_id)
    return _question_page(form, consultation, desk.question_of(consultation, question_id))


@bp.post(f"{ONE}/monter")
def move(consultation_id: int, question_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    return _done(asking.move_question, question, back=_home(question.consultation))


@bp.post(f"{ONE}/retirer")
def remove(consultation_id: int, question_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    return _done(asking.remove_question, question, back=_home(question.consultation))


def _done(
    act: Callable[..., None], question: Question, *of: Option, back: str
) -> ResponseReturnValue:
    """Do what a button says, with the version that its page showed."""
    form = SeenForm()
    if not form.validate_on_submit():
        raise InvalidInput("", "Rechargez la page et recommencez.")
    act(get_db(), question, *of, version=form.seen, actor=desk.maker())
    flash("C’est fait.", "ok")
    return see_other(back)


@bp.get(ANSWER)
def option(consultation_id: int, question_id: int, option_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    found = desk.option_of(question, option_id)
    form = OptionForm.showing(found, question.consultation.version)
    return _option_page(form, question, found)


def _option_page(form: OptionForm, question: Question, option: Option) -> ResponseReturnValue:
    return form_page(
        "consultations/making/option.html",
        form,
        small=SeenForm(formdata=None, version=question.consultation.version),
        consultation=question.consultation,
        question=question,
        option=option,
        QuestionKind=QuestionKind,
        languages=LANGUAGES,
    )


@bp.post(ANSWER)
@accepts_photos("photo")
def change_option(consultation_id: int, question_id: int, option_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    found, form = desk.option_of(question, option_id), OptionForm()
    if form.validate_on_submit():
        with form.refusals():
            photo = sent_photo("photo")
            asking.edit_option(
                get_db(),
                question,
                found,
                form.to_input(),
                alt=form.alt(pictured=photo is not None or found.photo_id is not None),
                photo=photo,
                version=form.seen,
                actor=desk.maker(),
            )
            flash("C’est enregistré.", "ok")
            return see_other(_of(question))
    again = desk.question_of(desk.found(consultation_id), question_id)
    return _option_page(form, again, desk.option_of(again, option_id))


@bp.post(f"{ANSWER}/monter")
def move_option(consultation_id: int, question_id: int, option_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    found = desk.option_of(question, option_id)
    return _done(asking.move_option, question, found, back=_of(question))


@bp.post(f"{ANSWER}/retirer")
def remove_option(consultation_id: int, question_id: int, option_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    found = desk.option_of(question, option_id)
    return _done(asking.remove_option, question, found, back=_of(question))


@bp.post(f"{ANSWER}/sans-image")
def drop_photo(consultation_id: int, question_id: int, option_id: int) -> ResponseReturnValue:
    question = desk.question_of(desk.changeable(consultation_id), question_id)
    found = desk.option_of(question, option_id)
    back = f"{_of(question)}/reponses/{found.id}"
    return _done(asking.drop_photo, question, found, back=back)
