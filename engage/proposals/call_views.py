"""Pages of calls for participation: the list, one of them, and preparing, ending, answering one."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.forms import send_once
from engage.core.i18n import LANGUAGES, _, label
from engage.core.pagecache import public_page
from engage.core.policy import require
from engage.core.web import asked_key, form_page, get_db, page, see_other
from engage.proposals import call_commands as commands
from engage.proposals import call_policy as policy
from engage.proposals import call_queries as queries
from engage.proposals import cards
from engage.proposals.call_forms import AnswerForm, CallForm, ExtendForm, StopForm
from engage.proposals.call_models import Call
from engage.proposals.cards import Wanted
from engage.territory import queries as territory

bp = Blueprint("calls", __name__)


@bp.get("/appels")
@public_page
def index() -> ResponseReturnValue:
    """Open calls, then ended ones; who may ask sees those prepared, too."""
    db, before, person = get_db(), asked_key("avant"), gate.actor()
    first = before is None
    asks = first and policy.can_prepare_calls(person)
    return page(
        "calls/index.html",
        running=queries.open_now(db) if first else [],
        coming=queries.coming(db) if asks else [],
        awaiting=queries.awaiting_answer(db) if asks else [],
        asks=asks,
        over=queries.over(db, before_id=before),
        before=before,
        today=clock.today(),
    )


@bp.get("/appels/<ref:call_id>")
@public_page
def show(call_id: int) -> ResponseReturnValue:
    call, person, today = _visible(call_id), gate.actor(), clock.today()
    before = cards.key_asked(request.args)
    return page(
        "calls/show.html",
        call=call,
        today=today,
        ideas=cards.newest(get_db(), Wanted(call_id=call.id), after=before),
        total=queries.idea_count(get_db(), call.id),
        before=before,
        path=queries.call_path(call.id, label(call.title)),
        can_change=policy.can_change_call(person, call, today),
        can_extend=policy.can_extend_call(person, call, today),
        can_stop=policy.can_stop_call(person, call, today),
        can_answer=policy.can_answer_call(person, call, today),
    )


def _visible(call_id: int) -> Call:
    found = queries.call(get_db(), call_id)
    if found is None or not policy.can_see_call(gate.actor(), found, clock.today()):
        raise NotFound
    return found


def _asker() -> Person:
    person = gate.signed_in()
    require(policy.can_prepare_calls, person)
    return person


def _mine(call_id: int) -> tuple[Person, Call]:
    """Who asks in the name of a call, and the call."""
    person, call = _asker(), _visible(call_id)
    require(policy.can_ask_for, person, call.organisation)
    return person, call


@bp.get("/appels/nouveau")
def new() -> ResponseReturnValue:
    return _call_page(CallForm(), _asker(), None)


def _call_page(form: CallForm, person: Person, call: Call | None) -> ResponseReturnValue:
    _offer(form, person)
    return form_page("calls/edit.html", form, call=call, languages=LANGUAGES)


def _offer(form: CallForm, person: Person) -> None:
    db = get_db()
    form.offer(person, territory.organisations(db), territory.neighbourhoods(db))


@bp.post("/appels/nouveau")
@send_once
def prepare() -> ResponseReturnValue:
    person, form = _asker(), CallForm()
    _offer(form, person)
    if form.validate_on_submit():
        with form.refusals():
            call = commands.prepare(get_db(), form.to_input(), actor=person)
            flash(_("L’appel est prêt. Il devient public à son premier jour."), "ok")
            return see_other(queries.call_path(call.id))
    return _call_page(form, person, None)


@bp.get("/appels/modifier/<ref:call_id>")
def edit(call_id: int) -> ResponseReturnValue:
    person, call = _mine(call_id)
    policy.require_stage(policy.can_change_call, person, call)
    return _call_page(CallForm.showing(call), person, call)


@bp.post("/appels/modifier/<ref:call_id>")
def change(call_id: int) -> ResponseReturnValue:
    (person, call), form = _mine(call_id), CallForm()
    _offer(form, person)
    if form.validate_on_submit():
        with form.refusals():
            asked = form.to_input()
            commands.change(get_db(), call, asked, version=form.seen, actor=person)
            flash(_("C’est changé."), "ok")
            return see_other(queries.call_path(call.id))
    return _call_page(form, person, _visible(call_id))


@bp.get("/appels/prolonger/<ref:call_id>")
def ask_days(call_id: int) -> ResponseReturnValue:
    person, call = _mine(call_id)
    policy.require_stage(policy.can_extend_call, person, call)
    return form_page("calls/extend.html", ExtendForm(version=call.version), call=call)


@bp.post("/appels/prolonger/<ref:call_id>")
def extend(call_id: int) -> ResponseReturnValue:
    (person, call), form = _mine(call_id), ExtendForm()
    if form.validate_on_submit():
        with form.refusals():
            day = form.closes_on.data
            assert day is not None
            commands.extend(get_db(), call, closes_on=day, version=form.seen, actor=person)
            flash(_("L’appel est prolongé. La page dit les deux dates."), "ok")
            return see_other(queries.call_path(call.id))
    return form_page("calls/extend.html", form, call=_visible(call_id))


@bp.get("/appels/arreter/<ref:call_id>")
def ask_reason(call_id: int) -> ResponseReturnValue:
    person, call = _mine(call_id)
    policy.require_stage(policy.can_stop_call, person, call)
    return form_page("calls/stop.html", StopForm(version=call.version), call=call)


@bp.post("/appels/arreter/<ref:call_id>")
def stop(call_id: int) -> ResponseReturnValue:
    (person, call), form = _mine(call_id), StopForm()
    if not form.validate_on_submit():
        return form_page("calls/stop.html", form, call=call)
    reason = form.reason.data or ""
    commands.stop(get_db(), call, reason=reason, version=form.seen, actor=person)
    flash(_("L’appel est arrêté. Les idées reçues restent."), "ok")
    return see_other(queries.call_path(call.id) if call.has_begun(clock.today()) else "/appels")


@bp.get("/appels/repondre/<ref:call_id>")
def ask_answer(call_id: int) -> ResponseReturnValue:
    person, call = _mine(call_id)
    policy.require_stage(policy.can_answer_call, person, call)
    return _answer_page(AnswerForm(version=call.version), call)


def _answer_page(form: AnswerForm, call: Call) -> ResponseReturnValue:
    return form_page("calls/answer.html", form, call=call, languages=LANGUAGES)


@bp.post("/appels/repondre/<ref:call_id>")
@send_once
def answer(call_id: int) -> ResponseReturnValue:
    (person, call), form = _mine(call_id), AnswerForm()
    if not form.validate_on_submit():
        return _answer_page(form, call)
    commands.answer(
        get_db(),
        call,
        words=form.words(),
        decided_by=form.decided_by.data or "",
        version=form.seen,
        actor=person,
    )
    flash(_("La réponse est publiée."), "ok")
    return see_other(queries.call_path(call.id))
