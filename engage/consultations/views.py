"""Pages of concertations: the list, one of them, its results, and voting a question a screen."""

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.commands import enter_with_card
from engage.accounts.forms import EmptyForm
from engage.consultations import kept, queries, sheets, waiting, words
from engage.consultations.commands import AlreadyVoted, NotOpen, cast_ballot
from engage.consultations.forms import BallotForm, VotingCodeForm, ballot_form, chosen
from engage.consultations.models import (
    Consultation,
    Electorate,
    Question,
    VotingCode,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.policy import can_see_results
from engage.consultations.sheets import Sheet
from engage.consultations.standing import lacks
from engage.core import clock, throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.pagecache import public_page
from engage.core.web import (
    apart,
    asked_key,
    form_page,
    get_db,
    page,
    see_other,
    services,
    visitor_address,
)

bp = Blueprint("consultations", __name__)

CODES_AN_HOUR = 600
"""Tries from one network: a whole stand may share it, and a code has 60 random bits."""


@bp.get("/concertations")
@public_page
def index() -> ResponseReturnValue:
    before = asked_key("avant")
    db = get_db()
    current = sheets.running_and_coming(db) if before is None else []
    over = sheets.over(db, before_id=before)
    now = clock.now()
    return page(
        "consultations/index.html",
        running=[c for c in current if c.is_open(now)],
        coming=[c for c in current if not c.is_open(now)],
        over=over,
        before=before,
        turnouts=kept.turnouts([*current, *over.items]),
        questions=kept.questions(over.items),
        tallies=kept.tallies(over.items, now),
        nobody=queries.NOBODY,
        words=words,
        now=now,
    )


@bp.get("/concertations/<ref:consultation_id>")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    consultation = _sheet(consultation_id)
    questions = kept.questions([consultation]).get(consultation.id, ())
    unit = _unit(consultation)
    done = queries.answered(get_db(), questions, unit) if unit else frozenset()
    return page(
        "consultations/show.html",
        consultation=consultation,
        questions=questions,
        turnout=kept.turnout(consultation),
        answered=len(done),
        by_code=consultation.electorate is Electorate.DWELLING_CODE,
        identified=unit is not None,
        words=words,
        now=clock.now(),
    )


@bp.get("/concertations/<ref:consultation_id>/resultats")
@public_page
def results(consultation_id: int) -> ResponseReturnValue:
    consultation, now = _sheet(consultation_id), clock.now()
    if not can_see_results(consultation, now):
        return page("consultations/no_results.html", 404, consultation=consultation)
    return page(
        "consultations/results.html",
        consultation=consultation,
        questions=kept.questions([consultation])[consultation.id],
        turnout=kept.turnout(consultation),
        tallies=kept.tallies([consultation], now),
        words=words,
        now=now,
    )


@bp.get("/concertations/<ref:consultation_id>/voter")
def vote(consultation_id: int) -> ResponseReturnValue:
    consultation = _known(consultation_id)
    if not consultation.is_open(clock.now()):
        return see_other(_address(consultation))
    unit = _unit(consultation)
    if unit is None:
        return _identify(consultation)
    done = queries.answered(get_db(), consultation.questions, unit)
    if "question" not in request.args:
        return see_other(_after(consultation, 0, done))
    question = _asked(consultation)
    if question.id in done:
        return _counted_before(consultation, question, done, status=200)
    return _question_page(consultation, question, waiting.form_with_choice(question))


@bp.post("/concertations/<ref:consultation_id>/voter")
def cast(consultation_id: int) -> ResponseReturnValue:
    consultation = _known(consultation_id)
    question = _asked(consultation)
    unit = _unit(consultation)
    if unit is None and consultation.is_open(clock.now()):
        return _identify(consultation)
    form = ballot_form(question)
    try:
        if form.validate_on_submit():
            with form.refusals():
                standing = waiting.standing(consultation)
                if unit and lacks(consultation, standing):
                    return waiting.keep(consultation, question, chosen(form))
                cast_ballot(
                    get_db(), question, unit=unit or "", choices=chosen(form), standing=standing
                )
                return _counted_now(consultation, question, unit or "")
    except NotOpen as refusal:
        return page("consultations/not_open.html", 409, consultation=consultation, why=refusal)
    except AlreadyVoted:
        done = queries.answered(get_db(), consultation.questions, unit or "")
        return _counted_before(consultation, question, done, status=409)
    consultation = _known(consultation_id)
    return _question_page(consultation, _asked(consultation), form)


@bp.get("/concertations/<ref:consultation_id>/voter/fin")
def done(consultation_id: int) -> ResponseReturnValue:
    consultation = _known(consultation_id)
    unit = _unit(consultation)
    answered = queries.answered(get_db(), consultation.questions, unit) if unit else frozenset()
    if not answered:
        return see_other(_address(consultation))
    return form_page(
        "consultations/done.html",
        EmptyForm(),
        consultation=consultation,
        answered=answered,
        is_open=consultation.is_open(clock.now()),
        signed_in=gate.actor() is not None,
    )


@bp.post("/concertations/<ref:consultation_id>/voter/autre")
def another_person(consultation_id: int) -> ResponseReturnValue:
    """Forget on this phone who voted, account included, and ask the next person."""
    consultation = _known(consultation_id)
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    gate.forget()
    return _identify(consultation)


@bp.get("/code")
def code() -> ResponseReturnValue:
    form = VotingCodeForm(pour=request.args.get("pour", ""))
    return form_page("consultations/code.html", form)


@bp.post("/code")
def enter_code() -> ResponseReturnValue:
    form = VotingCodeForm()
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"voting-code:{visitor_address()}", limit=CODES_AN_HOUR)
            typed = form.code.data or ""
            found = queries.voting_code(get_db(), services().secret_key, typed)
            return _take_code(*found) if found else _take_card(form, typed)
    return form_page("consultations/code.html", form)


