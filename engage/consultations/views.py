"""Pages of concertations: the list, one of them, its results, and voting a question a screen."""

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.commands import enter_with_card
from engage.accounts.forms import EmptyForm
from engage.consultations import kept, queries, sheets, waiting, way, words
from engage.consultations.commands import AlreadyVoted, NotOpen, cast_ballot
from engage.consultations.forms import BallotForm, VotingCodeForm, ballot_form, chosen
from engage.consultations.models import Consultation, Question, VotingCode
from engage.consultations.policy import can_see_results
from engage.consultations.sheets import Sheet
from engage.consultations.standing import Lack, lacks
from engage.consultations.waiting_views import after, ask_whose, what_is_missing
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
        tallies=kept.outcomes(over.items),
        nobody=queries.NOBODY,
        words=words,
        now=now,
    )


@bp.get("/concertations/<ref:consultation_id>")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    consultation = _sheet(consultation_id)
    questions = kept.questions([consultation]).get(consultation.id, ())
    unit, held = way.unit(consultation), waiting.found()
    done = queries.answered(get_db(), questions, unit) if unit else frozenset()
    return page(
        "consultations/show.html",
        consultation=consultation,
        questions=questions,
        turnout=kept.turnout(consultation),
        answered=len(done),
        waits=held is not None and held.consultation_id == consultation.id,
        by_code=consultation.electorate.by_code,
        identified=unit is not None,
        words=words,
        now=clock.now(),
    )


@bp.get("/concertations/<ref:consultation_id>/resultats")
@public_page
def results(consultation_id: int) -> ResponseReturnValue:
    consultation, now = _sheet(consultation_id), clock.now()
    if not can_see_results(consultation):
        return page("consultations/no_results.html", 404, consultation=consultation)
    return page(
        "consultations/results.html",
        consultation=consultation,
        questions=kept.questions([consultation])[consultation.id],
        turnout=kept.turnout(consultation),
        tallies=kept.outcomes([consultation]),
        words=words,
        now=now,
    )


@bp.get("/concertations/<ref:consultation_id>/voter")
def vote(consultation_id: int) -> ResponseReturnValue:
    consultation = way.known(consultation_id)
    if not consultation.is_open(clock.now()):
        return see_other(way.page(consultation.id))
    begins, held = "question" not in request.args, waiting.found()
    if held and waiting.is_doubtful(held, consultation, begins=begins):
        return ask_whose(consultation, held)
    unit = way.unit(consultation)
    counted = way.counted(consultation, unit)
    if begins:
        return see_other(after(consultation, 0, counted))
    question = way.asked(consultation)
    if question.id in counted:
        return _counted_before(consultation, question, counted, status=200)
    return _question_page(consultation, question, waiting.form_with_choice(question), unit)


@bp.post("/concertations/<ref:consultation_id>/voter")
def cast(consultation_id: int) -> ResponseReturnValue:
    """Count the answer at once, or let it wait until it is known whose it is."""
    consultation = way.known(consultation_id)
    question, unit, held = way.asked(consultation), way.unit(consultation), waiting.found()
    if held and held.consultation_id != consultation.id:
        return see_other(way.start(consultation.id))
    form = ballot_form(question)
    try:
        if form.validate_on_submit():
            with form.refusals():
                return _take(consultation, question, chosen(form), unit)
    except NotOpen as refusal:
        return page("consultations/not_open.html", 409, consultation=consultation, why=refusal)
    except AlreadyVoted:
        waiting.forget(question)
        counted = way.counted(consultation, unit)
        return _counted_before(consultation, question, counted, status=409)
    consultation = way.known(consultation_id)
    return _question_page(consultation, way.asked(consultation), form, unit)


def _take(
    consultation: Consultation, question: Question, choices: list[int], unit: str | None
) -> ResponseReturnValue:
    """Raises `NotOpen`, `AlreadyVoted`, and `InvalidInput` on "choix"."""
    standing = waiting.standing(consultation)
    lacking = lacks(consultation, standing)
    if consultation.is_open(clock.now()) and (unit is None or lacking):
        if Lack.TOO_YOUNG in lacking or not waiting.keep(consultation, question, choices):
            missing = what_is_missing(consultation, unit, question.position)
            return missing or see_other(way.to(question))
        return see_other(after(consultation, question.position, way.counted(consultation, unit)))
    unit = unit or ""
    cast_ballot(get_db(), question, unit=unit, choices=choices, standing=standing)
    return _counted_now(consultation, question, unit)


@bp.get("/concertations/<ref:consultation_id>/voter/fin")
def done(consultation_id: int) -> ResponseReturnValue:
    consultation = way.known(consultation_id)
    answered = way.counted(consultation, way.unit(consultation))
    if not answered:
        return see_other(way.page(consultation.id))
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
    consultation = way.known(consultation_id)
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    gate.forget()
    return see_other(way.start(consultation.id))


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
    return see_other(_where_it_votes(consultation.id))


def _take_card(form: VotingCodeForm, typed: str) -> ResponseReturnValue:
    """Sign the holder of a card in; raises `InvalidInput` when no card has this code either."""
    wanted = form.consultation_id()
    known = wanted and queries.consultation(get_db(), wanted)
    target = _where_it_votes(wanted) if known else "/concertations"
    gate.remember(enter_with_card(get_db(), services().secret_key, typed), target=target)
    return see_other(target)


def _where_it_votes(consultation_id: int) -> str:
    """Where a code leads: to the answers that wait for it, if any."""
    held = waiting.found()
    if held and held.consultation_id == consultation_id:
        return way.waiting(consultation_id)
    return way.start(consultation_id)


def _sheet(consultation_id: int) -> Sheet:
    """To be read; raises `NotFound`."""
    found = sheets.sheet(get_db(), consultation_id)
    if found is None:
        raise NotFound
    return found


def _counted_now(consultation: Consultation, question: Question, unit: str) -> ResponseReturnValue:
    waiting.forget(question)
    following = after(consultation, question.position, way.counted(consultation, unit))
    if following != way.end(consultation.id):
        flash(_("Question {n}\xa0: c’est compté.").format(n=question.position), "ok")
    return see_other(following)


def _counted_before(
    consultation: Consultation, question: Question, counted: frozenset[int], *, status: int
) -> ResponseReturnValue:
    """The same right again: no fright, the first answer stands."""
    response = page(
        "consultations/counted.html",
        status,
        consultation=consultation,
        question=question,
        following=after(consultation, 0, counted),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _question_page(
    consultation: Consultation, question: Question, form: BallotForm, unit: str | None
) -> ResponseReturnValue:
    return form_page(
        "consultations/question.html",
        form,
        consultation=consultation,
        question=question,
        total=len(consultation.questions),
        skip=after(consultation, question.position, frozenset()),
        lacking=lacks(consultation, waiting.standing(consultation)),
        known=unit is not None,
        by_code=consultation.electorate.by_code,
        declaration=words.declaration(consultation),
    )
