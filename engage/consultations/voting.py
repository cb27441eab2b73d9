"""A question of a vote: the page that asks it, and what becomes of what it sends."""

from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, attempts
from engage.accounts.commands import send_code
from engage.consultations import typed, waiting, way, words
from engage.consultations.casting import cast
from engage.consultations.counting.answers import Answers
from engage.consultations.counting.words import rule
from engage.consultations.forms import BallotForm, ballot_form
from engage.consultations.models import Consultation, Question, QuestionKind
from engage.consultations.sealing.own import answer_of
from engage.consultations.standing import Lack, lacks
from engage.consultations.waiting_views import after, what_is_missing
from engage.core import clock, i18n, warnings
from engage.core.i18n import _
from engage.core.warnings import Warnings
from engage.core.web import form_page, get_db, page, see_other, services


def form_for(question: Question, unit: str | None, held: Answers) -> BallotForm:
    """The form of a question with the answers in this voter's order."""
    return ballot_form(question, held, seed=way.seed(unit))


def own_answer(consultation: Consultation, question: Question, unit: str | None) -> Answers:
    """What this voter has answered and may still change; empty when there is no such thing."""
    return (answer_of(get_db(), consultation, question, unit) or []) if unit else []


def question_page(
    consultation: Consultation,
    question: Question,
    form: BallotForm,
    unit: str | None,
    told: Warnings = warnings.NONE,
) -> ResponseReturnValue:
    """The page of one question; the last one also asks a visitor who she is.

    `told`: what to look at again in the words, before they are sent.
    """
    lacking = lacks(consultation, waiting.standing(consultation))
    is_last = _is_last(consultation, question, unit)
    form.suite.data = way.waiting(consultation.id) if is_last and (lacking or not unit) else ""
    return form_page(
        "consultations/question.html",
        form,
        422 if told else None,
        told=told,
        lacking=lacking,
        known=unit is not None,
        is_last=is_last,
        **_told(consultation, question),
    )


def _told(consultation: Consultation, question: Question) -> dict[str, Any]:
    """What a page says of the vote, whoever reads it."""
    return {
        "consultation": consultation,
        "question": question,
        "total": len(consultation.questions),
        "skip": after(consultation, question.position, frozenset()),
        "by_code": consultation.electorate.by_code,
        "declaration": words.declaration(consultation),
        "until": i18n.moment(consultation.closes_at),
        "is_text": question.kind is QuestionKind.TEXT,
        "rule": rule(question),
    }


def _is_last(consultation: Consultation, question: Question, unit: str | None) -> bool:
    """Whether no question without an answer follows."""
    done = way.counted(consultation, unit) | waiting.answers(consultation).keys()
    return way.after(consultation, question.position, done) is None


def take(
    consultation: Consultation, question: Question, form: BallotForm, unit: str | None
) -> ResponseReturnValue:
    """Count an answer, or let it wait until it is known whose it is.

    Raises `NotOpen`, `AlreadyVoted`, and `InvalidInput` on "choix", "contact" and "code".
    """
    told = _words_to_look_at(question, form)
    if told:
        return question_page(consultation, question, form, unit, told)
    standing = waiting.standing(consultation)
    lacking = lacks(consultation, standing)
    if consultation.is_open(clock.now()) and (unit is None or lacking):
        return _let_wait(consultation, question, form, unit, is_too_young=Lack.TOO_YOUNG in lacking)
    unit = unit or ""
    given = form.choix.given
    vote = cast(get_db(), question, unit=unit, choices=given, standing=standing)
    return _counted(consultation, question, unit, changed=vote.changed)


def _words_to_look_at(question: Question, form: BallotForm) -> Warnings:
    """Once, before words leave: they can't be changed afterwards."""
    if question.kind is not QuestionKind.TEXT:
        return warnings.NONE
    return warnings.news(form.choix.words, form.vu)


def _let_wait(
    consultation: Consultation,
    question: Question,
    form: BallotForm,
    unit: str | None,
    *,
    is_too_young: bool,
) -> ResponseReturnValue:
    given, agreed = form.choix.given, bool(form.suite.data)
    if is_too_young or not waiting.keep(consultation, question, given, agreed=agreed):
        missing = what_is_missing(consultation, unit, question.position)
        return missing or see_other(way.to(question))
    if unit is None and form.code.data and consultation.electorate.by_code:
        way.keep_code(typed.find_for(consultation, form.code.data).id)
        return see_other(way.waiting(consultation.id))
    if unit is None and form.contact.data and not consultation.electorate.by_code:
        return _send_code(consultation, form.contact.data)
    return see_other(after(consultation, question.position, way.counted(consultation, unit)))


def _send_code(consultation: Consultation, contact: str) -> ResponseReturnValue:
    """Six digits to the address typed below the last question; answers wait here meanwhile."""
    address = addresses.parse(contact)
    attempts.count_asked(address)
    key, language = services().secret_key, i18n.current().code
    challenge = send_code(get_db(), key, address, draft=None, language=language)
    suite = way.waiting(consultation.id)
    return see_other(url_for("accounts.code", challenge=challenge, suite=suite))


def _counted(
    consultation: Consultation, question: Question, unit: str, *, changed: bool
) -> ResponseReturnValue:
    waiting.forget(question)
    following = after(consultation, question.position, way.counted(consultation, unit))
    if changed:
        flash(_("Votre nouvelle réponse remplace l’ancienne."), "ok")
        return see_other(way.end(consultation.id))
    if following != way.end(consultation.id):
        flash(_("Question {n}\xa0: c’est compté.").format(n=question.position), "ok")
    return see_other(following)


def counted_before(
    consultation: Consultation, question: Question, counted: frozenset[int], *, status: int
) -> ResponseReturnValue:
    """The same right again where the first answer can't be found any more: it stands."""
    response = page(
        "consultations/counted.html",
        status,
        consultation=consultation,
        question=question,
        following=after(consultation, 0, counted),
    )
    response.headers["Cache-Control"] = "no-store"
    return response