def _take_code(code: VotingCode, consultation: Consultation) -> ResponseReturnValue:
    """Let this browser vote with the code; raises `InvalidInput` when it was replaced."""
    if code.cancelled_at is not None:
        raise InvalidInput(
            "code", _("Ce code a été remplacé. Prenez le code de la lettre la plus récente.")
        )
    session["voting_code"] = code.id
    if not consultation.is_open(clock.now()):
        flash(_("Votre code est bon. Mais on ne peut pas voter aujourd’hui."), "info")
    return see_other(f"{_address(consultation)}/voter")


def _take_card(form: VotingCodeForm, typed: str) -> ResponseReturnValue:
    """Sign the holder of a card in; raises `InvalidInput` when no card has this code either."""
    gate.remember(enter_with_card(get_db(), services().secret_key, typed))
    wanted = form.consultation_id()
    if wanted and queries.consultation(get_db(), wanted):
        return see_other(f"/concertations/{wanted}/voter")
    return see_other("/concertations")


def _address(consultation: Consultation) -> str:
    return f"/concertations/{consultation.id}"


def _sheet(consultation_id: int) -> Sheet:
    """To be read; raises `NotFound`."""
    found = sheets.sheet(get_db(), consultation_id)
    if found is None:
        raise NotFound
    return found


def _known(consultation_id: int) -> Consultation:
    """To vote in; raises `NotFound`."""
    consultation = queries.consultation(get_db(), consultation_id)
    if consultation is None:
        raise NotFound
    return consultation


def _asked(consultation: Consultation) -> Question:
    """The question of `?question=`, its place in the order."""
    number = request.args.get("question", type=int) or 0
    for question in consultation.questions:
        if question.position == number:
            return question
    raise NotFound


def _unit(consultation: Consultation | Sheet) -> str | None:
    """Whose right this browser may use here, None when it is not known yet."""
    if consultation.electorate is Electorate.DECLARED:
        person = gate.actor()
        return unit_of_person(person.id) if person else None
    code_id = session.get("voting_code")
    if code_id is None or not queries.standing_code(get_db(), code_id, consultation.id):
        return None
    return unit_of_code(code_id)


def _identify(consultation: Consultation) -> ResponseReturnValue:
    """Ask for the code or the account first: a ballot is counted at once and waits nowhere."""
    if consultation.electorate is Electorate.DWELLING_CODE:
        return see_other(f"/code?pour={consultation.id}")
    flash(_("Dites d’abord qui vous êtes. Ensuite votre vote est compté tout de suite."), "info")
    return see_other(f"/compte/connexion?suite={_address(consultation)}/voter")


def _after(consultation: Consultation, position: int, done: frozenset[int]) -> str:
    """The next question without an answer, or the last page."""
    for question in consultation.questions:
        if question.position > position and question.id not in done:
            return f"{_address(consultation)}/voter?question={question.position}"
    return f"{_address(consultation)}/voter/fin"


def _counted_now(consultation: Consultation, question: Question, unit: str) -> ResponseReturnValue:
    waiting.forget(question)
    done = queries.answered(get_db(), consultation.questions, unit)
    following = _after(consultation, question.position, done)
    if not following.endswith("/fin"):
        flash(_("Question {n}\xa0: c’est compté.").format(n=question.position), "ok")
    return see_other(following)


def _counted_before(
    consultation: Consultation, question: Question, done: frozenset[int], *, status: int
) -> ResponseReturnValue:
    """The same right again: no fright, the first answer stands."""
    response = page(
        "consultations/counted.html",
        status,
        consultation=consultation,
        question=question,
        following=_after(consultation, 0, done),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _question_page(
    consultation: Consultation, question: Question, form: BallotForm
) -> ResponseReturnValue:
    return form_page(
        "consultations/question.html",
        form,
        consultation=consultation,
        question=question,
        total=len(consultation.questions),
        skip=_after(consultation, question.position, frozenset()),
        lacking=lacks(consultation, waiting.standing(consultation)),
        declaration=words.declaration(consultation),
    )
