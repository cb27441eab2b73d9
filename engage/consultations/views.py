"""Pages of concertations: the list, one of them, its results, and voting a question a screen."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.commands import enter_with_card
from engage.accounts.forms import EmptyForm
from engage.consultations import kept, queries, sheets, typed, voting, waiting, way, words
from engage.consultations.commands import AlreadyVoted, NotOpen
from engage.consultations.counting.chosen import chosen
from engage.consultations.counting.rules import rule
from engage.consultations.forms import VotingCodeForm
from engage.consultations.making import words as making_words
from engage.consultations.models import Consultation, VotingCode
from engage.consultations.policy import can_announce
from engage.consultations.sealing.own import votes_of
from engage.consultations.sheets import Sheet
from engage.consultations.waiting_views import after, ask_whose
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _, moment
from engage.core.pagecache import public_page
from engage.core.web import (
    asked_key,
    form_page,
    get_db,
    page,
    see_other,
    services,
)

bp = Blueprint("consultations", __name__)


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
        makes=can_announce(gate.actor()),
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
        homes=kept.homes(consultation),
        turnout=kept.turnout(consultation),
        answered=len(done),
        more=kept.more(consultation),
        rule=rule,
        changed=making_words.change,
        makes=can_announce(gate.actor()),
        waits=held is not None and held.consultation_id == consultation.id,
        by_code=consultation.electorate.by_code,
        identified=unit is not None,
        words=words,
        now=clock.now(),
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
    own = voting.own_answer(consultation, question, unit)
    if question.id in counted and not own:
        return voting.counted_before(consultation, question, counted, status=200)
    form = voting.form_for(question, unit, waiting.answer_to(question) or own)
    return voting.question_page(consultation, question, form, unit)


@bp.post("/concertations/<ref:consultation_id>/voter")
def cast(consultation_id: int) -> ResponseReturnValue:
    """Count the answer at once, or let it wait until it is known whose it is."""
    consultation = way.known(consultation_id)
    question, unit, held = way.asked(consultation), way.unit(consultation), waiting.found()
    if held and held.consultation_id != consultation.id:
        return see_other(way.start(consultation.id))
    form = voting.form_for(question, unit, [])
    try:
        if form.validate_on_submit():
            with form.refusals():
                return voting.take(consultation, question, form, unit)
    except NotOpen as refusal:
        return page("consultations/not_open.html", 409, consultation=consultation, why=refusal)
    except AlreadyVoted:
        waiting.forget(question)
        counted = way.counted(consultation, unit)
        return voting.counted_before(consultation, question, counted, status=409)
    consultation = way.known(consultation_id)
    question = way.asked(consultation)
    form.choix.ask(question, way.seed(unit))
    return voting.question_page(consultation, question, form, unit)


@bp.get("/concertations/<ref:consultation_id>/voter/fin")
def done(consultation_id: int) -> ResponseReturnValue:
    consultation = way.known(consultation_id)
    unit = way.unit(consultation)
    answered = way.counted(consultation, unit)
    if not answered or unit is None:
        return see_other(way.page(consultation.id))
    own = votes_of(get_db(), consultation, consultation.questions, unit)
    return form_page(
        "consultations/done.html",
        EmptyForm(),
        consultation=consultation,
        answered=answered,
        shown={q.id: chosen(q, own[q.id].answers) for q in consultation.questions if q.id in own},
        receipts={id_: vote.receipt for id_, vote in own.items()},
        is_open=consultation.is_open(clock.now()),
        signed_in=gate.actor() is not None,
        until=moment(consultation.closes_at),
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
            written = form.code.data or ""
            found = typed.find(written)
            return _take_code(*found) if found else _take_card(form, written)
    return form_page("consultations/code.html", form)


def _take_code(code: VotingCode, consultation: Consultation) -> ResponseReturnValue:
    """Let this browser vote with the code."""
    way.keep_code(code.id)
    if not consultation.is_open(clock.now()):
        flash(_("Votre code est bon. Mais on ne peut pas voter aujourd’hui."), "info")
    return see_other(_where_it_votes(consultation.id))


def _take_card(form: VotingCodeForm, code: str) -> ResponseReturnValue:
    """Sign the holder of a card in; raises `InvalidInput` when no card has this code either."""
    wanted = form.consultation_id()
    known = wanted and queries.consultation(get_db(), wanted)
    target = _where_it_votes(wanted) if known else "/concertations"
    gate.remember(enter_with_card(get_db(), services().secret_key, code), target=target)
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
